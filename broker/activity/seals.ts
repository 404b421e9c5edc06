/**
 * Seals: signed statements "at this time the log ended here". A seal is made each minute while the log is open and at
 * a clean shutdown, so that three things differ which look the same without it: nothing happened (the last seal's time
 * runs on), logging was off (a gap between two seals), and the end was cut away (a seal speaks of an entry that is
 * gone). The key lies in the keychain; without one the same rows are kept unsigned, and the log says so.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { canonicalJson } from './canonical-json.ts'

export interface SealSigner {
  /** Ed25519: 32 raw bytes, SPKI in DER, or PEM. */
  publicKey: Uint8Array | string
  /** Keys that sealed it before, when the keychain was made anew. */
  formerKeys?: (Uint8Array | string)[]
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>
}
/** `beat`: each minute; `shutdown`: nothing was written after it until the next start; `freeze`: an incident began. */
export type SealKind = 'beat' | 'shutdown' | 'freeze'
export interface Seal {
  kind: SealKind
  /** The run of the broker that made it. */
  boot: string
  seq: number
  hash: string
  /** From when to when the log ended at `seq` while it was open, epoch ms. */
  since: number
  at: number
  /** First 16 hex digits of the SHA-256 of the public key; empty when unsigned. */
  key: string
}
export interface StoredSeal extends Seal {
  id: number
  signature: Uint8Array | null
}

const CONTEXT = 'sallyport activity seal 1\n'

/** The bytes that a seal's signature covers. */
export const sealBytes = ({ kind, boot, seq, hash, since, at, key }: Seal): Uint8Array =>
  Buffer.from(CONTEXT + canonicalJson({ at, boot, hash, key, kind, seq, since }))

/** Throws when it is no Ed25519 key. */
export function readPublicKey(key: Uint8Array | string): KeyObject {
  const object =
    typeof key === 'string'
      ? createPublicKey(key)
      : createPublicKey({
          key: key.byteLength === 32 ? withHeader(key) : Buffer.from(key),
          format: 'der',
          type: 'spki',
        })
  if (object.asymmetricKeyType !== 'ed25519') throw new Error('The log is sealed with an Ed25519 key only.')
  return object
}
const withHeader = (raw: Uint8Array) => Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])

/** Names a key in few characters. */
export const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16)

/** Signed by this key, and unchanged. */
export const isGenuine = (seal: StoredSeal, key: KeyObject | undefined): boolean =>
  key !== undefined && seal.signature !== null && verify(null, sealBytes(seal), key, seal.signature)

export interface SealBook {
  last(): StoredSeal | null
  /** A new row, or the last one with its end moved on when it speaks of the same head since the same time. */
  put(seal: Seal, signature: Uint8Array | null): void
  /**
   * Thins out beats that are older than an hour: one an hour stays of the last month, one a day of what is older, and
   * the last of each run.
   */
  thin(now: number): void
}

export function openSealBook(db: DatabaseSync): SealBook {
  const last = db.prepare('SELECT * FROM seal ORDER BY id DESC LIMIT 1')
  const insert = db.prepare(
    'INSERT INTO seal (kind, boot, seq, hash, since, at, key, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const extend = db.prepare(
    'UPDATE seal SET kind = ?, since = ?, at = ?, key = ?, signature = ? WHERE id = ?',
  )
  const thin = db.prepare(
    `DELETE FROM seal WHERE kind = 'beat' AND at < $now - 3600000
       AND id NOT IN (SELECT max(id) FROM seal GROUP BY boot, iif(at < $now - 2592000000, at / 86400000, at / 3600000))
       AND id NOT IN (SELECT max(id) FROM seal GROUP BY boot)
       AND id NOT IN (SELECT min(id) FROM seal GROUP BY boot)`,
  )
  const lastSeal = () => {
    const row = last.get()
    return row === undefined ? null : storedSeal(row)
  }
  return {
    last: lastSeal,
    thin: (now) => void thin.run({ now }),
    put(seal, signature) {
      const before = lastSeal()
      const same = before?.boot === seal.boot && before.seq === seal.seq && before.since === seal.since
      if (same) extend.run(seal.kind, seal.since, seal.at, seal.key, signature, before.id)
      else insert.run(seal.kind, seal.boot, seal.seq, seal.hash, seal.since, seal.at, seal.key, signature)
    },
  }
}

export function storedSeal(row: Record<string, unknown>): StoredSeal {
  const { id, kind, boot, seq, hash, since, at, key, signature } = row as unknown as StoredSeal
  return { id, kind, boot, seq, hash, since, at, key, signature }
}

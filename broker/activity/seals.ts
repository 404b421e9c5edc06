/**
 * Seals: signed statements "at this time the log ended here". A seal is made each minute while the log is open and at
 * a clean shutdown, so that three things differ which look the same without it: nothing happened (the last seal's time
 * runs on), logging was off (a gap between two seals), and the end was cut away (a seal speaks of an entry that is
 * gone). The key lies in the keychain; without one the same rows are kept unsigned, and the log says so.
 */
import { createHash, createPublicKey, type Hash, type KeyObject, verify } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from './archive.ts'
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
  /** Digest of all seals that were kept before this one: one that is taken out of the middle shows. Empty: of a version that had none. */
  book: string
  /** What was proved of the archive (proved-blocks.ts), as canonical JSON. Empty: nothing, or of a version that said nothing. */
  proved: string
}
export interface StoredSeal extends Seal {
  id: number
  signature: Uint8Array | null
}

const CONTEXT = 'sallyport activity seal 1\n'

/** The bytes that a seal's signature covers. */
export const sealBytes = ({ kind, boot, seq, hash, since, at, key, book, proved }: Seal): Uint8Array => {
  const later = { ...(book ? { book } : {}), ...(proved ? { proved } : {}) }
  return Buffer.from(CONTEXT + canonicalJson({ at, boot, ...later, hash, key, kind, seq, since }))
}

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
  /** Where a new seal would stand, and what it must say of those before it. */
  place(seal: Omit<Seal, 'book' | 'key' | 'proved'>, options?: { thinAt?: number }): SealPlace
  /** The seal, in its place; what was to be thinned out goes in the same commit. */
  put(place: SealPlace, seal: Seal, signature: Uint8Array | null): void
}
export interface SealPlace {
  /** Set when the last one speaks of the same head since the same time: then its end moves on. */
  extends: number | null
  book: string
  /** Rows that go. */
  thinned: number[]
}

export function openSealBook(db: DatabaseSync): SealBook {
  addColumns(db)
  const last = db.prepare('SELECT * FROM seal ORDER BY id DESC LIMIT 1')
  const all = db.prepare('SELECT * FROM seal ORDER BY id')
  const insert = db.prepare(
    'INSERT INTO seal (kind, boot, seq, hash, since, at, key, book, proved, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const extend = db.prepare(
    'UPDATE seal SET kind = ?, since = ?, at = ?, key = ?, book = ?, proved = ?, signature = ? WHERE id = ?',
  )
  const remove = db.prepare('DELETE FROM seal WHERE id = ?')
  /** Over all rows but the last, kept from one seal to the next. */
  let digest: { of: number; hash: Hash } | null = null
  const lastSeal = () => {
    const row = last.get()
    return row === undefined ? null : storedSeal(row)
  }
  function bookBefore(end: StoredSeal | null, includingEnd: boolean, without: Set<number>): string {
    if (digest === null || digest.of !== end?.id || without.size > 0) {
      const rows = all.all().map(storedSeal)
      const before = rows.filter(({ id }) => id !== end?.id && !without.has(id))
      digest = { of: end?.id ?? 0, hash: digestOf(before) }
    }
    const hash = digest.hash.copy()
    if (includingEnd && end !== null) hash.update(lineOf(end))
    return hash.digest('hex')
  }
  return {
    last: lastSeal,
    place(seal, { thinAt } = {}) {
      const end = lastSeal()
      const same = end?.boot === seal.boot && end.seq === seal.seq && end.since === seal.since
      const thinned = thinAt === undefined ? [] : toThin(db, thinAt).filter((id) => id !== end?.id)
      return { extends: same ? end.id : null, book: bookBefore(end, !same, new Set(thinned)), thinned }
    },
    put(place, seal, signature) {
      const { kind, boot, seq, hash, since, at, key, book, proved } = seal
      const end = lastSeal()
      inTransaction(db, () => {
        for (const id of place.thinned) remove.run(id)
        if (place.extends !== null) extend.run(kind, since, at, key, book, proved, signature, place.extends)
        else insert.run(kind, boot, seq, hash, since, at, key, book, proved, signature)
      })
      if (place.extends !== null || digest === null) return
      if (end !== null) digest.hash.update(lineOf(end))
      digest.of = lastSeal()?.id ?? 0
    },
  }
}

/**
 * Beats that are older than an hour and may go: one an hour stays of the last month, one a day of what is older, and the
 * first and last of each run.
 */
function toThin(db: DatabaseSync, now: number): number[] {
  const rows = db
    .prepare(
      `SELECT id FROM seal WHERE kind = 'beat' AND at < $now - 3600000
         AND id NOT IN (SELECT max(id) FROM seal GROUP BY boot, iif(at < $now - 2592000000, at / 86400000, at / 3600000))
         AND id NOT IN (SELECT max(id) FROM seal GROUP BY boot)
         AND id NOT IN (SELECT min(id) FROM seal GROUP BY boot)`,
    )
    .all({ now })
  return rows.map(({ id }) => Number(id))
}

/** In the order in which they came: logs of earlier versions lack the last, or both. */
export const ADDED_COLUMNS = ['book', 'proved'] as const
function addColumns(db: DatabaseSync): void {
  for (const column of ADDED_COLUMNS) addColumn(db, column)
}
export function addColumn(db: DatabaseSync, column: (typeof ADDED_COLUMNS)[number]): void {
  const known = db.prepare("SELECT 1 FROM pragma_table_info('seal') WHERE name = ?").get(column)
  if (known === undefined) db.exec(`ALTER TABLE seal ADD COLUMN ${column} TEXT NOT NULL DEFAULT ''`)
}

/** A seal that says nothing of the archive has the line that it has always had. */
const lineOf = (seal: StoredSeal): string => {
  const { id, kind, boot, seq, hash, since, at, key, book, proved, signature } = seal
  const signed = signature ? Buffer.from(signature).toString('hex') : null
  return `${JSON.stringify([id, kind, boot, seq, hash, since, at, key, book, signed, ...(proved ? [proved] : [])])}\n`
}

function digestOf(seals: StoredSeal[]): Hash {
  const hash = createHash('sha256')
  for (const seal of seals) hash.update(lineOf(seal))
  return hash
}

/** What a seal says of those before it, computed from the rows that are there. */
export const bookOf = (before: StoredSeal[]): string => digestOf(before).digest('hex')

/** All of them, oldest first, also of a log that was tampered with: a number that is too large becomes another one. */
export function readSeals(db: DatabaseSync): StoredSeal[] {
  const all = db.prepare('SELECT * FROM seal ORDER BY id')
  all.setReadBigInts(true)
  return all.all().map((row) => {
    const seal = storedSeal(row)
    const [id, seq, since, at] = [seal.id, seal.seq, seal.since, seal.at].map(Number) as [
      number,
      number,
      number,
      number,
    ]
    return { ...seal, id, seq, since, at }
  })
}

export function storedSeal(row: Record<string, unknown>): StoredSeal {
  const { id, kind, boot, seq, hash, since, at, key, book, proved, signature } = row as unknown as StoredSeal
  return {
    ...{ id, kind, boot, seq, hash, since, at, key, signature },
    book: book ?? '',
    proved: proved ?? '',
  }
}

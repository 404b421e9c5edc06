/**
 * The key that seals the log: Ed25519, made on first use, kept in the OS keychain and nowhere else. Public keys are kept
 * among the documents, the present one first, so that what an earlier key sealed stays provable when a keychain was lost.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Outcome } from '../../contract/outcome.ts'
import type { DocumentStore } from '../ports.ts'
import type { SealSigner } from './seals.ts'

/** The keychain, as far as it is needed here. */
export interface KeySlot {
  get(account: string): Promise<Outcome<string | null>>
  set(account: string, value: string): Promise<Outcome<true>>
}
const ACCOUNT = 'activity-log-seal'
const KIND = 'log'
const ID = 'seal-keys'

/** Null when the keychain can't be used: then nothing is sealed, and verifying says so. */
export async function loadSealKey(keychain: KeySlot, documents: DocumentStore): Promise<SealSigner | null> {
  const key = await readOrMake(keychain)
  if (key === null) return null
  const publicKey = rawPublicKey(key)
  const stored = documents.get(KIND, ID)
  const known = Array.isArray(stored) ? stored.filter((each): each is string => typeof each === 'string') : []
  const former = known.filter((each) => each !== publicKey.toString('hex'))
  if (known[0] !== publicKey.toString('hex')) documents.put(KIND, ID, [publicKey.toString('hex'), ...former])
  return {
    publicKey,
    formerKeys: former.map((each) => Buffer.from(each, 'hex')),
    sign: (bytes) => sign(null, bytes, key),
  }
}

async function readOrMake(keychain: KeySlot): Promise<KeyObject | null> {
  const kept = await keychain.get(ACCOUNT)
  if (kept.kind !== 'ok') return null
  const read = kept.value === null ? null : parseKey(kept.value)
  if (read !== null) return read
  const { privateKey } = generateKeyPairSync('ed25519')
  const text = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
  const put = await keychain.set(ACCOUNT, text)
  return put.kind === 'ok' ? privateKey : null
}

function parseKey(text: string): KeyObject | null {
  try {
    const key = createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' })
    return key.asymmetricKeyType === 'ed25519' ? key : null
  } catch {
    return null
  }
}

/** The last 32 bytes of the SPKI form. */
const rawPublicKey = (key: KeyObject): Buffer =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)

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
const FORMER = 'activity-log-seal-former'
export const SEAL_KEYS_DOCUMENT = { kind: 'log', id: 'seal-keys' } as const
const { kind: KIND, id: ID } = SEAL_KEYS_DOCUMENT

/** Null when the keychain can't be used: then nothing is sealed, and verifying says so. */
export async function loadSealKey(keychain: KeySlot, documents: DocumentStore): Promise<SealSigner | null> {
  const kept = await keychain.get(ACCOUNT)
  if (kept.kind !== 'ok') return null
  const known = parseKey(kept.value)
  const key = known ?? (await makeKey(keychain))
  if (key === null) return null
  const publicKey = rawPublicKey(key)
  const own = publicKey.toString('hex')
  // Documents lie beside the log: whoever can change the one can change the other. So what they say of former keys
  // counts only when there is nothing better, in the moment when a keychain was lost.
  const former = known ? await readFormer(keychain) : listedKeys(documents)
  if (!known && former.length > 0) await keychain.set(FORMER, JSON.stringify(former))
  const all = [own, ...former.filter((each) => each !== own)]
  if (JSON.stringify(all) !== JSON.stringify(documents.get(KIND, ID))) documents.put(KIND, ID, all)
  return {
    publicKey,
    formerKeys: all.slice(1).map((each) => Buffer.from(each, 'hex')),
    sign: (bytes) => sign(null, bytes, key),
  }
}

/** Keys that the keychain vouches for, as hex, to verify with; null when it has none or can't be asked. Makes nothing. */
export async function readSealKeys(keychain: Pick<KeySlot, 'get'>): Promise<string[] | null> {
  const kept = await keychain.get(ACCOUNT)
  const key = kept.kind === 'ok' ? parseKey(kept.value) : null
  return key === null ? null : [rawPublicKey(key).toString('hex'), ...(await readFormer(keychain))]
}

/** Keys that sealed the log so far, as the documents list them: to verify with while the keychain has not answered. */
export const knownSealKeys = (documents: Pick<DocumentStore, 'get'>): Uint8Array[] =>
  listedKeys(documents).map((each) => Buffer.from(each, 'hex'))

const listedKeys = (documents: Pick<DocumentStore, 'get'>): string[] => keyList(documents.get(KIND, ID))

async function readFormer(keychain: Pick<KeySlot, 'get'>): Promise<string[]> {
  const kept = await keychain.get(FORMER)
  if (kept.kind !== 'ok' || kept.value === null) return []
  try {
    return keyList(JSON.parse(kept.value))
  } catch {
    return []
  }
}
export const keyList = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => /^[0-9a-f]{64}$/.test(String(each))) : []

async function makeKey(keychain: KeySlot): Promise<KeyObject | null> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const text = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
  const put = await keychain.set(ACCOUNT, text)
  return put.kind === 'ok' ? privateKey : null
}

function parseKey(text: string | null): KeyObject | null {
  if (text === null) return null
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

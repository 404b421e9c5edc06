/**
 * The key that seals the log: Ed25519, made at first need, kept in the OS keychain and nowhere else. Without a keychain
 * there is none, and the log says that it is unsealed.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { Keychain } from './keychain.ts'

/** Not a name that a secret can have. */
const ACCOUNT = 'log-seal-key:ed25519'

export interface SealKey {
  /** PEM. */
  publicKey: string
  sign(bytes: Uint8Array): Uint8Array
}

/** Null when the keychain can't hold it. */
export async function openSealKey(keychain: Keychain): Promise<SealKey | null> {
  const stored = await keychain.get(ACCOUNT)
  if (stored.kind !== 'ok') return null
  const pem =
    stored.value ??
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  if (stored.value === null && (await keychain.set(ACCOUNT, pem)).kind !== 'ok') return null
  const key = createPrivateKey(pem)
  return {
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    sign: (bytes) => sign(null, bytes, key),
  }
}

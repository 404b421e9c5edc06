/**
 * Verifies a log while no broker runs: opens it for reading only, so that evidence stays as it is. Prints one
 * VerifyReport as JSON and ends with 0 when the log is in order, 1 when it isn't, 2 when it was asked wrongly.
 *
 *   verify-log.child.js --own                   this user's log, held against all that this computer knows of it
 *   verify-log.child.js <activity.db>           any other
 *       [--public-key <hex or PEM file>]… [--head <seq>:<hash>]… [--every-entry]
 *
 * With --every-entry, and against a head that somebody kept, no seal is taken at its word for what is in the blocks.
 */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { sallyportPaths } from '../contract/paths.ts'
import type { ChainPoint } from './activity/check-chain.ts'
import { HEAD_ACCOUNT, parseWitnessed, type Witnessed } from './activity/head-witness.ts'
import { keyList, readSealKeys, SEAL_KEYS_DOCUMENT } from './activity/seal-key.ts'
import { readPublicKey } from './activity/seals.ts'
import { type VerifyOptions, verifyFile } from './activity/verify-log.ts'
import { WITNESS_DOCUMENT, witnessFile, witnessInFile } from './activity/witness-places.ts'
import { createKeychain } from './secrets/keychain.ts'
import { keychainService } from './secrets/keychain-service.ts'

/** A locked keychain must not hold up a verification: it goes on with what the documents know. */
const KEYCHAIN_MS = 2_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    own: { type: 'boolean', default: false },
    'public-key': { type: 'string', multiple: true },
    head: { type: 'string', multiple: true },
    'every-entry': { type: 'boolean', default: false },
  },
})
const heads = (values.head ?? []).map(readHead)
const [given] = positionals
if ((given === undefined) === !values.own || heads.some((head) => head === null)) {
  process.stderr.write(
    'Usage: verify-log --own | <activity.db> [--public-key <hex or PEM file>]… [--head <seq>:<hash>]… [--every-entry]\n',
  )
  process.exit(2)
}
const keys = (values['public-key'] ?? []).map(readKey)
const known = values.own ? await lookAround() : { file: given as string, options: {} }
const report = await verifyFile(known.file, {
  ...known.options,
  blocking: true,
  everyEntry: values['every-entry'] || heads.length > 0 || known.options.everyEntry === true,
  publicKeys: [...(known.options.publicKeys ?? []), ...keys],
  heads: [...(known.options.heads ?? []), ...heads.filter((head) => head !== null)],
})
process.stdout.write(`${JSON.stringify(report)}\n`)
process.exitCode = report.ok ? 0 : 1

function readHead(text: string): ChainPoint | null {
  const [, seq, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? []
  return hash === undefined ? null : { seq: Number(seq), hash }
}

function readKey(key: string): Uint8Array | string {
  try {
    const read = /^[0-9a-f]{64}$/i.test(key) ? Buffer.from(key, 'hex') : readFileSync(key, 'utf8')
    readPublicKey(read)
    return read
  } catch {
    process.stderr.write(`--public-key takes 64 hex digits or the PEM file of an Ed25519 key; not ${key}.\n`)
    return process.exit(2)
  }
}

/** Keys and heads that lie apart from the log: in the keychain, among the documents, in the user's state folder. */
async function lookAround(): Promise<{ file: string; options: VerifyOptions }> {
  const { data } = sallyportPaths(process.env, process.platform, homedir())
  const documents = readDocuments(join(data, 'state.db'))
  const keychain = createKeychain({
    node: process.execPath,
    childFile: join(import.meta.dirname, 'keychain.child.js'),
    nativeFile: join(import.meta.dirname, 'native', 'keytar.node'),
    service: keychainService(data, process.env),
    env: process.env,
    platform: process.platform,
    timeoutMs: KEYCHAIN_MS,
  })
  try {
    const vouched = await readSealKeys(keychain)
    const kept = vouched === null ? null : await keychain.get(HEAD_ACCOUNT)
    const beside = parseWitnessed(documents(WITNESS_DOCUMENT.kind, WITNESS_DOCUMENT.id))
    const outside = [
      witnessInFile(witnessFile(data, process.env, process.platform, homedir())).read(),
      kept?.kind === 'ok' ? parseText(kept.value) : null,
    ]
    const id = beside?.log ?? null
    const trusted = [beside, ...outside].filter((each) => each !== null && (id === null || each.log === id))
    const publicKeys = vouched ?? keyList(documents(SEAL_KEYS_DOCUMENT.kind, SEAL_KEYS_DOCUMENT.id))
    return {
      file: join(data, 'activity.db'),
      options: {
        id,
        // Keys that only the documents know could be anybody's.
        everyEntry: vouched === null,
        publicKeys: publicKeys.map((each) => Buffer.from(each, 'hex')),
        heads: trusted.flatMap((each) => (each === null ? [] : [...each.lost, each.head])),
      },
    }
  } finally {
    keychain.close()
  }
}

function parseText(text: string | null): Witnessed | null {
  try {
    return text === null ? null : parseWitnessed(JSON.parse(text))
  } catch {
    return null
  }
}

/** Documents, without a store that would make what is missing. */
function readDocuments(file: string): (kind: string, id: string) => unknown {
  if (!existsSync(file)) return () => undefined
  try {
    const db = new DatabaseSync(file, { readOnly: true })
    const get = db.prepare('SELECT value FROM document WHERE kind = ? AND id = ?')
    return (kind, id) => {
      const row = get.get(kind, id)
      return row === undefined ? undefined : JSON.parse(String(row.value))
    }
  } catch {
    return () => undefined
  }
}

/**
 * Verifies a log from the command line while no broker runs: prints one VerifyReport as JSON and ends with 0 when it is
 * in order, 1 when it isn't, 2 when it was asked wrongly.
 *
 *   verify-log.child.js <activity.db> [--public-key <hex or PEM file>]… [--head <seq>:<hash>]…
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { verifyFile } from './verify-log.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'public-key': { type: 'string', multiple: true }, head: { type: 'string', multiple: true } },
})
const [file] = positionals
const heads = (values.head ?? []).map((text) => {
  const [, seq, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? []
  return { seq: Number(seq), hash: hash ?? '' }
})
if (file === undefined || heads.some(({ hash }) => hash === '')) {
  process.stderr.write(
    'Usage: verify-log <activity.db> [--public-key <hex or PEM file>]… [--head <seq>:<hash>]…\n',
  )
  process.exit(2)
}
const publicKeys = (values['public-key'] ?? []).map((key) =>
  /^[0-9a-f]{64}$/.test(key) ? Buffer.from(key, 'hex') : readFileSync(key, 'utf8'),
)
const report = await verifyFile(file, { publicKeys, heads })
process.stdout.write(`${JSON.stringify(report)}\n`)
process.exitCode = report.ok ? 0 : 1

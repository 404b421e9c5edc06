/** `sallyport log verify`: is the log whole, and is it the one that was known. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import type { VerifyReport } from '../../contract/activity.ts'
import type { Verbs } from '../define-verb.ts'
import { CliError, EXIT, type ExitCode } from '../exit-code.ts'
import { createOutput, lasted, type Output, when } from '../output.ts'
import { openSession, type World } from '../session.ts'
import { verifyFiles } from '../verify-log.ts'

/** Of a running broker when there is one; else the files are read as they are, and nothing is started. */
export function addVerify(log: Command, verbs: Verbs): void {
  log
    .command('verify')
    .description('Check that no entry was changed, removed or added.')
    .option('--head <seq:hash>', 'a head that you kept: the log must have it (again for more)', collect, [])
    .option('--export <file>', 'a JSON Lines export: the log must have its last entry')
    .option('--file <path>', 'another activity.db than your own')
    .option('--public-key <key>', 'with --file: who must have sealed it, as hex or a PEM file', collect, [])
    .option(
      '--every-entry',
      'compute every entry anew, also where a seal proves packed blocks by their digest',
    )
    .option('--json', 'print JSON, and nothing else, on the standard output')
    .action(async (options: VerifyWords) => verbs.onEnd(await verify(verbs.world, options)))
}
interface VerifyWords {
  head: string[]
  publicKey: string[]
  export?: string
  file?: string
  everyEntry?: boolean
  json?: boolean
}
const HEAD = /^\d+:[0-9a-f]{64}$/
const collect = (value: string, before: string[]) => [...before, value]

async function verify(world: World, options: VerifyWords): Promise<ExitCode> {
  const out = createOutput(world, options.json === true)
  const heads = [
    ...options.head,
    ...(options.export === undefined ? [] : [await headOf(path.resolve(world.cwd, options.export))]),
  ]
  const wrong = heads.find((head) => !HEAD.test(head))
  if (wrong !== undefined)
    throw new CliError(EXIT.usage, 'usage', `--head takes <seq>:<hash>, 64 hex digits; not ${wrong}.`)
  const everyEntry = options.everyEntry === true
  const file = options.file === undefined ? null : path.resolve(world.cwd, options.file)
  if (file === null && options.publicKey.length > 0)
    throw new CliError(EXIT.usage, 'usage', '--public-key goes with --file: your own log’s keys are known.')
  if (file === null && heads.length === 0) {
    const session = await openSession(world, 'running').catch((error: unknown) => {
      if (error instanceof CliError && error.exitCode === EXIT.notRunning) return null
      throw error
    })
    if (session !== null)
      return session
        .call('activity.verify', everyEntry ? { everyEntry } : {})
        .then((report) => tellReport(report, out))
        .finally(() => session.close())
  }
  return tellReport(await verifyFiles(world, { file, heads, publicKeys: options.publicKey, everyEntry }), out)
}

/** The last entry of a JSON Lines export, or the head of a report that `verify --json` printed. */
async function headOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.failed, 'io', `${file} can't be read: ${error.code ?? error.message}.`)
  })
  try {
    const last = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>
    const head = (last.head ?? last) as Record<string, unknown>
    const kept = `${head.seq}:${head.hash}`
    if (!HEAD.test(kept)) throw new Error('no head')
    return kept
  } catch {
    throw new CliError(
      EXIT.usage,
      'usage',
      `${file} is no JSON Lines export and no report of \`verify --json\`.`,
    )
  }
}

export function tellReport(report: VerifyReport, out: Output): ExitCode {
  out.object(report)
  const sealed = report.sealedTo === null ? 'not sealed yet' : `sealed up to entry ${report.sealedTo}`
  const by =
    report.byBlocks === null
      ? ''
      : `; ${report.byBlocks.entries} of them by the sealed digest of their blocks, last computed anew on ${when(report.byBlocks.at)}`
  if (report.ok)
    out.say(
      `${out.mark('allow', 'whole')}  ${report.entries} entries in ${lasted(report.ms)}, ${sealed}${by}`,
    )
  else if (report.firstBad?.what === 'unreadable' && report.head === null)
    out.say(`${out.mark('deny', 'unreadable')}  ${report.firstBad.text}`)
  else
    out.say(
      `${out.mark('deny', 'broken')}  entry ${report.firstBad?.seq}: ${report.firstBad?.what}. ${report.firstBad?.text}`,
    )
  const off = report.gaps.at(-1)
  if (off)
    out.say(
      `${report.gaps.length === 1 ? 'One time' : `${report.gaps.length} times`} when nothing was recorded, the last from ${when(off.from)} to ${when(off.to)} (${off.why}).`,
    )
  return report.ok ? EXIT.ok : EXIT.failed
}

/** `sallyport log tail|search|verify|export`: the activity log. */
import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { ActivityQuery, type ActivityRow, ENTRY_KINDS } from '../../contract/activity.ts'
import type { Params } from '../../contract/broker-api.ts'
import { addVerb, type VerbScene, type Verbs } from '../define-verb.ts'
import { CliError, EXIT, type ExitCode } from '../exit-code.ts'
import { type Output, when } from '../output.ts'
import type { Session } from '../session.ts'
import { writeNewFile } from '../write-new-file.ts'
import { wrongWords } from '../wrong-words.ts'
import { addVerify, tellReport } from './log-verify.ts'

export function addLog(program: Command, verbs: Verbs): void {
  const log = program.command('log').description('The activity log: what was asked, decided and done.')
  addVerb(log, verbs, {
    name: 'tail',
    about: 'The newest entries; with --follow also those to come.',
    reach: 'any',
    define: (command) =>
      command.option('-n, --lines <n>', 'how many', '20').option('-f, --follow', 'go on with what comes'),
    async run(scene, options) {
      const limit = wholeNumber('--lines', options.lines, 1, 1000)
      const seen = new Map<number, string>()
      const { rows } = await scene.session.call('activity.query', { limit })
      for (const row of rows.toReversed()) printRow(row, scene.out, seen)
      if (options.follow !== true) return EXIT.ok
      scene.session.on('activity', (told) => {
        for (const row of told.rows) printRow(row, scene.out, seen)
      })
      scene.session.subscribe(['activity'])
      await new Promise<void>((resolve) => process.once('SIGINT', resolve))
      return EXIT.ok
    },
  })
  addVerb<[words: string[]]>(log, verbs, {
    name: 'search',
    about: 'Entries that hold these words, newest first.',
    reach: 'any',
    define: (command) =>
      withFilters(command)
        .option('--before <seq>', 'older than this entry: how pages go on')
        .option('--limit <n>', 'how many at most', '50'),
    async run({ session, out }, options, words) {
      const { rows, total } = await session.call('activity.query', readQuery(options, words))
      out.object({ rows, total })
      for (const row of rows) out.say(rowLine(row, out))
      out.say(`${rows.length} of ${total}`)
      return EXIT.ok
    },
  })
  addVerify(log, verbs)
  addVerb<[seqs: string[]]>(log, verbs, {
    name: 'redact',
    about:
      'Take the content of entries out for good; when, who and how it was decided stay, and so does the proof.',
    reach: 'any',
    define: (command) => command.argument('<seq...>', 'numbers of entries'),
    async run({ session, out }, _options, seqs) {
      const numbers = seqs.map((seq) => wholeNumber('<seq>', seq, 1, Number.MAX_SAFE_INTEGER))
      const { redacted } = await session.call('activity.redact', { seqs: numbers })
      out.object({ redacted })
      out.say(`Redacted ${redacted} of ${numbers.length}.`)
      return redacted > 0 ? EXIT.ok : EXIT.failed
    },
  })
  addVerb(log, verbs, {
    name: 'accept',
    about: 'Go on from the log as it stands, after it was set back and you know why. It stays on record.',
    reach: 'any',
    async run({ session, out }) {
      return tellReport(await session.call('activity.accept', {}), out)
    },
  })
  addVerb<[words: string[]]>(log, verbs, {
    name: 'export',
    about: 'Write the log out, oldest first: all of it, or what a search with these words would find.',
    reach: 'any',
    define: (command) =>
      withFilters(command)
        .option('--format <name>', 'jsonl, csv or ocsf', 'jsonl')
        .option(
          '-o, --output <file>',
          'into a file that is not there yet; the standard output when left out',
        ),
    run: exportLog,
  })
}

const withFilters = (command: Command): Command =>
  command
    .argument('[words...]', 'words, a "phrase", or part of a word as *part*')
    .option('--agent <id>', 'of this agent or client')
    .option('--run <id>', 'of this run')
    .option('--tool <name>', 'of this tool')
    .option('--capability <name>', 'of this kind')
    .option('--decision <word>', 'allow, deny or ask')
    .option('--kind <name>', 'entries of this kind, such as intent or alert (again for more)', collect)
    .option('--since <time>', 'from this date on')
    .option('--until <time>', 'up to this date')
const collect = (value: string, before: string[] = []) => [...before, value]

async function exportLog(
  { session, out, world }: VerbScene,
  options: Record<string, unknown>,
  words: string[],
): Promise<ExitCode> {
  const format = z.enum(['jsonl', 'csv', 'ocsf']).safeParse(options.format)
  if (!format.success) throw new CliError(EXIT.usage, 'usage', '--format is jsonl, csv or ocsf.')
  const file = typeof options.output === 'string' ? path.resolve(world.cwd, options.output) : null
  const wanted = { format: format.data, ...readFilters(options, words) }
  const told: Told = { fault: null }
  const parts = exportParts(session, wanted, told)
  if (file === null) {
    for await (const part of parts) await write(world.stdout, part)
    if (told.fault !== null) world.stderr.write(`${brokenWords(told.fault)}\n`)
  } else {
    const characters = await writeNewFile(file, parts)
    out.object({ file, characters, ...(told.fault === null ? {} : { fault: told.fault }) })
    out.say(`Written: ${file}`)
    if (told.fault !== null) out.say(`${out.mark('deny', 'broken')}  ${brokenWords(told.fault)}`)
  }
  return told.fault === null ? EXIT.ok : EXIT.failed
}
/** What is wrong with the record that is exported. */
interface Told {
  fault: string | null
}
const brokenWords = (fault: string) =>
  `The record does not verify, and was exported as it is; the export says so, too. ${fault}`

async function* exportParts(
  session: Session,
  wanted: Omit<Params<'activity.export'>, 'after' | 'limit'>,
  told: Told,
): AsyncGenerator<string> {
  for (let after: number | null = 0, first = true; after !== null; first = false) {
    const query: Params<'activity.export'> = { ...wanted, after, limit: 1000 }
    const { text, next, fault } = await session.call('activity.export', query)
    told.fault ??= fault ?? null
    // Each part of a CSV begins with its header; one is enough.
    yield wanted.format === 'csv' && !first ? text.slice(text.indexOf('\n') + 1) : text
    after = next
  }
}

function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => stream.write(text, (error) => (error ? reject(error) : resolve())))
}

/** Again only when it has changed: an open effect that has ended. */
function printRow(row: ActivityRow, out: Output, seen: Map<number, string>): void {
  const text = JSON.stringify(row)
  if (seen.get(row.seq) === text) return
  seen.set(row.seq, text)
  if (seen.size > 5_000) seen.delete(seen.keys().next().value as number)
  out.object(row)
  out.say(rowLine(row, out))
}

function rowLine(row: ActivityRow, out: Output): string {
  const isAlert = row.kind === 'alert'
  const mark =
    row.decision === null
      ? isAlert
        ? out.mark('ask', 'alert')
        : ''
      : out.mark(row.decision === 'allow' && row.asked ? 'ask' : row.decision)
  const state = row.state === 'ok' || row.state === 'none' ? '' : ` (${row.state})`
  // An alert's own sentence names the agent.
  const who = row.principal && !isAlert ? `${out.foreign(row.principal.name, 'agent')}: ` : ''
  return `${when(row.at)}  ${String(row.seq).padStart(6)}  ${mark.padEnd(9)}  ${who}${out.foreign(row.subject)}${state}`
}

function readQuery(options: Record<string, unknown>, words: string[]): Params<'activity.query'> {
  return {
    ...readFilters(options, words),
    before:
      options.before === undefined
        ? undefined
        : wholeNumber('--before', options.before, 1, Number.MAX_SAFE_INTEGER),
    limit: wholeNumber('--limit', options.limit, 1, 1000),
  }
}

function readFilters(options: Record<string, unknown>, words: string[]) {
  const { text, principalId, runId, tool, capability, decision } = ActivityQuery.shape
  const kinds = options.kind as string[] | undefined
  return {
    text: given('The words', text, words.join(' ')),
    principalId: given('--agent', principalId, options.agent),
    runId: given('--run', runId, options.run),
    tool: given('--tool', tool, options.tool),
    capability: given('--capability', capability, options.capability),
    decision: given('--decision', decision, options.decision),
    kinds: kinds?.map((kind) => given('--kind', z.enum(ENTRY_KINDS), kind)),
    since: readTime('--since', options.since),
    until: readTime('--until', options.until),
  }
}

function given<S extends z.ZodType>(name: string, schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new CliError(EXIT.usage, 'usage', `${name}: ${wrongWords(parsed.error)}`)
}

function readTime(name: string, text: unknown): number | undefined {
  if (text === undefined) return undefined
  const at = /^\d{11,}$/.test(String(text)) ? Number(text) : Date.parse(String(text))
  if (Number.isFinite(at)) return at
  throw new CliError(EXIT.usage, 'usage', `${name} takes a date such as 2026-05-03 or 2026-05-03T14:00.`)
}

function wholeNumber(name: string, text: unknown, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new CliError(EXIT.usage, 'usage', `${name} takes a whole number from ${least} to ${most}.`)
}

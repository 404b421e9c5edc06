/**
 * ripgrep as the matcher. All texts are one stream on its standard input, and the line numbers that come back say which
 * text a match is in: it opens no file, and its sandbox holds none but its own.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { failed, type Outcome, ok, refused } from '../../../contract/outcome.ts'
import { type FoundLines, type LineMatch, type LineMatcher, type LineQuery, lineText } from './match-lines.ts'

/** Longest search, however much there is to search. */
const MAX_MS = 60_000
const NEWLINE = 10
const COLON = 58
/** More than is told of a line. */
const MAX_COLUMNS = 2048

/** Ends a sandbox that may only be starting, whole: its first process alone would leave one that waits for ever. */
export type EndSandbox = (pid: number) => void

/** Null where ripgrep or the sandbox is missing. */
export function createRipgrepMatcher(
  searchPath: string,
  endSandbox: EndSandbox,
  maxMs = MAX_MS,
): LineMatcher | null {
  const [rg, bwrap] = [find('rg', searchPath), find('bwrap', searchPath)]
  if (process.platform !== 'linux' || !rg || !bwrap) return null
  return {
    match: (query, texts, signal) =>
      match([bwrap, ...sandbox(), rg, ...argumentsFor(query)], query, texts, { signal, endSandbox, maxMs }),
  }
}

function find(name: string, searchPath: string): string | null {
  for (const folder of searchPath.split(':')) {
    const file = path.join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // The next folder.
    }
  }
  return null
}

/** Nothing but the system's programs, read-only; no network, no other process, ends with the broker. */
function sandbox(): string[] {
  const system = ['/usr', '/bin', '/lib', '/lib32', '/lib64', '/etc/ld.so.cache'].flatMap((folder) => [
    '--ro-bind-try',
    folder,
    folder,
  ])
  return [
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
    '--clearenv',
    ...system,
    '--dev',
    '/dev',
    '--chdir',
    '/',
    '--',
  ]
}

function argumentsFor({ pattern, regex, ignoreCase }: LineQuery): string[] {
  // Not as JSON: of a long line that would name each of its matches, a hundred times as much as the line.
  const how = ['--no-config', '--no-heading', '--line-number', '--no-filename', '--color', 'never']
  how.push('--text', '--encoding', 'none', '--crlf', '--threads', '1')
  how.push('--max-columns', `${MAX_COLUMNS}`, '--max-columns-preview')
  // So that what was found is told, also when its time is up.
  how.push('--line-buffered')
  if (!regex) how.push('--fixed-strings')
  if (ignoreCase) how.push('--ignore-case')
  return [...how, '--regexp', pattern, '-']
}

type Ripgrep = ChildProcessByStdio<Writable, Readable, Readable>

async function match(
  [file, ...args]: string[],
  query: LineQuery,
  texts: AsyncIterable<Buffer>,
  { signal, endSandbox, maxMs }: { signal: AbortSignal; endSandbox: EndSandbox; maxMs: number },
): Promise<Outcome<FoundLines>> {
  const child: Ripgrep = spawn(file as string, args, { stdio: ['pipe', 'pipe', 'pipe'], env: {} })
  const end = () => {
    const { pid, exitCode, signalCode } = child
    if (pid !== undefined && exitCode === null && signalCode === null) endSandbox(pid)
  }
  let late = false
  const timer = setTimeout(() => {
    late = true
    end()
  }, maxMs)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  // Each text's first line in the stream.
  const starts: number[] = []
  const matches: LineMatch[] = []
  try {
    const exited = new Promise<void>((resolve) => {
      child.once('error', () => resolve())
      child.once('close', () => resolve())
    })
    const said = text(child.stderr)
    const feeding = feed(child, texts, starts)
    // It may fail long before it is waited for.
    feeding.catch(() => {})
    for await (const line of linesOf(child.stdout)) {
      const found = parseMatch(line)
      if (!found) continue
      matches.push({ ...place(starts, found.line), text: found.text })
      if (matches.length >= query.limit) break
    }
    end()
    await feeding
    await exited
    const complaint = await said
    if (complaint !== '' && matches.length === 0 && !signal.aborted) return explain(complaint)
    const all = matches.length >= query.limit
    // 1 says that there was nothing to find.
    const isWhole = child.exitCode === 0 || child.exitCode === 1
    if (!all && !late && !isWhole && !signal.aborted)
      return failed('io', 'The search broke off, so it is not known what there is.')
    return ok({ matches, cut: late && !all && !isWhole })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
    end()
  }
}

/** Writes all texts, each ending in a line break, and notes where each begins. */
async function feed({ stdin }: Ripgrep, texts: AsyncIterable<Buffer>, starts: number[]): Promise<void> {
  let line = 1
  async function* whole() {
    for await (const bytes of texts) {
      starts.push(line)
      line += countLines(bytes)
      yield bytes.at(-1) === NEWLINE ? bytes : Buffer.concat([bytes, Buffer.of(NEWLINE)])
    }
  }
  await pipeline(whole, stdin).catch((error: NodeJS.ErrnoException) => {
    if (!GONE.includes(error.code ?? '')) throw error
  })
}
/** It has found enough, and went. */
const GONE = ['EPIPE', 'ECANCELED', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']

function countLines(bytes: Buffer): number {
  let count = bytes.at(-1) === NEWLINE ? 0 : 1
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === NEWLINE) count++
  return count
}

/** By line feeds alone: whatever else ends a line elsewhere is part of one here. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = []
  for await (const chunk of stream) {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, at)])
      parts = []
      from = at + 1
    }
    if (from < chunk.length) parts.push(chunk.subarray(from))
  }
}

/** The last text that begins at or before the line. */
function place(starts: number[], line: number): { index: number; line: number } {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] as number) <= line) low = middle
    else high = middle - 1
  }
  return { index: low, line: line - (starts[low] ?? 1) + 1 }
}

/** `12:text` */
function parseMatch(line: Buffer): { line: number; text: string } | null {
  const colon = line.indexOf(COLON)
  const number = Number(line.subarray(0, colon).toString('latin1'))
  if (colon < 1 || !Number.isSafeInteger(number)) return null
  const text = line.subarray(colon + 1, colon + 1 + 4 * MAX_COLUMNS).toString('utf8')
  return { line: number, text: lineText(text.replace(/\r$/, '')) }
}

function explain(complaint: string) {
  const error = /error: (.+)/.exec(complaint)?.[1] ?? ''
  if (/regex/.test(complaint))
    return refused(
      'invalid-request',
      `The pattern is no valid regular expression${error === '' ? '' : `: ${error.slice(0, 300)}`}.`,
    )
  if (/^bwrap:/m.test(complaint))
    return refused(
      'unavailable',
      'The sandbox in which files are searched can’t be started on this computer. See the readiness page.',
    )
  return failed('io', 'The search could not be done.', `The search failed: ${complaint.slice(0, 300)}`)
}

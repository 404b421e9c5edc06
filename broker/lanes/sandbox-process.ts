/**
 * One sandbox process and its pipes: messages in and out, how it ended and why. Knows nothing of calls and limits.
 */

import type { Readable } from 'node:stream'
import { killBubblewrap } from './kill-bubblewrap.ts'
import { childrenOf } from './process-usage.ts'
import {
  createLineReader,
  LARGE_LINE,
  type ParsedLine,
  parseLargeLine,
  parseLine,
  type SandboxMessage,
} from './read-messages.ts'
import type { SpawnedSandbox } from './spawn-sandbox.ts'
import type { Unread, UnreadAnswers } from './unread-answers.ts'

export interface SandboxEnd {
  /** The process broke the rules of the pipe; empty when it did not. */
  fault: string
  /** We ended it. */
  killed: boolean
  ready: boolean
  code: number | null
  signal: string | null
  /** The last of what it wrote to stderr. */
  stderr: string
  /** When its exit was seen, by `performance.now()`. */
  at: number
}
export interface SandboxProcess {
  /** The process in which the isolate runs; known when it is ready. */
  innerPid(): number | undefined
  /** All that belongs to it. */
  pids(): number[]
  /** Resolves to false when it ended before it was ready. */
  ready: Promise<boolean>
  /** `alone`: nothing else is about to be sent, so it need not wait for the end of this turn of the loop. */
  send(text: string, alone?: boolean): void
  /** Stops or goes on reading what it writes: how a process that asks too fast is held back. */
  read(on: boolean): void
  /** Holds the process still, or lets it go on. */
  stand(still: boolean): void
  kill(): void
}
export interface SandboxEvents {
  /** `size` is the message's length. */
  onMessage(message: SandboxMessage, size: number): void
  onEnd(end: SandboxEnd): void
}

/** bubblewrap's exit code when what it runs got SIGKILL. */
export const KILLED = 128 + 9
const READY_MS = 15_000
/**
 * Bytes that may wait to be read by it: more than twice the answers that a call can be waiting for at once. It may well
 * compute for a while before it takes them, and what goes out in one write counts until the last of it is read. Not to
 * listen to it until then could be for ever, as it may be writing.
 */
const UNREAD = 256 * 1024 * 1024
/** With less waiting for it, it is not asked what waits for all. */
const READS_WELL = 256 * 1024
const STDERR = 4096
/** A chunk of this size has more behind it. */
const FULL_CHUNK = 64 * 1024
/** How long chunks may follow each other before others have their turn, in ms: it writes while it is read. */
const TURN_MS = 8
/** Between the exit and the end of the pipes. */
const DRAIN_MS = 100

export function openSandboxProcess(
  { child, osSandbox }: SpawnedSandbox,
  events: SandboxEvents,
  /** What waits for all of them. */
  ofAll: UnreadAnswers | null = null,
  unreadLimit = UNREAD,
): SandboxProcess {
  const end: SandboxEnd = {
    fault: '',
    killed: false,
    ready: false,
    code: null,
    signal: null,
    stderr: '',
    at: 0,
  }
  let inner: number | undefined
  let over = false
  let out = ''
  let wanted = true
  /** Lines behind a large one that is being read. */
  let waiting: string[] | null = null
  /** Enough was read in this turn of the loop. */
  let resting = false
  let turnEnds = 0
  /** The process has ended, and what it wrote last is still being read. */
  let ended = false
  let settleReady: (ready: boolean) => void = () => {}
  const ready = new Promise<boolean>((resolve) => {
    settleReady = resolve
  })
  const unread: Unread = {
    bytes: () => (isWanted() ? out.length + (child.stdin?.writableLength ?? 0) : 0),
    giveUp: () => giveUpUnread('it does not read its answers, and too many wait for all tools together'),
  }
  const forget = ofAll?.add(unread)
  const slowStart = setTimeout(() => breakOff('it was not ready in time'), READY_MS)

  function becomeReady() {
    const found = osSandbox === 'bubblewrap' && child.pid ? childrenOf(child.pid)[0] : child.pid
    // Ended since it wrote that, or nowhere to be found: nothing could be run in it, nor its limits kept.
    if (found === undefined) return breakOff('it was gone when it was to be used')
    clearTimeout(slowStart)
    end.ready = true
    inner = found
    settleReady(true)
  }

  function kill() {
    end.killed = true
    endProcesses()
  }

  function breakOff(fault: string) {
    if (end.fault === '') end.fault = fault
    endProcesses()
  }

  /** What waited is let go of at once: to end takes a moment. */
  function giveUpUnread(fault: string) {
    out = ''
    breakOff(fault)
    child.stdin?.destroy()
  }

  function endProcesses() {
    if (osSandbox === 'bubblewrap' && !end.ready && child.pid && !over) return killBubblewrap(child.pid)
    for (const pid of [inner, child.pid]) if (pid) signal(pid)
  }

  function finish() {
    if (over) return
    ended = true
    if (waiting && isWanted()) return
    over = true
    forget?.()
    clearTimeout(slowStart)
    settleReady(false)
    events.onEnd(end)
  }

  const isWanted = () => !over && !end.killed && end.fault === ''

  function onLine(line: string) {
    if (!isWanted()) return
    if (waiting) waiting.push(line)
    else if (line.length > LARGE_LINE) readLarge(line).catch(() => breakOff('a message could not be read'))
    else take(line, parseLine(line))
  }

  /** What comes after it waits, and nothing more is read meanwhile. */
  async function readLarge(line: string) {
    const behind: string[] = []
    waiting = behind
    flow()
    const parsed = await parseLargeLine(line, isWanted)
    waiting = null
    if (isWanted()) take(line, parsed)
    for (const next of behind) onLine(next)
    flow()
    if (!waiting && ended) finish()
  }

  function flow() {
    if (wanted && !waiting && !resting) child.stdout?.resume()
    else child.stdout?.pause()
  }

  function take(line: string, parsed: ParsedLine) {
    if ('fault' in parsed) breakOff(parsed.fault)
    else if (parsed.message.t !== 'ready') events.onMessage(parsed.message, line.length)
    else if (!end.ready) becomeReady()
    else breakOff('it said twice that it is ready')
  }

  const readLines = createLineReader(onLine, breakOff)
  function read(chunk: Buffer) {
    if (chunk.length < FULL_CHUNK) return readLines(chunk)
    if (turnEnds === 0) {
      turnEnds = performance.now() + TURN_MS
      setImmediate(endTurn)
    }
    readLines(chunk)
    resting = performance.now() > turnEnds
    if (resting) flow()
  }

  function endTurn() {
    turnEnds = 0
    if (!resting) return
    resting = false
    flow()
  }

  function flush() {
    const text = out
    out = ''
    if (!over && text !== '') child.stdin?.write(text)
  }

  if (child.stdout) readChunks(child.stdout, read)
  child.stderr?.on('data', (chunk) => {
    end.stderr = (end.stderr + String(chunk)).slice(-STDERR)
  })
  // There are none where the system has no descriptors for them.
  for (const stream of (child.stdio as typeof child.stdio | undefined) ?? []) stream?.on('error', () => {})
  child.on('error', (error) => {
    end.stderr = error.message
    finish()
  })
  child.on('exit', (code, signalName) => {
    end.code = code
    end.signal = signalName
    end.at = performance.now()
    setTimeout(finish, DRAIN_MS).unref()
  })
  child.on('close', finish)

  return {
    ready,
    innerPid: () => inner,
    pids: () =>
      [child.pid, inner].filter(
        (pid, index, all) => pid !== undefined && all.indexOf(pid) === index,
      ) as number[],
    send: (text, alone = false) => {
      if (!isWanted()) return
      const size = unread.bytes() + text.length
      if (size > unreadLimit) return giveUpUnread('it does not read its answers')
      if (size > READS_WELL) ofAll?.makeRoom(unread, text.length)
      if (!isWanted()) return
      // Answers that come in one turn of the loop go out in one write.
      if (out === '' && !alone) setImmediate(flush)
      out += text
      if (alone) flush()
    },
    read: (on) => {
      wanted = on
      flow()
    },
    stand: (still) => {
      if (inner && !over) signal(inner, still ? 'SIGSTOP' : 'SIGCONT')
    },
    kill,
  }
}

/**
 * Hands on what a stream reads before it would store it, tell its listeners and plan its next look: that is half of
 * what a short message costs. While it is paused, or holds something, everything takes the usual way.
 */
function readChunks(stream: Readable, onChunk: (chunk: Buffer) => void) {
  stream.on('data', onChunk)
  const push = stream.push
  stream.push = (chunk: Buffer | null, encoding) => {
    if (chunk === null || stream.readableFlowing !== true || stream.readableLength > 0)
      return push.call(stream, chunk, encoding)
    onChunk(chunk)
    return true
  }
}

function signal(pid: number, name: NodeJS.Signals = 'SIGKILL') {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended already.
  }
}

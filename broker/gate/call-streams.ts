/**
 * The streams of one tool call: requests that the gate has let through and whose answers come in parts, and content
 * that is gathered before it is asked to be written. A capability gives a part and waits until the tool takes it, so
 * nothing piles up; whatever is open when the call ends, ends.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { failed, type Outcome, ok, type Refused, refused } from '../../contract/outcome.ts'
import { STREAM_LIMITS, STREAMED, type StreamRequestName, StreamRequests } from '../../contract/stream.ts'
import type { Json } from '../../contract/words.ts'
import type { CallContext, PartSink, StagedFile, Staging, StagingFile } from '../ports.ts'
import type { ContentWatch } from './find-leak.ts'

export interface CallStreams {
  /** Of requests that `concernsStreams`. */
  pass(operation: string, args: Json, signal: AbortSignal): Promise<Outcome<Json>>
  staged(stage: number): Promise<StagedFile | null>
  /** Ends what is still open, and waits a moment for the record of it. */
  end(): Promise<void>
}
export interface CallStreamsParts {
  passCapability(
    operation: string,
    args: Json,
    how: Pick<CallContext, 'parts' | 'signal'>,
  ): Promise<Outcome<Json>>
  /** Numbers that no other call has. */
  nextNumber(): number
  staging: Staging
  /** Looks into content while it is gathered. */
  watchContent(): ContentWatch
}

interface Stream {
  number: number
  parts: Waiting[]
  /** A reader that waits for the next part. */
  reader: ((answer: Outcome<Json>) => void) | null
  /** Set when the request has ended. */
  ended: Outcome<Json> | null
  /** The tool wants no more. */
  closed: AbortController
  /** The call has ended. */
  gone: AbortController
  settled: Promise<unknown>
}
interface Stage {
  stage: number
  file: StagingFile
  watch: ContentWatch
}
interface Waiting {
  value: Json
  taken(wanted: boolean): void
}

export function concernsStreams(operation: string): boolean {
  return STREAMED.has(operation) || Object.hasOwn(StreamRequests, operation)
}

/** How long the end of a call waits for its streams to be written down, ms. */
const END_MS = 20

export function createCallStreams(parts: CallStreamsParts): CallStreams {
  const streams = new Map<number, Stream>()
  const stages = new Map<number, Stage>()
  let gathered = 0

  async function open(operation: string, args: Json, signal: AbortSignal): Promise<Outcome<Json>> {
    makeRoom()
    if ([...streams.values()].filter(({ ended }) => !ended).length >= STREAM_LIMITS.open)
      return refused('budget', `More than ${STREAM_LIMITS.open} streams are open: read or cancel some first.`)
    const number = parts.nextNumber()
    const stream: Stream = {
      number,
      parts: [],
      reader: null,
      ended: null,
      closed: new AbortController(),
      gone: new AbortController(),
      settled: Promise.resolve(),
    }
    streams.set(number, stream)
    return new Promise((answer) => {
      let opened = false
      const sink: PartSink<Json> = {
        open(head) {
          opened = true
          answer(ok({ stream: number, ...(head as Record<string, Json>) }))
        },
        part: (value) => offer(stream, value),
        closed: stream.closed.signal,
      }
      stream.settled = parts
        .passCapability(operation, args, {
          parts: sink,
          signal: AbortSignal.any([signal, stream.gone.signal]),
        })
        // A bug on our side is a failure for the tool, as of any request; nobody waits for ever.
        .catch(() => failed('io', 'Sallyport could not handle this request.'))
        .then((outcome) => {
          stream.ended = outcome
          if (!opened) streams.delete(number)
          if (!opened) answer(outcome)
          else deliver(stream)
        })
    })
  }

  /** What has ended and is not read is kept for a while. */
  function makeRoom(): void {
    if (streams.size < STREAM_LIMITS.unread) return
    const oldest = [...streams].find(([, { ended }]) => ended)
    if (oldest) streams.delete(oldest[0])
  }

  function offer(stream: Stream, value: Json): Promise<boolean> {
    if (stream.closed.signal.aborted || stream.gone.signal.aborted) return Promise.resolve(false)
    // One part waits without holding anyone back: a small body is done at once, read or not.
    if (stream.parts.length === 0) {
      stream.parts.push({ value, taken() {} })
      deliver(stream)
      return Promise.resolve(true)
    }
    return new Promise((taken) => {
      stream.parts.push({ value, taken })
      deliver(stream)
    })
  }

  /** Gives the waiting reader the next part, or the end. */
  function deliver(stream: Stream): void {
    const { reader } = stream
    if (!reader || (stream.parts.length === 0 && !stream.ended)) return
    const next = stream.parts.shift()
    stream.reader = null
    if (next) {
      reader(ok({ done: false, part: next.value }))
      next.taken(true)
      return
    }
    streams.delete(stream.number)
    const ended = stream.ended as Outcome<Json>
    reader(ended.kind === 'ok' ? ok({ done: true, end: ended.value }) : ended)
  }

  function read(number: number): Promise<Outcome<Json>> {
    const stream = streams.get(number)
    if (!stream) return Promise.resolve(refused('invalid-request', 'This stream is not open.'))
    if (stream.reader)
      return Promise.resolve(refused('invalid-request', 'This stream is being read already.'))
    return new Promise((answer) => {
      stream.reader = answer
      deliver(stream)
    })
  }

  async function close(number: number): Promise<Outcome<Json>> {
    const stream = streams.get(number)
    if (!stream) return ok(null)
    streams.delete(number)
    letGo(stream)
    stream.closed.abort()
    await stream.settled
    return ok(null)
  }

  function letGo(stream: Stream): void {
    for (const { taken } of stream.parts.splice(0)) taken(false)
    stream.reader?.(refused('cancelled', 'This stream was closed.'))
    stream.reader = null
  }

  async function gather(number: number | null, data: string): Promise<Outcome<Json>> {
    const begun = number === null ? beginStage() : findStage(number)
    if (begun.kind !== 'ok') return begun
    const { stage, file, watch } = begun.value
    const bytes = Buffer.from(data, 'base64')
    gathered += bytes.length
    if (gathered > STREAM_LIMITS.staged)
      return refused('too-large', `A call gathers at most ${STREAM_LIMITS.staged} bytes for writing.`)
    const leak = await watch.take(bytes)
    if (leak) {
      drop(stage)
      return leak
    }
    const size = await file.append(bytes)
    return size.kind === 'ok' ? ok({ stage, size: size.value }) : size
  }

  function findStage(stage: number): Outcome<Stage> {
    const found = stages.get(stage)
    return found ? ok(found) : refused('invalid-request', 'There is no such content to add to.')
  }

  function beginStage(): Outcome<Stage> {
    if (stages.size >= STREAM_LIMITS.stages)
      return refused('budget', `More than ${STREAM_LIMITS.stages} files are being written: close some first.`)
    const file = parts.staging.open()
    if (file.kind !== 'ok') return file
    const stage = parts.nextNumber()
    const begun = { stage, file: file.value, watch: parts.watchContent() }
    stages.set(stage, begun)
    return ok(begun)
  }

  function drop(number: number): Outcome<Json> {
    stages.get(number)?.file.close()
    stages.delete(number)
    return ok(null)
  }

  return {
    async pass(operation, args, signal) {
      if (STREAMED.has(operation)) return open(operation, args, signal)
      const parsed = parse(operation as StreamRequestName, args)
      if (parsed.kind !== 'ok') return parsed
      const { stream = -1, stage = null, data = '' } = parsed.value
      if (operation === 'stream.read') return read(stream)
      if (operation === 'stream.close') return close(stream)
      if (operation === 'stage.write') return gather(stage, data)
      return drop(stage as number)
    },
    async staged(stage) {
      const found = stages.get(stage)
      // What its last bytes may have ended.
      if (await found?.watch.end()) drop(stage)
      return stages.get(stage)?.file.look() ?? null
    },
    async end() {
      for (const { file } of stages.values()) file.close()
      stages.clear()
      const open = [...streams.values()]
      streams.clear()
      if (open.length === 0) return
      for (const stream of open) {
        stream.gone.abort()
        letGo(stream)
      }
      await Promise.race([Promise.all(open.map(({ settled }) => settled)), sleep(END_MS)])
    },
  }
}

interface Asked {
  stream?: number
  stage?: number | null
  data?: string
}

function parse(operation: StreamRequestName, args: Json): { kind: 'ok'; value: Asked } | Refused {
  const parsed = StreamRequests[operation].safeParse(args)
  return parsed.success
    ? { kind: 'ok', value: parsed.data }
    : refused('invalid-request', `The arguments of ${operation} don’t fit.`)
}

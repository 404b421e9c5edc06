/**
 * The streams of one tool call: requests that the gate has let through and whose answers come in parts, and content
 * that is gathered before it is asked to be written. A capability gives a part and waits until the tool takes it, so
 * nothing piles up; whatever is open when the call ends, ends.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { failed, type Outcome, ok, type Refused, refused } from '../../contract/outcome.ts'
import { STREAM_LIMITS, STREAMED, type StreamRequestName, StreamRequests } from '../../contract/stream.ts'
import type { Json } from '../../contract/words.ts'
import type { CallContext, PartSink, StagedFile } from '../ports.ts'
import { type CallStagesParts, createCallStages } from './call-stages.ts'
import { createStreamRoom } from './stream-room.ts'

export interface CallStreams {
  /** Of requests that `concernsStreams`. `request` is its number in the call. */
  pass(operation: string, args: Json, signal: AbortSignal, request: number): Promise<Outcome<Json>>
  staged(stage: number): Promise<StagedFile | null>
  /** Ends what is still open, and waits a moment for the record of it. */
  end(): Promise<void>
}
export interface CallStreamsParts extends CallStagesParts {
  passCapability(
    operation: string,
    args: Json,
    how: Pick<CallContext, 'parts' | 'signal'>,
  ): Promise<Outcome<Json>>
}

interface Stream {
  number: number
  /** It has its head. */
  opened: boolean
  parts: Waiting[]
  /** A reader that waits for the next part. */
  reader: ((answer: Outcome<Json>) => void) | null
  /** Set when the request has ended. */
  ended: Outcome<Json> | null
  /** It makes room for another. */
  left: boolean
  /** The tool wants no more. */
  closed: AbortController
  /** The call has ended, or the tool has given up the request. */
  gone: AbortController
  settled: Promise<unknown>
}
interface Waiting {
  value: Json
  taken(wanted: boolean): void
}

export function concernsStreams(operation: string): boolean {
  return STREAMED.has(operation) || Object.hasOwn(StreamRequests, operation)
}

const NOT_OPEN = refused('invalid-request', 'This stream is not open.')
const FORGOTTEN = refused(
  'budget',
  `More than ${STREAM_LIMITS.unread} answers were left unread, so the oldest of them was let go of. Read each before you ask for more.`,
)

/** How long the end of a call waits for its streams to be written down, ms. */
const END_MS = 20

export function createCallStreams(parts: CallStreamsParts): CallStreams {
  const streams = new Map<number, Stream>()
  /** Those that were let go of unread. */
  const forgotten = new Set<number>()
  /** Requests whose stream has no head yet. */
  const opening = new Map<number, AbortController>()
  const room = createStreamRoom({ limit: STREAM_LIMITS.open, doing })
  const stages = createCallStages(parts)

  async function open(
    operation: string,
    args: Json,
    given: AbortSignal,
    request: number,
  ): Promise<Outcome<Json>> {
    const gone = new AbortController()
    const signal = AbortSignal.any([given, gone.signal])
    opening.set(request, gone)
    try {
      if (await room.enter(signal)) return await begin(operation, args, signal, gone)
    } finally {
      opening.delete(request)
    }
    return signal.aborted
      ? refused('cancelled', 'This request was given up before it began.')
      : refused('budget', `More than ${STREAM_LIMITS.open} streams are open: read or cancel some first.`)
  }

  /** Answers with the head, or with how the request ended without one. */
  function begin(operation: string, args: Json, signal: AbortSignal, gone: AbortController) {
    forgetOldest()
    const number = parts.nextNumber()
    const stream: Stream = {
      number,
      opened: false,
      parts: [],
      reader: null,
      ended: null,
      left: false,
      closed: new AbortController(),
      gone,
      settled: Promise.resolve(),
    }
    streams.set(number, stream)
    return new Promise<Outcome<Json>>((answer) => {
      const sink: PartSink<Json> = {
        open(head) {
          stream.opened = true
          answer(ok({ stream: number, ...(head as Record<string, Json>) }))
        },
        part: (value, last) => offer(stream, value, last),
        closed: stream.closed.signal,
      }
      stream.settled = parts
        .passCapability(operation, args, { parts: sink, signal })
        // A bug on our side is a failure for the tool, as of any request; nobody waits for ever.
        .catch(() => failed('io', 'Sallyport could not handle this request.'))
        .then((outcome) => {
          stream.ended = outcome
          leave(stream)
          if (!stream.opened) streams.delete(number)
          if (!stream.opened) answer(outcome)
          else deliver(stream)
        })
    })
  }

  function leave(stream: Stream): void {
    if (stream.left) return
    stream.left = true
    room.leave()
  }

  function doing() {
    const open = [...streams.values()].filter(({ ended }) => !ended)
    if (open.some(({ opened }) => !opened)) return 'opening'
    return open.some(({ reader }) => reader) ? 'reading' : 'nothing'
  }

  /** What has ended and is not read is kept for a while. */
  function forgetOldest(): void {
    if (streams.size < STREAM_LIMITS.unread) return
    const oldest = [...streams].find(([, { ended }]) => ended)
    if (!oldest) return
    streams.delete(oldest[0])
    forgotten.add(oldest[0])
  }

  function offer(stream: Stream, value: Json, last = false): Promise<boolean> {
    if (stream.closed.signal.aborted || stream.gone.signal.aborted) return Promise.resolve(false)
    // One part waits without holding anyone back, and so does what is left behind it (what ends as a value may begin
    // comes by itself): a small body is done at once, read or not.
    if (stream.parts.length === 0 || last) {
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
    if (!stream) return Promise.resolve(forgotten.has(number) ? FORGOTTEN : NOT_OPEN)
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
    leave(stream)
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

  return {
    async pass(operation, args, signal, own) {
      if (STREAMED.has(operation)) return open(operation, args, signal, own)
      const parsed = parse(operation as StreamRequestName, args)
      if (parsed.kind !== 'ok') return parsed
      const { stream = -1, stage = null, data = '', request = -1 } = parsed.value
      if (operation === 'stream.read') return read(stream)
      if (operation === 'stream.close') return close(stream)
      if (operation === 'stream.giveUp') {
        opening.get(request)?.abort()
        return ok(null)
      }
      if (operation === 'stage.write') return stages.gather(stage, data)
      return stages.drop(stage as number)
    },
    staged: stages.staged,
    async end() {
      stages.end()
      room.close()
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
  request?: number
  stage?: number | null
  data?: string
}

function parse(operation: StreamRequestName, args: Json): { kind: 'ok'; value: Asked } | Refused {
  const parsed = StreamRequests[operation].safeParse(args)
  return parsed.success
    ? { kind: 'ok', value: parsed.data }
    : refused('invalid-request', `The arguments of ${operation} don’t fit.`)
}

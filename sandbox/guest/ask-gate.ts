/**
 * Requests to the gate: numbers them, keeps a bounded number open, and settles each with its outcome.
 * No promise or function of the tool's is handed out; an outcome comes back as JSON text.
 */
import type { AskHandle, HostCalls } from './endowment.ts'
import { makeError } from './sallyport-error.ts'

/**
 * Unanswered requests; more wait their turn here, and the child refuses more than both together. What is asked of
 * streams that are open has a lane of its own: a part waits for no further request, and eight that wait for their
 * next part leave room for those that have it.
 */
const OPEN_LIMITS = { requests: 16, parts: 12 }
/** Characters that the unanswered requests of a lane ask together, beside a single one: the child takes 16 MiB. */
const OPEN_SIZE = 15 * 1024 * 1024
const { parse, stringify } = JSON
const { keys } = Object

interface Waiting {
  operation: string
  text: string
  lane: Lane
  /** Its number, once it was sent. */
  request: number | null
  /** Nobody waits for it any more. */
  givenUp: boolean
  resolve(value: unknown): void
  reject(error: Error): void
}
interface Lane {
  readonly limit: number
  open: number
  size: number
  queue: Waiting[]
  /** Of those that wait. */
  first: number
}
interface Outcome {
  kind: 'ok' | 'refused' | 'failed'
  value?: unknown
  code?: string
  model?: string
}

export interface Asker {
  ask(operation: string, args: unknown, handle?: AskHandle): Promise<unknown>
  settle(request: number, outcome: string): void
  /** Answers that came with the call, in fours: operation, arguments with their keys in order, request, outcome. */
  knowAhead(known: readonly (string | number)[]): void
  /** Forgets what the call before left open. */
  reset(): void
}

export function createAsker(host: HostCalls): Asker {
  const NativePromise = Promise
  let open: Record<number, Waiting> = emptyRecord()
  let requests = emptyLane(OPEN_LIMITS.requests)
  let parts = emptyLane(OPEN_LIMITS.parts)
  let next = 0
  let known: readonly (string | number)[] = []

  /** True when the answer came with the call. Each counts once. */
  function answerAhead(
    operation: string,
    args: unknown,
    resolve: Waiting['resolve'],
    rejectPromise: Waiting['reject'],
  ) {
    const text = inOrder(args)
    for (let at = 0; at < known.length; at += 4) {
      if (known[at] !== operation || known[at + 1] !== text) continue
      const outcome = parse(known[at + 3] as string) as Outcome
      const request = known[at + 2] as number
      known = without(known, at)
      if (outcome.kind === 'ok') resolve(outcome.value)
      else reject({ reject: rejectPromise }, outcome, request)
      return true
    }
    return false
  }

  function send(waiting: Waiting) {
    const request = next++
    waiting.request = request
    const refusal = host.ask(request, waiting.operation, waiting.text)
    if (refusal !== '') return reject(waiting, parse(refusal) as Outcome, request)
    open[request] = waiting
    waiting.lane.open++
    waiting.lane.size += waiting.text.length
  }

  function settle(request: number, text: string) {
    const waiting = open[request]
    if (!waiting) return
    delete open[request]
    const { lane } = waiting
    lane.open--
    lane.size -= waiting.text.length
    const outcome = parse(text) as Outcome
    if (outcome.kind === 'ok') waiting.resolve(outcome.value)
    else reject(waiting, outcome, request)
    sendFollowing(lane)
  }

  function sendFollowing(lane: Lane) {
    while (lane.first < lane.queue.length) {
      const following = lane.queue[lane.first] as Waiting
      if (!following.givenUp && !hasRoom(lane, following)) return
      lane.first++
      if (lane.first === lane.queue.length) {
        lane.queue = []
        lane.first = 0
      }
      if (!following.givenUp) send(following)
    }
  }

  function giveUp(waiting: Waiting) {
    waiting.givenUp = true
    if (waiting.request !== null && open[waiting.request] === waiting)
      ask('stream.giveUp', { request: waiting.request }).catch(() => {})
  }

  function ask(operation: string, args: unknown, handle?: AskHandle) {
    return new NativePromise<unknown>((resolve, rejectPromise) => {
      if (known.length > 0 && answerAhead(operation, args, resolve, rejectPromise)) return
      const text = stringify(args ?? {})
      if (typeof text !== 'string') throw new TypeError(`${operation}: the argument is not JSON`)
      const lane = isOfStreams(operation) ? parts : requests
      const waiting: Waiting = {
        operation,
        text,
        resolve,
        reject: rejectPromise,
        lane,
        request: null,
        givenUp: false,
      }
      if (handle) handle.giveUp = () => giveUp(waiting)
      if (lane.first === lane.queue.length && hasRoom(lane, waiting)) send(waiting)
      else lane.queue[lane.queue.length] = waiting
    })
  }

  function reset() {
    open = emptyRecord()
    requests = emptyLane(OPEN_LIMITS.requests)
    parts = emptyLane(OPEN_LIMITS.parts)
    known = []
  }
  const knowAhead = (given: readonly (string | number)[]) => {
    known = given
  }
  return { ask, settle, knowAhead, reset }
}

function reject(waiting: Pick<Waiting, 'reject'>, outcome: Outcome, request: number) {
  const kind = outcome.kind === 'refused' ? 'refused' : 'failed'
  waiting.reject(makeError({ kind, code: `${outcome.code}`, request }, `${outcome.model}`))
}

const isOfStreams = (operation: string) =>
  operation === 'stream.read' || operation === 'stream.close' || operation === 'stream.giveUp'

const hasRoom = ({ open, limit, size }: Lane, { text }: Waiting) =>
  open < limit && (open === 0 || size + text.length <= OPEN_SIZE)

function emptyLane(limit: number): Lane {
  return { limit, open: 0, size: 0, queue: [], first: 0 }
}

function emptyRecord(): Record<number, Waiting> {
  return Object.create(null)
}

/** JSON text with the keys of the outer object in order; by hand, since tool code may have changed what arrays can do. */
function inOrder(args: unknown): string | undefined {
  if (typeof args !== 'object' || args === null) return stringify(args)
  const names = keys(args)
  for (let at = 1; at < names.length; at++)
    for (let to = at; to > 0 && (names[to - 1] as string) > (names[to] as string); to--) {
      const name = names[to] as string
      names[to] = names[to - 1] as string
      names[to - 1] = name
    }
  const ordered = emptyRecord() as Record<string, unknown>
  for (let at = 0; at < names.length; at++)
    ordered[names[at] as string] = (args as Record<string, unknown>)[names[at] as string]
  return stringify(ordered)
}

function without(known: readonly (string | number)[], from: number): (string | number)[] {
  const left: (string | number)[] = []
  for (let at = 0; at < known.length; at++)
    if (at < from || at >= from + 4) left[left.length] = known[at] as string | number
  return left
}

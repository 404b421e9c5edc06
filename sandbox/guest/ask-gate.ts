/**
 * Requests to the gate: numbers them, keeps a bounded number open, and settles each with its outcome.
 * No promise or function of the tool's is handed out; an outcome comes back as JSON text.
 */
import type { HostCalls } from './endowment.ts'
import { makeError } from './sallyport-error.ts'

/** The child refuses more than this many unanswered requests; here they wait their turn. */
const OPEN_LIMIT = 16
const { parse, stringify } = JSON
const { keys } = Object

interface Waiting {
  operation: string
  text: string
  resolve(value: unknown): void
  reject(error: Error): void
}
interface Outcome {
  kind: 'ok' | 'refused' | 'failed'
  value?: unknown
  code?: string
  model?: string
}

export interface Asker {
  ask(operation: string, args: unknown): Promise<unknown>
  settle(request: number, outcome: string): void
  /** Answers that came with the call, in fours: operation, arguments with their keys in order, request, outcome. */
  knowAhead(known: readonly (string | number)[]): void
  /** Forgets what the call before left open. */
  reset(): void
}

export function createAsker(host: HostCalls): Asker {
  const NativePromise = Promise
  let open: Record<number, Waiting> = emptyRecord()
  let openCount = 0
  let queue: Waiting[] = []
  let first = 0
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
    const refusal = host.ask(request, waiting.operation, waiting.text)
    if (refusal !== '') return reject(waiting, parse(refusal) as Outcome, request)
    open[request] = waiting
    openCount++
  }

  function settle(request: number, text: string) {
    const waiting = open[request]
    if (!waiting) return
    delete open[request]
    openCount--
    const outcome = parse(text) as Outcome
    if (outcome.kind === 'ok') waiting.resolve(outcome.value)
    else reject(waiting, outcome, request)
    const following = queue[first]
    if (!following) return
    first++
    if (first === queue.length) {
      queue = []
      first = 0
    }
    send(following)
  }

  function ask(operation: string, args: unknown) {
    return new NativePromise<unknown>((resolve, rejectPromise) => {
      if (known.length > 0 && answerAhead(operation, args, resolve, rejectPromise)) return
      const text = stringify(args ?? {})
      if (typeof text !== 'string') throw new TypeError(`${operation}: the argument is not JSON`)
      const waiting = { operation, text, resolve, reject: rejectPromise }
      if (openCount < OPEN_LIMIT) send(waiting)
      else queue[queue.length] = waiting
    })
  }

  function reset() {
    open = emptyRecord()
    openCount = 0
    queue = []
    first = 0
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

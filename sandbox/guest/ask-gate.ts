/**
 * Requests to the gate: numbers them, keeps a bounded number open, and settles each with its outcome.
 * No promise or function of the tool's is handed out; an outcome comes back as JSON text.
 */
import type { HostCalls } from './endowment.ts'
import { SallyportError } from './sallyport-error.ts'

/** The child refuses more than this many unanswered requests; here they wait their turn. */
const OPEN_LIMIT = 16
const { parse, stringify } = JSON

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
  }
  return { ask, settle, reset }
}

function reject(waiting: Waiting, outcome: Outcome, request: number) {
  const kind = outcome.kind === 'refused' ? 'refused' : 'failed'
  waiting.reject(new SallyportError(kind, `${outcome.code}`, `${outcome.model}`, request))
}

function emptyRecord(): Record<number, Waiting> {
  return Object.create(null)
}

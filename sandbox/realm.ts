/**
 * One realm of the isolate: a context with the endowments in it and, once it has been used, the tool's modules. One
 * call at a time; what it asks and logs is that call's. Calls of different scopes never share a realm.
 *
 * The isolate is given functions that take and return text and numbers; it is never given a Reference.
 */
import { Buffer } from 'node:buffer'
import ivm from 'isolated-vm'
import { JSON_SHAPE, shapeFault } from '../contract/json-shape.ts'
import type { AheadFrame, CallHead } from '../contract/sandbox-frames.ts'
import { digest, editUrl, parseUrl, random } from './host-calls.ts'
import { subtle } from './host-crypto.ts'

export interface RealmCall extends Omit<CallHead, 'fn' | 'scope'> {
  /** CPU time spent in its code, in ms. */
  cpuMs: number
  open: number
  openBytes: number
  /** The end of the call, kept until the isolate has come to rest. */
  end: { ok: boolean; text: string } | null
}
export interface Realm {
  scope: string | null
  call: RealmCall | null
  context: ivm.Context
  /** How long its code may run without a rest, for the engine. */
  limits(): ivm.RunOptions | undefined
  adopt(namespace: ivm.Reference): void
  /** Its modules wait for something; the call begins when they are done. */
  isLoading(): boolean
  begin(fn: string, input: string, ahead: readonly AheadFrame[]): void
  log(level: string, text: string): void
  settle(request: number, outcome: string): void
  /** Nothing of it runs again. */
  drop(): void
}
export interface RealmOptions {
  context: ivm.Context
  guest: ivm.Script
  sessionToken(): string
  /** Messages to the broker. */
  send(text: string): void
  /** Log lines go out at once: they are what tells of a tool that then hangs. */
  flush(): void
  /** Runs code of the realm and looks after what comes of it. */
  turn(realm: Realm, run: () => void): void
}

/** Unanswered requests of one call; the guest keeps to fewer by itself. */
const OPEN_LIMIT = 32
const OPEN_BYTES = 16 * 1024 * 1024
const ARGUMENT_BYTES = 7 * 1024 * 1024
const LOG_TEXT = 4096
const LEVELS = ['debug', 'info', 'warn', 'error']

export function createRealm(options: RealmOptions): Realm {
  const { context, guest, send, flush, turn } = options
  const start = guest.runSync(context, { reference: true }) as ivm.Reference
  let alarm: NodeJS.Timeout | undefined
  let nextRequest = 0
  let loading = false
  /** Length of what each unanswered request of the call asks. */
  const sizes = new Map<number, number>()

  const realm: Realm = {
    scope: null,
    call: null,
    context,
    limits,
    adopt: (namespace) => void adoptRef.applySync(undefined, [namespace.derefInto()]),
    isLoading: () => loading,
    begin: (fn, input, ahead) => {
      const given: (string | number)[] = [fn, input]
      for (const { id, operation, args, request, outcome } of ahead)
        if (id === realm.call?.id) given.push(operation, args, request, outcome)
      loading = !beginRef.applySync(undefined, given, limits())
    },
    log,
    settle: (request, outcome) => {
      const { call } = realm
      if (!call) return
      call.open--
      call.openBytes -= sizes.get(request) ?? 0
      sizes.delete(request)
      settleRef.applySync(undefined, [request, outcome], limits())
      proceed()
    },
    drop: () => {
      clearTimeout(alarm)
      realm.call = null
      for (const reference of [adoptRef, beginRef, proceedRef, settleRef, ringRef, start, calls])
        reference.release()
      context.release()
    },
  }

  function ask(request: unknown, operation: unknown, args: unknown): string {
    const { call } = realm
    const number = nextRequest
    // Counted whatever comes of it, as the guest does: out of step, no later call could ask anything.
    if (request === number) nextRequest++
    if (!call || call.end) return refusal('cancelled', 'No call is running any more.')
    if (
      request !== number ||
      typeof operation !== 'string' ||
      typeof args !== 'string' ||
      !operations.has(operation)
    )
      return refusal('invalid-request', 'This operation does not exist.')
    const fault = requestFault(call, args)
    if (fault) return fault
    call.capabilityCalls--
    call.open++
    call.openBytes += args.length
    sizes.set(number, args.length)
    send(
      `{"t":"request","id":${call.id},"request":${number},"operation":${JSON.stringify(operation)},"args":${args}}\n`,
    )
    return ''
  }

  function finish(ok: unknown, text: unknown) {
    const { call } = realm
    if (!call || call.end || typeof text !== 'string') return
    clearTimeout(alarm)
    sizes.clear()
    call.end = { ok: ok === true, text }
  }

  function log(level: unknown, text: unknown): string {
    const { call } = realm
    if (!call || call.end || call.logLines < 0 || typeof text !== 'string' || !LEVELS.includes(`${level}`))
      return 'full'
    const line =
      call.logLines-- > 0
        ? text.slice(0, LOG_TEXT)
        : 'Further lines are left out: the limit of log lines is reached.'
    send(
      `{"t":"log","id":${call.id},"level":"${call.logLines < 0 ? 'warn' : level}","text":${JSON.stringify(line.toWellFormed())}}\n`,
    )
    flush()
    return call.logLines < 0 ? 'full' : ''
  }

  function setAlarm(ms: unknown) {
    clearTimeout(alarm)
    if (typeof ms !== 'number' || !(ms >= 0) || !realm.call || realm.call.end) return
    alarm = setTimeout(ring, Math.min(ms, 2 ** 31 - 1))
  }

  /** The engine's own time limit costs a thread, so it is asked for only where nothing else ends a loop. */
  function limits() {
    return realm.call && realm.call.turnMs > 0 ? { timeout: realm.call.turnMs } : undefined
  }

  /** What waited in a module's top level may have come to its end in what just ran. */
  function proceed() {
    if (loading) loading = !proceedRef.applySync(undefined, [], limits())
  }

  function ring() {
    turn(realm, () => {
      ringRef.applySync(undefined, [], limits())
      proceed()
    })
    flush()
  }

  const functions = [
    ask,
    finish,
    log,
    setAlarm,
    random,
    digest,
    parseUrl,
    editUrl,
    options.sessionToken,
    subtle,
  ]
  const calls = start.applySync(undefined, functions.map(shield), {
    result: { reference: true },
  }) as ivm.Reference
  const member = (name: string) => calls.getSync(name, { reference: true }) as ivm.Reference
  const [adoptRef, beginRef, proceedRef, settleRef, ringRef] = [
    member('adopt'),
    member('begin'),
    member('proceed'),
    member('settle'),
    member('ring'),
  ]
  const operations = new Set<string>(JSON.parse(member('operations').applySync(undefined, []) as string))
  return realm
}

function requestFault(call: RealmCall, args: string): string {
  if (call.capabilityCalls <= 0)
    return refusal('budget', 'This call has made all the requests that its limit allows (capabilityCalls).')
  if (call.open >= OPEN_LIMIT || call.openBytes + args.length > OPEN_BYTES)
    return refusal('budget', 'Too many requests are open at once: wait for some of them first.')
  const bytes = args.length > ARGUMENT_BYTES ? args.length : Buffer.byteLength(args)
  if (bytes > ARGUMENT_BYTES)
    return refusal('too-large', `The arguments take ${bytes} bytes; ${ARGUMENT_BYTES} are allowed.`)
  const fault = shapeFault(args, { ...JSON_SHAPE, depth: 16 })
  if (fault) return refusal('too-large', `The arguments are too rich: ${fault}.`)
  return isOneLineOfJson(args) ? '' : refusal('invalid-request', 'The arguments are not JSON.')
}

function refusal(code: string, words: string): string {
  return JSON.stringify({ kind: 'refused', code, person: words, model: words })
}

/** What the guest sends always is; only code that has got hold of the bare function could send anything else. */
export function isOneLineOfJson(text: string): boolean {
  if (text.includes('\n')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A function for the isolate: takes no objects, gives back text or nothing, never throws. */
function shield(fn: (...args: unknown[]) => unknown): ivm.Callback {
  return new ivm.Callback(
    (...args: unknown[]) => {
      try {
        for (const arg of args)
          if ((typeof arg === 'object' && arg !== null) || typeof arg === 'function') return ''
        const result = fn(...args)
        return typeof result === 'string' ? result : undefined
      } catch {
        return ''
      }
    },
    { sync: true },
  )
}

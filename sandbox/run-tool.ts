/**
 * Runs one tool's functions: keeps the isolate, hands each call a realm of its own, and says how it ended.
 *
 * The isolate's memory limit steers its collector and gives the common case a clear end; the limits that hold are
 * kept by the broker, from outside.
 */
import { Buffer } from 'node:buffer'
import process from 'node:process'
import ivm from 'isolated-vm'
import { shapeFault } from '../contract/json-shape.ts'
import type { AheadFrame, Frame } from '../contract/sandbox-frames.ts'
import type { ToolError } from '../contract/sandbox-wire.ts'
import { createCollector } from './collect-garbage.ts'
import { loadModules, type ToolPackage } from './load-modules.ts'
import { GUEST_NAME, mapStack } from './map-stack.ts'
import { createRealm, type Realm, type RealmCall } from './realm.ts'

export interface ToolRunnerOptions {
  guestSource: string
  send(text: string): void
  flush(): void
  /** Ends the process: the isolate is beyond use. */
  exit(): void
}

/** What an isolate is made with before its tool is known: the manifest's default. */
const DEFAULT_MEMORY_MB = 128
/** What the engine's binding says instead names the binding. */
const NO_ERROR = 'something was thrown that is no Error'
/** Idle realms kept for calls of their scope to come. */
const IDLE_REALMS = 8
const MEGABYTE = 1024 * 1024

export function createToolRunner(options: ToolRunnerOptions): { handle(frame: Frame): void } {
  const { send, flush } = options
  let memoryMb = DEFAULT_MEMORY_MB
  let tool: ToolPackage = { main: '', modules: {}, maps: {} }
  let sessionToken = ''
  let { isolate, guest } = makeIsolate()
  let realms: Realm[] = [makeRealm()]
  const { crossed, collect } = createCollector(() => memoryMb * MEGABYTE)
  /** For the call that comes next. */
  let ahead: AheadFrame[] = []

  function makeIsolate() {
    const made = new ivm.Isolate({ memoryLimit: memoryMb })
    return { isolate: made, guest: made.compileScriptSync(options.guestSource, { filename: GUEST_NAME }) }
  }

  function makeRealm(): Realm {
    return createRealm({
      context: isolate.createContextSync(),
      guest,
      sessionToken: () => sessionToken,
      send: (text) => {
        crossed(text.length)
        send(text)
      },
      flush,
      turn,
    })
  }

  function load(message: Frame & { t: 'load' }) {
    tool = message
    sessionToken = message.sessionToken
    if (message.memoryMb === memoryMb) return
    memoryMb = message.memoryMb
    isolate.dispose()
    ;({ isolate, guest } = makeIsolate())
    realms = [makeRealm()]
  }

  /**
   * What realms leave that were dropped, the engine collects when its own limit comes near; the one that is kept from
   * outside may have ended the process by then. With nobody in it, a new isolate costs less.
   */
  function renewIsolate() {
    if (realms.some(({ call }) => call !== null)) return
    const heap = isolate.getHeapStatisticsSync()
    if (heap.total_heap_size + heap.externally_allocated_size < (memoryMb * MEGABYTE) / 2) return
    isolate.dispose()
    ;({ isolate, guest } = makeIsolate())
    realms = [makeRealm()]
  }

  /** An idle realm of this scope, else one that nobody has used. */
  function takeRealm(scope: string): Realm {
    const ready = realms.find((realm) => realm.call === null && realm.scope === scope)
    if (ready) return ready
    renewIsolate()
    const idle = realms.filter(({ call }) => call === null)
    const found = idle.find((realm) => realm.scope === null)
    if (found) return found
    if (idle.length >= IDLE_REALMS) dropRealm(idle[0] as Realm)
    const made = makeRealm()
    realms.push(made)
    return made
  }

  function dropRealm(realm: Realm) {
    realms = realms.filter((other) => other !== realm)
    realm.drop()
  }

  function begin({
    id,
    fn,
    scope,
    input,
    outputBytes,
    capabilityCalls,
    logLines,
    turnMs,
  }: Frame & { t: 'call' }) {
    // What others have answered so far must not wait for code that may never come to rest.
    flush()
    const realm = takeRealm(scope)
    const used = { cpuMs: 0, open: 0, openBytes: 0, end: null }
    realm.call = { id, outputBytes, capabilityCalls, logLines, turnMs, ...used }
    const known = ahead
    if (ahead.length > 0) ahead = []
    turn(realm, () => {
      if (realm.scope === null) adoptTool(realm, scope)
      if (!realm.call?.end) realm.begin(fn, input, known)
    })
    if (realm.scope === null) dropRealm(realm)
  }

  /** A package that does not load ends its call and leaves the realm without a scope. */
  function adoptTool(realm: Realm, scope: string) {
    try {
      realm.adopt(loadModules(isolate, realm.context, tool, realm.limits()))
      realm.scope = scope
    } catch (error) {
      if (isolate.isDisposed || !realm.call) throw error
      realm.call.end = loadFault(error)
    }
  }

  /**
   * Runs code of the realm. A call's end is told only when the isolate has come to rest: a tool that answers and
   * goes on spinning has not answered.
   */
  function turn(realm: Realm, run: () => void) {
    const { call } = realm
    const startedAt = cpuNow()
    try {
      run()
    } catch (error) {
      if (!isolate.isDisposed) strayed(realm, error)
    }
    if (call) call.cpuMs += cpuNow() - startedAt
    if (isolate.isDisposed) return giveUp()
    if (!realm.call?.end) return
    endCall(realm, realm.call)
    if (realm.isLoading()) dropRealm(realm)
  }

  /** Nobody caught it: a package that throws while it is loaded can't be used, anything else is a line in the log. */
  function strayed(realm: Realm, error: unknown) {
    if (realm.call && !realm.call.end && realm.isLoading()) realm.call.end = loadFault(error)
    else realm.log('error', `Unhandled: ${mapStack(wordsOf(error).stack, tool.maps)}`)
  }

  function endCall(realm: Realm, call: RealmCall) {
    realm.call = null
    const { ok, text } = call.end as { ok: boolean; text: string }
    const fault = ok ? outputFault(text, call.outputBytes) : null
    if (ok && !fault)
      return send(`{"t":"result","id":${call.id},"ok":true,"cpuMs":${rounded(call.cpuMs)},"value":${text}}\n`)
    const error = fault ?? (JSON.parse(text) as ToolError)
    if (error.stack) error.stack = mapStack(error.stack, tool.maps).slice(0, 8192)
    sendError(call, error)
  }

  function sendError(call: RealmCall, error: ToolError) {
    send(
      `{"t":"result","id":${call.id},"ok":false,"cpuMs":${rounded(call.cpuMs)},"error":${JSON.stringify(error)}}\n`,
    )
  }

  /** Memory ran out: the engine has thrown the isolate away. */
  function giveUp() {
    for (const { call } of realms)
      if (call) sendError(call, { kind: 'out-of-memory', message: 'the isolate ran out of memory' })
    flush()
    options.exit()
  }

  function cancel(id: number) {
    const realm = realms.find(({ call }) => call?.id === id)
    if (!realm?.call) return
    sendError(realm.call, { kind: 'cancelled', message: 'cancelled' })
    dropRealm(realm)
  }

  function settle({ id, request, outcome }: Frame & { t: 'reply' }) {
    const realm = realms.find(({ call }) => call?.id === id)
    if (!realm) return
    crossed(outcome.length)
    collect(isolate)
    turn(realm, () => realm.settle(request, outcome))
  }

  function handle(frame: Frame) {
    if (frame.t === 'reply') settle(frame)
    else if (frame.t === 'call') begin(frame)
    else if (frame.t === 'ahead') ahead.push(frame)
    else if (frame.t === 'load') load(frame)
    else cancel(frame.id)
  }
  return { handle }
}

function outputFault(text: string, limit: number): ToolError | null {
  const bytes = text.length > limit ? text.length : Buffer.byteLength(text)
  if (bytes > limit)
    return {
      kind: 'too-large',
      message: `The result takes ${bytes} bytes as JSON; ${limit} are allowed (outputBytes).`,
    }
  const shape = shapeFault(text)
  return shape ? { kind: 'too-large', message: `The result is too rich: ${shape}.` } : null
}

function loadFault(error: unknown) {
  return { ok: false, text: JSON.stringify({ ...wordsOf(error), kind: 'load' }) }
}

/** An error that came out of the isolate, by then a copy in this process. */
function wordsOf(error: unknown): { message: string; stack: string } {
  if (error instanceof Error && error.message.includes('isolated-vm'))
    return { message: NO_ERROR, stack: NO_ERROR }
  if (!(error instanceof Error))
    return { message: String(error).slice(0, 4096), stack: String(error).slice(0, 8192) }
  return {
    message: `${error.name}: ${error.message}`.slice(0, 4096),
    stack: (error.stack ?? error.message).slice(0, 8192),
  }
}

/** CPU time of this thread, which runs the tool's code and nothing else beside it, in ms. */
function cpuNow(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/**
 * The first code in each realm of the isolate: takes away what a tool must not have, puts the endowments in place,
 * and gives the child three functions. It keeps the child's functions in closures and calls them directly, with
 * primitives only: nothing that tool code replaces later (prototypes, globals) can reach them.
 */
import { createAsker } from './ask-gate.ts'
import { describeError } from './describe-error.ts'
import type { Box, Endowment, HostCalls } from './endowment.ts'
import { freezeDeep } from './freeze.ts'
import { SallyportError } from './sallyport-error.ts'

/** Shared memory, native code generation and anything that sees the collector: no tool needs it to shuffle values. */
const TAKEN_AWAY = [
  'WebAssembly',
  'SharedArrayBuffer',
  'Atomics',
  'WeakRef',
  'FinalizationRegistry',
  'console',
]
const { defineProperty, create } = Object
const { parse, stringify } = JSON

export interface GuestCalls {
  /** The operations that the endowments ask for, as a JSON array; read before any tool code runs. */
  operations(): string
  /** The namespace of the module around the tool's, once its evaluation has begun. */
  adopt(namespace: Loading): void
  /**
   * Starts a call; its end comes through `finish`. What is known ahead comes in fours: operation, arguments, request,
   * outcome. False when the modules are still waiting for something: then it starts with a later `proceed`.
   */
  begin(fn: string, input: string, ...ahead: (string | number)[]): boolean
  proceed(): boolean
  settle(request: number, outcome: string): void
  ring(): void
}
type HostFunctions = [
  HostCalls['ask'],
  HostCalls['finish'],
  HostCalls['log'],
  HostCalls['alarm'],
  HostCalls['random'],
  HostCalls['digest'],
  HostCalls['parseUrl'],
  HostCalls['editUrl'],
  HostCalls['sessionToken'],
  HostCalls['subtle'],
]

export function start(endowments: readonly Endowment[], functions: HostFunctions): GuestCalls {
  const [ask, finish, log, alarm, random, digest, parseUrl, editUrl, sessionToken, subtle] = functions
  const host: HostCalls = {
    ask,
    finish,
    log,
    alarm,
    random,
    digest,
    parseUrl,
    editUrl,
    sessionToken,
    subtle,
  }
  for (const name of TAKEN_AWAY) delete (globalThis as Record<string, unknown>)[name]
  // Raw JSON could say numbers that nobody can read again.
  for (const name of ['rawJSON', 'isRawJSON']) delete (JSON as unknown as Record<string, unknown>)[name]
  takeFineClocks()
  const asker = createAsker(host)
  const namespaces = create(null) as Record<string, unknown>
  const rings: (() => void)[] = []
  const resets: (() => void)[] = [asker.reset]
  const box: Box = {
    host,
    give: (name, value) => place(namespaces, name, withTag(name, value)),
    ask: asker.ask,
    onAlarm: (fn) => rings.push(fn),
    onReset: (fn) => resets.push(fn),
  }
  box.give('sallyport.SallyportError', SallyportError)
  for (const endowment of endowments) endowment.install(box)
  for (const name of Object.keys(namespaces)) define(name, freezeDeep(namespaces[name]))

  let modules: Loading = { tool: create(null) as Record<string, unknown>, loaded: true }
  let waiting: { fn: string; input: string } | null = null
  function proceed(): boolean {
    if (!waiting) return true
    if (!isLoaded(modules)) return false
    const { fn, input } = waiting
    waiting = null
    void run(modules.tool, fn, input, finish)
    return true
  }
  /** Nothing has been left behind here; what the modules began while they were loaded is the first call's. */
  let isNew = true
  const operations = endowments.flatMap((endowment) => endowment.operations ?? [])
  return {
    operations: () => stringify(operations),
    adopt: (namespace) => {
      modules = namespace
    },
    begin: (fn, input, ...ahead) => {
      if (!isNew) callAll(resets)
      isNew = false
      asker.knowAhead(ahead)
      waiting = { fn, input }
      return proceed()
    },
    proceed,
    settle: asker.settle,
    ring: () => callAll(rings),
  }
}

/** Without the iterators of arrays, which tool code may have replaced. */
function callAll(functions: readonly (() => void)[]) {
  for (let at = 0; at < functions.length; at++) functions[at]?.()
}

/** `loaded` can't be read before all modules that wait at their top level have come to their end. */
interface Loading {
  readonly tool: Record<string, unknown>
  readonly loaded: boolean
}
function isLoaded(modules: Loading): boolean {
  try {
    return modules.loaded
  } catch {
    return false
  }
}

async function run(tool: Record<string, unknown>, fn: string, input: string, finish: HostCalls['finish']) {
  let text: string | undefined
  try {
    const called = tool[fn]
    if (typeof called !== 'function') throw new TypeError(`the module does not export a function named ${fn}`)
    const value: unknown = await called(parse(input))
    text = value === undefined ? 'null' : stringify(value)
    if (typeof text !== 'string') throw new TypeError(`${fn} returned a ${typeof value}, which is not JSON`)
  } catch (thrown) {
    return finish(false, wordsOf(thrown))
  }
  finish(true, text)
}

/** Also when tool code has turned the printing of any object into a trap. */
function wordsOf(thrown: unknown): string {
  try {
    return stringify(describeError(thrown))
  } catch {
    return '{"kind":"tool","message":"something that can not be put into words was thrown"}'
  }
}

/** Libraries tell the web's classes by what their objects call themselves. */
function withTag(name: string, value: unknown): unknown {
  if (typeof value === 'function' && !name.includes('.') && Object.hasOwn(value, 'prototype'))
    Reflect.defineProperty(value.prototype as object, Symbol.toStringTag, { value: name })
  return value
}

/** Members of a namespace are collected first and frozen together. */
function place(namespaces: Record<string, unknown>, name: string, value: unknown) {
  const parts = name.split('.')
  const last = parts.pop() as string
  if (parts.length === 0) return define(name, freezeDeep(value))
  let target = namespaces
  for (const part of parts) {
    target[part] ??= create(null)
    target = target[part] as Record<string, unknown>
  }
  target[last] = value
}

function define(name: string, value: unknown) {
  defineProperty(globalThis, name, { value, writable: false, configurable: false, enumerable: false })
}

interface Temporal {
  Instant: { fromEpochMilliseconds(ms: number): { toZonedDateTimeISO(zone: unknown): Zoned } }
  Now: Record<string, unknown> & { timeZoneId(): string }
}
interface Zoned {
  toPlainDateTime(): unknown
  toPlainDate(): unknown
  toPlainTime(): unknown
}

/** The clocks of `Temporal` count nanoseconds; here no clock is finer than a millisecond. */
function takeFineClocks() {
  const { Temporal: found } = globalThis as { Temporal?: Temporal }
  if (!found) return
  const { Instant, Now } = found
  const { now } = Date
  const { timeZoneId } = Now
  const instant = () => Instant.fromEpochMilliseconds(now())
  const zoned = (zone: unknown = timeZoneId()) => instant().toZonedDateTimeISO(zone)
  Object.assign(Now, {
    instant,
    zonedDateTimeISO: zoned,
    plainDateTimeISO: (zone?: unknown) => zoned(zone).toPlainDateTime(),
    plainDateISO: (zone?: unknown) => zoned(zone).toPlainDate(),
    plainTimeISO: (zone?: unknown) => zoned(zone).toPlainTime(),
  })
  freezeDeep(Now)
}

/** Copies what the web's structured clone copies: data, never functions or classes. Buffers can be handed over. */
import { CryptoKey } from './crypto-key.ts'
import { DOMException } from './dom-exception.ts'
import { needs } from './needs.ts'

const ERRORS: Record<string, ErrorConstructor> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}
/** Objects whose state is inside of the engine, by what they call themselves. */
const NOT_DATA = [
  ...['Arguments', 'Generator', 'AsyncGenerator', 'Promise', 'WeakMap', 'WeakSet', 'WeakRef'],
  // The web's own, except for errors and keys.
  ...['URL', 'URLSearchParams', 'Headers', 'Request', 'Response', 'ReadableStream'],
  ...['AbortController', 'AbortSignal', 'Event', 'EventTarget', 'TextDecoder', 'TextEncoder'],
  ...['Array Iterator', 'Map Iterator', 'Set Iterator', 'String Iterator', 'RegExp String Iterator'],
]
type ViewKind = new (buffer: ArrayBuffer, offset: number, length: number) => object
const VIEWS: ViewKind[] = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[BigInt64Array, BigUint64Array, Float32Array, Float64Array, DataView],
]
const Float16 = (globalThis as { Float16Array?: ViewKind }).Float16Array
if (Float16) VIEWS.push(Float16)
const kindOfView = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as () => string | undefined

/** `transfer` names buffers that the copy takes over: they are empty afterwards. */
export function structuredClone<T>(
  ...given: [value: T, options?: { transfer?: Iterable<unknown> } | null]
): T {
  const [value, options] = needs(given, 1)
  if (options !== null && options !== undefined && typeof options !== 'object')
    throw new TypeError('options are an object')
  const taken = takeTransfers(options?.transfer)
  const copy = clone(value, new Map()) as T
  for (const buffer of taken) {
    if (buffer.detached) throw refuse(buffer)
    buffer.transfer()
  }
  return copy
}

function takeTransfers(transfer: Iterable<unknown> = []): Set<ArrayBuffer> {
  const given = new Set<ArrayBuffer>()
  for (const item of transfer) {
    if (!(item instanceof ArrayBuffer) || item.detached || given.has(item)) throw refuse(item)
    given.add(item)
  }
  return given
}

type Seen = Map<unknown, unknown>

function clone(value: unknown, seen: Seen): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw refuse(value)
  if (typeof value !== 'object' || value === null) return value
  if (seen.has(value)) return seen.get(value)
  const made = cloneData(value, seen) ?? cloneBytes(value, seen) ?? cloneCollection(value, seen)
  if (made !== undefined) return made
  if (value instanceof Error) return cloneError(value, seen)
  if (NOT_DATA.includes(Object.prototype.toString.call(value).slice(8, -1))) throw refuse(value)
  return cloneMembers(value, Array.isArray(value) ? new Array(value.length) : {}, seen)
}

function keep<T>(seen: Seen, from: unknown, to: T): T {
  seen.set(from, to)
  return to
}

/** What is made from `read`; nothing when the value only has the prototype, and is a plain object for all else. */
function ifReal<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function cloneData(value: object, seen: Seen): object | undefined {
  // Nothing can change a key, so it is its own copy.
  if (value instanceof CryptoKey && Object.isFrozen(value)) return value
  if (value instanceof Symbol) throw refuse(value)
  const made = ifReal(() => {
    if (value instanceof Date) return new Date(Date.prototype.getTime.call(value))
    if (value instanceof RegExp && value !== RegExp.prototype) return new RegExp(value.source, value.flags)
    if (value instanceof Boolean) return Object(Boolean.prototype.valueOf.call(value))
    if (value instanceof Number) return Object(Number.prototype.valueOf.call(value))
    if (value instanceof String) return Object(String.prototype.valueOf.call(value))
    if (value instanceof BigInt) return Object(BigInt.prototype.valueOf.call(value))
    return undefined
  }) as object | undefined
  return made && keep(seen, value, made)
}

function cloneBytes(value: object, seen: Seen): object | undefined {
  if (value instanceof ArrayBuffer)
    return ifReal(() => value.byteLength) === undefined ? undefined : cloneBuffer(value, seen)
  if (!ArrayBuffer.isView(value)) return undefined
  const buffer = clone(value.buffer, seen) as ArrayBuffer
  const name = kindOfView.call(value) ?? 'DataView'
  const Kind = VIEWS.find((kind) => kind.name === name) as ViewKind
  const { byteOffset, byteLength } = value
  const length = name === 'DataView' ? byteLength : (value as Uint8Array).length
  return keep(seen, value, new Kind(buffer, byteOffset, length))
}

function cloneBuffer(value: ArrayBuffer, seen: Seen): ArrayBuffer {
  if (value.detached) throw refuse(value)
  const { resizable, byteLength, maxByteLength } = value
  const made = resizable ? new ArrayBuffer(byteLength, { maxByteLength }) : new ArrayBuffer(byteLength)
  new Uint8Array(made).set(new Uint8Array(value))
  return keep(seen, value, made)
}

function cloneCollection(value: object, seen: Seen): object | undefined {
  if (value instanceof Set) {
    const items = ifReal(() => [...Set.prototype.values.call(value)])
    if (!items) return undefined
    const made = keep(seen, value, new Set())
    for (const item of items) made.add(clone(item, seen))
    return made
  }
  if (!(value instanceof Map)) return undefined
  const entries = ifReal(() => [...Map.prototype.entries.call(value)])
  if (!entries) return undefined
  const made = keep(seen, value, new Map())
  for (const [key, item] of entries) made.set(clone(key, seen), clone(item, seen))
  return made
}

function cloneError(value: Error, seen: Seen): Error {
  const Kind = Object.hasOwn(ERRORS, value.name) ? (ERRORS[value.name] as ErrorConstructor) : Error
  const own = Object.getOwnPropertyDescriptor(value, 'message')
  const message = own && 'value' in own ? String(own.value) : undefined
  const made = value instanceof DOMException ? new DOMException(value.message, value.name) : new Kind(message)
  keep(seen, value, made)
  if (typeof value.stack === 'string')
    Object.defineProperty(made, 'stack', { value: value.stack, writable: true, configurable: true })
  if (Object.hasOwn(value, 'cause'))
    Object.defineProperty(made, 'cause', {
      value: clone(value.cause, seen),
      writable: true,
      configurable: true,
    })
  return made
}

function cloneMembers(value: object, made: object, seen: Seen): object {
  keep(seen, value, made)
  for (const key of Object.keys(value)) {
    const member = clone((value as Record<string, unknown>)[key], seen)
    Object.defineProperty(made, key, { value: member, writable: true, enumerable: true, configurable: true })
  }
  return made
}

function refuse(value: unknown) {
  return new DOMException(
    `a ${typeof value === 'object' ? value?.constructor?.name : typeof value} can not be cloned`,
    'DataCloneError',
  )
}

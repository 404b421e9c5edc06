/** Copies what the web's structured clone copies, without transfer: data, never functions or classes. */
import { DOMException } from './dom-exception.ts'

const ERRORS: Record<string, ErrorConstructor> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}

export function structuredClone<T>(value: T): T {
  return clone(value, new Map()) as T
}

type Seen = Map<unknown, unknown>

function clone(value: unknown, seen: Seen): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw refuse(value)
  if (typeof value !== 'object' || value === null) return value
  if (seen.has(value)) return seen.get(value)
  const made = cloneData(value, seen) ?? cloneBytes(value, seen)
  if (made !== undefined) return made
  if (value instanceof Map || value instanceof Set) return cloneCollection(value, seen)
  if (value instanceof Error) return cloneError(value, seen)
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) throw refuse(value)
  return cloneMembers(value, Array.isArray(value) ? new Array(value.length) : {}, seen)
}

function keep<T>(seen: Seen, from: unknown, to: T): T {
  seen.set(from, to)
  return to
}

function cloneData(value: object, seen: Seen): object | undefined {
  if (value instanceof Date) return keep(seen, value, new Date(value.getTime()))
  if (value instanceof RegExp) return keep(seen, value, new RegExp(value.source, value.flags))
  if (
    value instanceof Boolean ||
    value instanceof Number ||
    value instanceof String ||
    value instanceof BigInt
  )
    return keep(seen, value, Object(value.valueOf()) as object)
  return undefined
}

function cloneBytes(value: object, seen: Seen): object | undefined {
  if (value instanceof ArrayBuffer) return keep(seen, value, value.slice(0))
  if (!ArrayBuffer.isView(value)) return undefined
  const buffer = clone(value.buffer, seen) as ArrayBuffer
  const view = value as Uint8Array
  const Kind = Object.getPrototypeOf(view).constructor as new (
    buffer: ArrayBuffer,
    offset: number,
    length: number,
  ) => object
  return keep(
    seen,
    value,
    new Kind(buffer, view.byteOffset, view instanceof DataView ? view.byteLength : view.length),
  )
}

function cloneCollection(value: Map<unknown, unknown> | Set<unknown>, seen: Seen) {
  if (value instanceof Set) {
    const made = keep(seen, value, new Set())
    for (const item of [...value]) made.add(clone(item, seen))
    return made
  }
  const made = keep(seen, value, new Map())
  for (const [key, item] of [...value]) made.set(clone(key, seen), clone(item, seen))
  return made
}

function cloneError(value: Error, seen: Seen): Error {
  const Kind = Object.hasOwn(ERRORS, value.name) ? (ERRORS[value.name] as ErrorConstructor) : Error
  const made = keep(seen, value, new Kind(String(value.message)))
  if (typeof value.stack === 'string') made.stack = value.stack
  if (Object.hasOwn(value, 'cause')) made.cause = clone(value.cause, seen)
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
    `a ${typeof value === 'object' ? (value as object).constructor?.name : typeof value} can not be cloned`,
    'DataCloneError',
  )
}

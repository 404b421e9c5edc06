/**
 * Turns whatever tool code threw into plain words. It can be anything: a proxy, an object whose getters throw, a
 * string of a gigabyte; nothing of it may stop the call from ending.
 */
import { endingOf } from './sallyport-error.ts'

const { create } = Object
const MESSAGE = 4096
const STACK = 8192

export interface ErrorWords {
  kind: string
  message: string
  stack?: string
  code?: string
  request?: number
}

export function describeError(thrown: unknown): ErrorWords {
  const ending = endingOf(thrown)
  // Without a prototype: what tool code has added to all objects says nothing here.
  const words: ErrorWords = create(null)
  words.kind = ending?.kind ?? 'tool'
  words.message = messageOf(thrown)
  const stack = read(thrown, 'stack')
  if (stack) words.stack = stack.slice(0, STACK)
  if (ending) {
    words.request = ending.request
    words.code = ending.code
  }
  return words
}

function messageOf(thrown: unknown): string {
  const name = read(thrown, 'name')
  const message = read(thrown, 'message')
  if (message !== undefined)
    return (name && name !== 'SallyportError' ? `${name}: ${message}` : message).slice(0, MESSAGE)
  try {
    return `${thrown}`.slice(0, MESSAGE)
  } catch {
    return 'something that can not be put into words was thrown'
  }
}

function read(value: unknown, field: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    const found = (value as Record<string, unknown>)[field]
    return typeof found === 'string' ? found : undefined
  } catch {
    return undefined
  }
}

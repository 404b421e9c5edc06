/**
 * Turns whatever tool code threw into plain words. It can be anything: a proxy, an object whose getters throw, a
 * string of a gigabyte; nothing of it may stop the call from ending.
 */
import { SallyportError } from './sallyport-error.ts'

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
  const request = SallyportError.requestOf(thrown)
  const words: ErrorWords = {
    kind: request === undefined ? 'tool' : (read(thrown, 'kind') ?? 'tool'),
    message: messageOf(thrown),
  }
  const stack = read(thrown, 'stack')
  if (stack) words.stack = stack.slice(0, STACK)
  if (request !== undefined) {
    words.request = request
    words.code = read(thrown, 'code') ?? ''
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

/**
 * Property lists, as macOS keeps managed preferences: binary (`bplist00`) and XML. Only what JSON has too: strings,
 * whole and real numbers, booleans, arrays, dictionaries; anything else is a fault. Pure.
 */
import type { Json } from '../../contract/words.ts'

export type ReadPlist = { kind: 'plist'; value: Json } | { kind: 'none' } | { kind: 'broken'; text: string }

const MOST_DEPTH = 64

export function readPlist(bytes: Buffer): ReadPlist {
  const start = bytes.subarray(0, 200).toString('latin1')
  const binary = start.startsWith('bplist00')
  if (!binary && !/^(?:\xEF\xBB\xBF)?\s*(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE plist[^>]*>\s*)?<plist/.test(start))
    return { kind: 'none' }
  try {
    return { kind: 'plist', value: binary ? readBinary(bytes) : readXml(bytes.toString('utf8')) }
  } catch (error) {
    return { kind: 'broken', text: `It is a property list that can’t be read: ${(error as Error).message}` }
  }
}

// ── binary ───────────────────────────────────────────────────────────────────────────────────────────────────

function readBinary(bytes: Buffer): Json {
  if (bytes.length < 40) throw new Error('it ends too early')
  const trailer = bytes.subarray(bytes.length - 32)
  const offsetSize = trailer.readUInt8(6)
  const refSize = trailer.readUInt8(7)
  const count = Number(trailer.readBigUInt64BE(8))
  const top = Number(trailer.readBigUInt64BE(16))
  const table = Number(trailer.readBigUInt64BE(24))
  if (offsetSize < 1 || offsetSize > 6 || refSize < 1 || refSize > 6 || count > bytes.length)
    throw new Error('its trailer makes no sense')
  const offsetOf = (object: number) => {
    if (object >= count) throw new Error('it refers to an object that is not there')
    return bytes.readUIntBE(table + object * offsetSize, offsetSize)
  }
  let read = 0
  const readObject = (object: number, depth: number): Json => {
    if (depth > MOST_DEPTH || ++read > bytes.length) throw new Error('it is nested too deep')
    const at = offsetOf(object)
    const kind = bytes.readUInt8(at) >> 4
    const low = bytes.readUInt8(at) & 15
    if (kind === 0) return simple(low)
    if (kind === 1) return wholeNumber(bytes, at + 1, 1 << low)
    if (kind === 2) return low === 3 ? bytes.readDoubleBE(at + 1) : bytes.readFloatBE(at + 1)
    const { length, start } = sized(bytes, at, low)
    if (kind === 5) return part(bytes, start, length).toString('latin1')
    if (kind === 6)
      return Buffer.from(part(bytes, start, length * 2))
        .swap16()
        .toString('utf16le')
    const refs = (from: number) =>
      Array.from({ length }, (_, index) => bytes.readUIntBE(from + index * refSize, refSize))
    if (kind === 10) return refs(start).map((ref) => readObject(ref, depth + 1))
    if (kind === 13) {
      const keys = refs(start).map((ref) => readObject(ref, depth + 1))
      const values = refs(start + length * refSize).map((ref) => readObject(ref, depth + 1))
      return Object.fromEntries(keys.map((key, index) => [String(key), values[index] ?? null]))
    }
    throw new Error(`it holds a value of a kind that policies don’t have (${kind})`)
  }
  return readObject(top, 0)
}

function simple(low: number): boolean {
  if (low === 8 || low === 9) return low === 9
  throw new Error('it holds an empty value')
}

function wholeNumber(bytes: Buffer, at: number, size: number): number {
  const value = size <= 6 ? bytes.readUIntBE(at, size) : Number(bytes.readBigInt64BE(at + size - 8))
  if (!Number.isSafeInteger(value)) throw new Error('it holds a number that is too large')
  return value
}

function sized(bytes: Buffer, at: number, low: number): { length: number; start: number } {
  if (low < 15) return { length: low, start: at + 1 }
  const size = 1 << (bytes.readUInt8(at + 1) & 15)
  const length = wholeNumber(bytes, at + 2, size)
  if (length > bytes.length) throw new Error('it says it is longer than it is')
  return { length, start: at + 2 + size }
}

function part(bytes: Buffer, start: number, length: number): Buffer {
  if (start + length > bytes.length) throw new Error('it ends too early')
  return bytes.subarray(start, start + length)
}

// ── XML ──────────────────────────────────────────────────────────────────────────────────────────────────────

const TOKEN = /<!--[\s\S]*?-->|<(\/?)(\w+)([^>]*?)(\/?)>|([^<]+)/g
const ENTITY: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

interface Open {
  tag: string
  text: string
  items: Json[]
  keys: string[]
}

function readXml(text: string): Json {
  const body = text.replace(/^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE plist[^>]*>\s*)?/, '')
  const stack: Open[] = [{ tag: '', text: '', items: [], keys: [] }]
  for (const [token, close, tag = '', , empty, words] of body.matchAll(TOKEN)) {
    const open = stack[stack.length - 1]
    if (!open) throw new Error('its tags don’t match')
    if (words !== undefined) open.text += words
    else if (token.startsWith('<!--')) continue
    else if (close) endTag(stack, tag)
    else {
      if (stack.length > MOST_DEPTH) throw new Error('it is nested too deep')
      stack.push({ tag, text: '', items: [], keys: [] })
      if (empty) endTag(stack, tag)
    }
  }
  const value = stack[0]?.items[0]
  if (stack.length !== 1 || value === undefined) throw new Error('it ends too early')
  return value
}

function endTag(stack: Open[], tag: string): void {
  const done = stack.pop()
  const holder = stack[stack.length - 1]
  if (!done || !holder || done.tag !== tag) throw new Error('its tags don’t match')
  if (tag === 'key') holder.keys.push(plainText(done.text))
  else holder.items.push(xmlValue(done))
}

function xmlValue(done: Open): Json {
  switch (done.tag) {
    case 'string':
      return plainText(done.text)
    case 'integer':
    case 'real': {
      const value = Number(done.text.trim())
      if (!Number.isFinite(value)) throw new Error(`“${done.text}” is no number`)
      return value
    }
    case 'true':
      return true
    case 'false':
      return false
    case 'array':
      return done.items
    case 'dict':
      if (done.keys.length !== done.items.length) throw new Error('a dictionary has keys without values')
      return Object.fromEntries(done.keys.map((key, index) => [key, done.items[index] ?? null]))
    case 'plist':
      if (done.items.length !== 1) throw new Error('it holds no single value')
      return done.items[0] ?? null
    default:
      throw new Error(`it holds a <${done.tag}>, which policies don’t have`)
  }
}

function plainText(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (_, decimal, hex, name) => {
    if (decimal || hex) return String.fromCodePoint(Number.parseInt(decimal ?? hex, decimal ? 10 : 16))
    const character = ENTITY[name]
    if (character === undefined) throw new Error(`it names the entity &${name};`)
    return character
  })
}

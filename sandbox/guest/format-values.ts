/** Values as a person reads them in a log line. Bounded in depth, size and work, and it survives hostile objects. */
const DEPTH = 4
const ITEMS = 100
/** Characters around what an object holds. */
const BRACKETS = 2

/** Characters that are still of use in this line: what comes behind them is not even looked at. */
interface Room {
  left: number
}

/** The values side by side, at most `limit` characters. */
export function formatValues(values: readonly unknown[], limit: number): string {
  const room: Room = { left: limit }
  let line = ''
  for (const value of values) {
    if (line.length > limit) break
    line +=
      (line === '' ? '' : ' ') +
      (typeof value === 'string' ? value.slice(0, limit) : format(value, DEPTH, [], room))
  }
  return line.slice(0, limit)
}

function format(value: unknown, depth: number, above: unknown[], room: Room): string {
  let text: string
  try {
    if (typeof value !== 'object' || value === null || value instanceof Error) text = formatLeaf(value)
    else if (above.includes(value)) text = '[circular]'
    else if (depth === 0) text = Array.isArray(value) ? '[…]' : '{…}'
    else {
      room.left -= BRACKETS
      return formatObject(value, depth - 1, [...above, value], room)
    }
  } catch {
    text = '[something that can not be shown]'
  }
  room.left -= text.length + 1
  return text
}

function formatLeaf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 1000))
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `[function ${value.name}]`
  if (value instanceof Error) return `${value.stack || String(value)}`
  return String(value)
}

function formatObject(value: object, depth: number, above: unknown[], room: Room): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof RegExp) return String(value)
  const inner = (item: unknown) => format(item, depth, above, room)
  if (value instanceof Map)
    return `Map {${listed(value, ([key, item]) => `${inner(key)} => ${inner(item)}`, ',', room).shown}}`
  if (value instanceof Set) return `Set {${listed(value, inner, ',', room).shown}}`
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`
  if (Array.isArray(value)) {
    const { shown, count } = listed(value, inner, ', ', room)
    return `[${shown}${value.length > count ? ', …' : ''}]`
  }
  const keys = Object.keys(value)
  const member = (key: string) => {
    room.left -= key.length + 2
    return `${key}: ${inner((value as Record<string, unknown>)[key])}`
  }
  const { shown, count } = listed(keys, member, ', ', room)
  return `{${shown}${keys.length > count ? ', …' : ''}}`
}

/** The first of them, as long as there is room. */
function listed<T>(items: Iterable<T>, show: (item: T) => string, between: string, room: Room) {
  let shown = ''
  let count = 0
  for (const item of items) {
    if (count === ITEMS || room.left <= 0) break
    shown += (count++ === 0 ? '' : between) + show(item)
  }
  return { shown, count }
}

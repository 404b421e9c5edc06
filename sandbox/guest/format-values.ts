/** Values as a person reads them in a log line. Bounded in depth and size, and it survives hostile objects. */
const DEPTH = 4
const ITEMS = 100

/** The values side by side, at most `limit` characters. */
export function formatValues(values: readonly unknown[], limit: number): string {
  let line = ''
  for (const value of values) {
    if (line.length > limit) break
    line +=
      (line === '' ? '' : ' ') +
      (typeof value === 'string' ? value.slice(0, limit) : format(value, DEPTH, []))
  }
  return line.slice(0, limit)
}

function format(value: unknown, depth: number, above: unknown[]): string {
  try {
    if (typeof value === 'string') return JSON.stringify(value.slice(0, 1000))
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'function') return `[function ${value.name}]`
    if (typeof value !== 'object' || value === null) return String(value)
    if (value instanceof Error) return value.stack || String(value)
    if (above.includes(value)) return '[circular]'
    if (depth === 0) return Array.isArray(value) ? '[…]' : '{…}'
    return formatObject(value, depth - 1, [...above, value])
  } catch {
    return '[something that can not be shown]'
  }
}

function formatObject(value: object, depth: number, above: unknown[]): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof RegExp) return String(value)
  if (value instanceof Map)
    return `Map {${[...value].slice(0, ITEMS).map(([key, item]) => `${format(key, depth, above)} => ${format(item, depth, above)}`)}}`
  if (value instanceof Set)
    return `Set {${[...value].slice(0, ITEMS).map((item) => format(item, depth, above))}}`
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`
  if (Array.isArray(value))
    return `[${value
      .slice(0, ITEMS)
      .map((item) => format(item, depth, above))
      .join(', ')}${value.length > ITEMS ? ', …' : ''}]`
  const keys = Object.keys(value)
  const shown = keys
    .slice(0, ITEMS)
    .map((key) => `${key}: ${format((value as Record<string, unknown>)[key], depth, above)}`)
  return `{${shown.join(', ')}${keys.length > ITEMS ? ', …' : ''}}`
}

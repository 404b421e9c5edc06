/**
 * The end of a call that went well, read by hand: nearly every message of a call is one, and its value is the only part
 * of it that has to be parsed. Whatever is not written exactly so is left to the schema, which gives the same of it.
 */
import { MESSAGE_SHAPE, shapeFault } from '../../contract/json-shape.ts'
import type { FromSandbox } from '../../contract/sandbox-wire.ts'
import { dropPrototypeKeys, holdsInfinity } from './parsed-json.ts'

const ID = '{"t":"result","id":'
const CPU = ',"ok":true,"cpuMs":'
const VALUE = ',"value":'
/** What is left for the value: around it are one level, and its brace, five colons and four commas. */
const INNER = { ...MESSAGE_SHAPE, depth: MESSAGE_SHAPE.depth - 1, values: MESSAGE_SHAPE.values - 10 }

/** `{"t":"result","id":…,"ok":true,"cpuMs":…,"value":…}` and nothing else, or null. */
export function readResult(line: string): FromSandbox | null {
  if (!line.startsWith(ID) || !line.endsWith('}')) return null
  const idEnd = line.indexOf(',', ID.length)
  if (!line.startsWith(CPU, idEnd)) return null
  const id = readNumber(line.slice(ID.length, idEnd))
  const cpuAt = idEnd + CPU.length
  const cpuEnd = line.indexOf(',', cpuAt)
  if (!line.startsWith(VALUE, cpuEnd)) return null
  const cpuMs = readNumber(line.slice(cpuAt, cpuEnd))
  if (!Number.isSafeInteger(id) || id < 0 || !(cpuMs >= 0 && cpuMs < Number.POSITIVE_INFINITY)) return null
  const json = line.slice(cpuEnd + VALUE.length, -1)
  if (shapeFault(json, INNER) !== '') return null
  const value = parse(json)
  if (value === undefined || holdsInfinity(value)) return null
  dropPrototypeKeys(json, value)
  return { t: 'result', id, ok: true, cpuMs, value }
}

/** NaN when it could be written in another way, and so might not be JSON. */
function readNumber(text: string): number {
  const number = Number(text)
  return String(number) === text ? number : Number.NaN
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

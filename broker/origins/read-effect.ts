/**
 * A prepared request as an effect to judge. What a tool asks for is judged twice over: the call that the model made
 * (its function and input), and the request itself. A value of the request is the call's own when the call's input
 * holds it whole; everything else in it must be backed like any other value, so that a tool can't ask for one thing
 * and do another. A host that the perimeter names backs an address on it whose path says nothing.
 */
import type { Perimeter } from '../../contract/perimeter.ts'
import { CAPABILITY_EFFECT, type Json } from '../../contract/words.ts'
import type { Prepared } from '../ports.ts'
import { type Effect, type Leaf, leavesOf } from './judge-effect.ts'
import type { VerbClass } from './verb-classes.ts'

export interface ToolCallFacts {
  tool: string
  /** The operation that tool code asked for, and its arguments. */
  function: string
  input: Json
  /** The function of the tool that the model called. */
  call?: { function: string; input: Json }
}

/** How a request is done, which carries nothing. */
const MANNER: Record<string, ReadonlySet<string>> = {
  'fs.writeFile': new Set(['encoding', 'mode', 'parents']),
  'fs.move': new Set(['parents']),
  'fs.copy': new Set(['parents']),
  'command.run': new Set(['cwd', 'timeoutMs', 'maxOutput', 'secrets', 'readOnly']),
  'net.fetch': new Set([
    'method',
    'bodyEncoding',
    'responseEncoding',
    'redirect',
    'timeoutMs',
    'maxBytes',
    'sign',
  ]),
}
/** Asked for in parts, it is the same effect. */
const SAME_AS: Record<string, string> = {
  'net.stream': 'net.fetch',
  'command.start': 'command.run',
  'fs.writeStream': 'fs.writeFile',
}
const PLAIN_HEADERS = /^(accept|accept-language|content-type|content-length|user-agent|cache-control)$/i

export function isEffect(prepared: Pick<Prepared, 'needs'>): boolean {
  return prepared.needs.some((need) => CAPABILITY_EFFECT[need.capability] !== 'reads')
}

/** The effects that must all be backed: the call's, and what of the request the call does not hold. */
export function readEffects(
  perimeter: Perimeter,
  prepared: Pick<Prepared, 'operation' | 'exact'>,
  toolCall: ToolCallFacts | null,
  home = '',
): Effect[] {
  const request = readRequest(perimeter, prepared, toolCall)
  const paths = toolCall ? pathsOf(toolCall.input) : []
  const names = namesOf(perimeter, paths, home)
  if (!toolCall?.call) return [{ ...request, input: byName(request.input, paths, names) }]
  const { call } = toolCall
  const given = new Set((leavesOf(call.input) ?? []).map((leaf) => String(leaf.value)))
  const rest = (leavesOf(request.input) ?? []).filter((leaf) => !given.has(String(leaf.value)))
  const called: Effect = { name: call.function, input: call.input }
  if (names.size > 0) called.names = names
  if (request.needsVerb === false) called.needsVerb = false
  if (request.fetches) called.fetches = true
  if (rest.length === 0) return [called]
  return [called, { ...request, needsVerb: false, input: byName(nest(rest), paths, names) }]
}

function readRequest(
  perimeter: Perimeter,
  prepared: Pick<Prepared, 'operation' | 'exact'>,
  toolCall: ToolCallFacts | null,
): Effect {
  if (!toolCall) {
    const lines = prepared.exact.map((line): [string, Json] => [line.label, line.text])
    return { name: prepared.operation, input: lines.map(([label, text]) => ({ [label]: text })) }
  }
  const name = SAME_AS[toolCall.function] ?? toolCall.function
  const args = isObject(toolCall.input) ? toolCall.input : { value: toolCall.input }
  const input = Object.fromEntries(Object.entries(args).filter(([key]) => !MANNER[name]?.has(key)))
  if (name === 'net.fetch') return readFetch(perimeter, args, input)
  return {
    name,
    input,
    ...(name === 'clipboard.write' ? { kind: 'create' as VerbClass } : {}),
  }
}

function readFetch(perimeter: Perimeter, args: Record<string, Json>, input: Record<string, Json>): Effect {
  const url = String(args.url ?? '')
  if (isNamedByPerimeter(perimeter, url)) delete input.url
  if (typeof input.body === 'string') input.body = parsed(input.body)
  if (Array.isArray(input.headers)) input.headers = input.headers.filter((each) => !isPlainHeader(each))
  const method = String(args.method ?? 'GET').toUpperCase()
  const fetches = method === 'GET' || method === 'HEAD'
  return {
    ...{ name: 'net.fetch', kind: method === 'DELETE' ? 'delete' : 'send', needsVerb: !fetches, fetches },
    input,
  }
}

const PATH_ARGS = new Set(['path', 'from', 'to', 'paths', 'moves', 'copies'])

/** Paths among the arguments of an operation on files. */
function pathsOf(args: Json): string[] {
  const found: string[] = []
  const walk = (value: Json, at: string): void => {
    if (Array.isArray(value)) for (const each of value) walk(each, at)
    else if (isObject(value)) for (const [key, each] of Object.entries(value)) walk(each, key)
    else if (typeof value === 'string' && PATH_ARGS.has(at) && /^[/~]|^[A-Za-z]:\\/.test(value))
      found.push(value)
  }
  walk(args, '')
  return found
}

/**
 * The folder is the perimeter's matter; the person's words name what is in it: `old.log` for `/home/ann/work/old.log`,
 * `logs/old.log` for what lies deeper, so that a file of the same name elsewhere isn't meant. Where the perimeter opens
 * several folders, the name of the folder belongs to it (`work/old.log`); of two with one name neither is meant.
 */
function namesOf({ folders }: Perimeter, paths: readonly string[], home: string): Map<string, string> {
  const open = outermost(folders.map((line) => placed(line.path, home)))
  const names = new Map<string, string>()
  for (const path of paths) {
    const place = placed(path, home)
    if (place.split(SEPARATOR).some((part) => part === '..' || part === '.')) continue
    const folder = open.find((each) => liesIn(place, each))
    if (folder === undefined) continue
    const name = place.slice(folder.length + 1)
    const own = lastPart(folder)
    if (open.length === 1) names.set(path, name)
    else if (open.every((each) => each === folder || lastPart(each) !== own))
      names.set(path, `${own}/${name}`)
  }
  return names
}

const SEPARATOR = /[/\\]/
const lastPart = (path: string): string => path.split(SEPARATOR).at(-1) ?? path
const placed = (path: string, home: string): string =>
  (/^~(?=[/\\]|$)/.test(path) ? `${home}${path.slice(1)}` : path).replace(/[/\\]+$/, '')
const liesIn = (path: string, folder: string): boolean =>
  path.length > folder.length + 1 && path.startsWith(folder) && SEPARATOR.test(path[folder.length] as string)
const outermost = (folders: string[]): string[] =>
  [...new Set(folders)].filter((each) => !folders.some((other) => liesIn(each, other)))

/** Paths by their names; one whose folder no line names, by its last part. */
function byName(input: Json, paths: readonly string[], names: ReadonlyMap<string, string>): Json {
  if (Array.isArray(input)) return input.map((each) => byName(each, paths, names))
  if (isObject(input))
    return Object.fromEntries(Object.entries(input).map(([key, each]) => [key, byName(each, paths, names)]))
  if (typeof input !== 'string' || !paths.includes(input)) return input
  return names.get(input) ?? lastPart(input)
}

/** A host that a line of the perimeter names (no wildcard), and a path of plain words: it can carry nothing. */
function isNamedByPerimeter(perimeter: Perimeter, url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, pathname, search, hash, username } = new URL(url)
  if (search !== '' || hash !== '' || username !== '') return false
  const named = perimeter.hosts.some(
    (line) => line.host === hostname && `${line.scheme}:` === protocol && line.send !== 'deny',
  )
  return (
    named &&
    pathname.split('/').every((part) => /^([A-Za-z]{0,24}([._-][A-Za-z]{1,24}){0,4}|v\d{1,2})$/.test(part))
  )
}

function isPlainHeader(header: Json): boolean {
  if (!Array.isArray(header)) return false
  const [name, value] = header
  return (
    PLAIN_HEADERS.test(String(name)) || /^(Bearer |Basic )?\{\{secret:[a-z0-9-]+\}\}$/.test(String(value))
  )
}

function parsed(body: string): Json {
  try {
    return JSON.parse(body) as Json
  } catch {
    return body
  }
}

function nest(leaves: Leaf[]): Json {
  return leaves.map((leaf) => ({ [leaf.arg]: leaf.value }))
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Narrower perimeters from what really happened: lines that were never used, folders that were only read, wide lines
 * of which a part was used. Only ever narrower: a line that another one would stand in for is left alone.
 */
import { createHash } from 'node:crypto'
import type { Agent } from '../../contract/agent.ts'
import type { FolderLine, HostLine, Perimeter } from '../../contract/perimeter.ts'
import type { Resource } from '../../contract/resource.ts'
import type { Capability } from '../../contract/words.ts'
import type { RecordedRequest } from '../ports.ts'

export interface Suggestion {
  /** The same for the same suggestion on the same perimeter. */
  id: string
  agentId: string
  agentName: string
  words: string
  /** The agent's perimeter with this one line changed. */
  perimeter: Perimeter
}

export interface SuggestFacts {
  agent: Pick<Agent, 'id' | 'name' | 'perimeter' | 'changedAt'>
  /** What it asked for and was let through, in the time that is looked at. */
  past: readonly RecordedRequest[]
  /** The file or folder that a line's path means; of a program without a path, the file that its name stands for. */
  placeOf(path: string): string
  programOf(name: string): string | null
  now: number
}

/** Fewer requests say too little of an agent's habits. */
const LEAST_REQUESTS = 20
/** A perimeter that changed since is not judged by what came before. */
const SETTLED_MS = 3 * 24 * 60 * 60 * 1000
const MOST_HOSTS_NAMED = 5

interface Used {
  capability: Capability
  resource: Resource
}

export function suggestPerimeters(facts: SuggestFacts): Suggestion[] {
  const { agent, past, now } = facts
  if (past.length < LEAST_REQUESTS || now - agent.changedAt < SETTLED_MS) return []
  const used: Used[] = past.flatMap(({ needs }) => needs)
  const found = [
    ...suggestFolders(facts, used),
    ...suggestHosts(agent.perimeter, used),
    ...suggestCommands(facts, used),
    ...suggestRest(agent.perimeter, used, past),
  ]
  return found.map(({ words, perimeter }) => ({
    id: idOf(agent.id, agent.perimeter, words),
    agentId: agent.id,
    agentName: agent.name,
    words,
    perimeter,
  }))
}

interface Change {
  words: string
  perimeter: Perimeter
}

function suggestFolders({ agent, placeOf }: SuggestFacts, used: readonly Used[]): Change[] {
  const { perimeter } = agent
  // A program reaches every open folder, and what it touched there stands in no request: none can be said to be unused.
  if (used.some(({ capability }) => capability === 'command.run')) return []
  const places = perimeter.folders.map((line) => placeOf(line.path))
  const nearest = (path: string) => {
    let best = -1
    places.forEach((each, at) => {
      if (covers(each, path) && (best < 0 || each.length > (places[best]?.length ?? 0))) best = at
    })
    return best
  }
  const touched = used.flatMap(({ capability, resource }) =>
    resource.kind === 'path' ? [{ capability, path: resource.path, line: nearest(resource.path) }] : [],
  )
  return perimeter.folders.flatMap((line, at): Change[] => {
    const mine = touched.filter((each) => each.line === at)
    const own = places[at] ?? ''
    const alone = !places.some((other, index) => index !== at && (covers(other, own) || other === own))
    const swap = (change: FolderLine | null) => ({
      ...perimeter,
      folders: perimeter.folders.flatMap((each, index) => (index === at ? (change ?? []) : each)),
    })
    if (line.read === 'deny' && line.write === 'deny') return []
    if (mine.length === 0)
      return alone
        ? [{ words: `${line.path} was not used: take the folder out.`, perimeter: swap(null) }]
        : []
    const wrote = mine.some(({ capability }) => capability === 'fs.write' || capability === 'fs.delete')
    if (!wrote && line.write !== 'deny')
      return [
        {
          words: `In ${line.path} nothing was changed: let it only be read.`,
          perimeter: swap({ ...line, write: 'deny' }),
        },
      ]
    const part = sharedFolder(
      mine.map(({ path }) => path),
      own,
    )
    if (part === own || !alone) return []
    return [
      {
        words: `Of ${line.path} only ${shown(line.path, own, part)} was used: narrow it to that.`,
        perimeter: swap({ ...line, path: part }),
      },
    ]
  })
}

function suggestHosts(perimeter: Perimeter, used: readonly Used[]): Change[] {
  const reached = [
    ...new Set(used.flatMap(({ resource }) => (resource.kind === 'url' ? [resource.host] : []))),
  ].sort()
  return perimeter.hosts.flatMap((line, at): Change[] => {
    const others = perimeter.hosts.filter((_, index) => index !== at)
    const swap = (lines: HostLine[]) => ({
      ...perimeter,
      hosts: perimeter.hosts.flatMap((each, index) => (index === at ? lines : each)),
    })
    if (
      (line.read === 'deny' && line.send === 'deny') ||
      others.some((other) => standsIn(other.host, line.host))
    )
      return []
    const named = others.map(({ host }) => host)
    const mine = reached.filter(
      (host) => coversHost(line.host, host) && !named.some((other) => coversHost(other, host)),
    )
    if (mine.length === 0)
      return [{ words: `${line.host} was not reached: take the host out.`, perimeter: swap([]) }]
    if (!line.host.startsWith('*') || mine.length > MOST_HOSTS_NAMED) return []
    return [
      {
        words: `Of ${line.host} only ${mine.join(', ')} ${mine.length === 1 ? 'was' : 'were'} reached: name ${mine.length === 1 ? 'that' : 'those'}.`,
        perimeter: swap(mine.map((host) => ({ ...line, host }))),
      },
    ]
  })
}

/** A program's line goes by the file that it means, as in the perimeter's own index. */
function suggestCommands({ agent, placeOf, programOf }: SuggestFacts, used: readonly Used[]): Change[] {
  const { perimeter } = agent
  const ran = new Set(used.flatMap(({ resource }) => (resource.kind === 'command' ? [resource.program] : [])))
  const files = perimeter.commands.map(({ program }) =>
    /[\\/]/.test(program) ? placeOf(program) : programOf(program),
  )
  return perimeter.commands.flatMap((line, at): Change[] => {
    const file = files[at] ?? null
    if (line.run === 'deny' || file === null || ran.has(file)) return []
    if (files.some((other, index) => index !== at && other === file)) return []
    return [
      {
        words: `${line.program} was not run: take the program out.`,
        perimeter: { ...perimeter, commands: without(perimeter.commands, at) },
      },
    ]
  })
}

function suggestRest(
  perimeter: Perimeter,
  used: readonly Used[],
  past: readonly RecordedRequest[],
): Change[] {
  const secrets = new Set(used.flatMap(({ resource }) => (resource.kind === 'secret' ? [resource.name] : [])))
  const tools = new Set(past.flatMap(({ tool }) => tool?.name ?? []))
  return [
    ...perimeter.secrets.flatMap((line, at): Change[] =>
      line.use === 'deny' || secrets.has(line.name)
        ? []
        : [
            {
              words: `The secret ${line.name} was not used: take it out.`,
              perimeter: { ...perimeter, secrets: without(perimeter.secrets, at) },
            },
          ],
    ),
    ...perimeter.tools.flatMap((line, at): Change[] =>
      tools.has(line.name)
        ? []
        : [
            {
              words: `The tool ${line.name} did nothing: take it out.`,
              perimeter: { ...perimeter, tools: without(perimeter.tools, at) },
            },
          ],
    ),
  ]
}

function without<T>(list: readonly T[], at: number): T[] {
  return list.filter((_, index) => index !== at)
}

function covers(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
}

/** The deepest folder that holds all of these, never outside `top`. */
function sharedFolder(paths: readonly string[], top: string): string {
  let shared = parentOf(paths[0] ?? top)
  while (!paths.every((path) => covers(shared, path) && path !== shared)) {
    if (shared === '/') return top
    shared = parentOf(shared)
  }
  return covers(top, shared) ? shared : top
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

function shown(line: string, own: string, part: string): string {
  return own === '/' ? part : `${line.replace(/\/$/, '')}${part.slice(own.length)}`
}

function coversHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === host
}

/** True when, with the one line gone, the other might speak for its hosts. */
function standsIn(other: string, line: string): boolean {
  return other === line || other === '*' || coversHost(other, line.replace(/^\*\./, 'x.'))
}

function idOf(agentId: string, perimeter: Perimeter, words: string): string {
  return `s_${createHash('sha256')
    .update(JSON.stringify([agentId, perimeter, words]))
    .digest('hex')
    .slice(0, 24)}`
}

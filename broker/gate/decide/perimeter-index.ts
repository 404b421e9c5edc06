/**
 * A perimeter as an index: which line speaks for a need, and what it says. The nearest line counts (the longest
 * folder, the exact host before `*`); where two are equally near, the stricter. What no line covers is denied.
 */
import type { Level, Perimeter } from '../../../contract/perimeter.ts'
import type {
  CommandResource,
  ModelResource,
  Need,
  PathResource,
  UrlResource,
} from '../../../contract/resource.ts'
import type { Places } from '../../ports.ts'
import { CommandIndex } from './command-index.ts'
import {
  ambiguousPath,
  canonicalHost,
  canonicalPrefix,
  defaultPort,
  HostIndex,
  isPrivateHost,
  pathAndQuery,
} from './host-index.ts'
import { PathTrie } from './path-trie.ts'
import { bothPlaces, foldsCase, resolvedPlace } from './place-paths.ts'

/** What the perimeter says, and the line that says it. `line` is the folder line's place, for built-in protections. */
export interface LineHit {
  level: Level
  rule: string
  text: string
  /** Folder lines: depth in segments of the line's place. */
  depth?: number
  /** The place of a folder line, or the path prefix of a host line: how far a grant can honestly go. */
  reach?: string
}

interface FolderEntry {
  read: LineHit
  write: LineHit
}
interface HostEntry {
  methods: string[]
  prefix: string
  loopbackSaid: boolean
  read: LineHit
  send: LineHit
}

const STRICTNESS: Record<Level, number> = { allow: 0, ask: 1, deny: 2 }
export function strictest<T extends { level: Level }>(hits: readonly T[]): T | null {
  let best: T | null = null
  for (const hit of hits) if (!best || STRICTNESS[hit.level] > STRICTNESS[best.level]) best = hit
  return best
}

const DO: Record<Level, string> = {
  allow: 'may go on without a question',
  ask: 'asks first',
  deny: 'is shut',
}

export class PerimeterIndex {
  readonly #places: Places
  readonly #folders: PathTrie<FolderEntry>
  readonly #hosts = new HostIndex<HostEntry>()
  readonly #commands: CommandIndex<LineHit>
  readonly #secrets = new Map<string, LineHit>()
  readonly #plain: Record<'clipboard.read' | 'clipboard.write' | 'notify' | 'open', LineHit>

  constructor(perimeter: Perimeter, places: Places) {
    this.#places = places
    this.#folders = new PathTrie({ foldCase: foldsCase(places), windows: places.platform === 'win32' })
    this.#commands = new CommandIndex(places)
    perimeter.folders.forEach((line, at) => {
      const hit = (level: Level, what: string): LineHit => ({
        level,
        rule: `perimeter:folders[${at}]`,
        text: `${what} in ${line.path} ${DO[level]}: its line in the perimeter.`,
      })
      this.#addFolder(line.path, {
        read: hit(line.read, 'Reading'),
        write: hit(line.write, 'Changing files'),
      })
    })
    perimeter.hosts.forEach((line, at) => {
      const host = canonicalHost(line.host)
      if (host === null) return
      const name = `${line.scheme}://${line.host}${line.port ? `:${line.port}` : ''}${line.pathPrefix === '/' ? '' : line.pathPrefix}`
      const prefix = canonicalPrefix(line.pathPrefix)
      const hit = (level: Level, what: string): LineHit => ({
        level,
        reach: prefix,
        rule: `perimeter:hosts[${at}]`,
        text: `${what} ${name} ${DO[level]}: its line in the perimeter.`,
      })
      this.#hosts.add(
        { host, scheme: line.scheme, port: line.port ?? defaultPort(line.scheme), prefix },
        {
          methods: line.methods,
          prefix,
          loopbackSaid: host !== '*' && line.port !== undefined,
          read: hit(line.read, 'Reading from'),
          send: hit(line.send, 'Sending to'),
        },
      )
    })
    perimeter.commands.forEach((line, at) => {
      const name = [line.program, ...line.args].join(' ')
      const rule = `perimeter:commands[${at}]`
      const text = `Running ${name} ${DO[line.run]}: its line in the perimeter.`
      this.#commands.add([line.program, ...line.args], line.run === 'deny', { level: line.run, rule, text })
    })
    perimeter.secrets.forEach((line, at) => {
      const hit = {
        level: line.use,
        rule: `perimeter:secrets[${at}]`,
        text: `The secret ${line.name} ${DO[line.use]}: its line in the perimeter.`,
      }
      const old = this.#secrets.get(line.name)
      this.#secrets.set(line.name, strictest(old ? [old, hit] : [hit]) ?? hit)
    })
    const plain = (key: string, what: string, level: Level): LineHit => ({
      level,
      rule: `perimeter:${key}`,
      text: `${what} ${DO[level]}: the perimeter says so.`,
    })
    this.#plain = {
      'clipboard.read': plain('clipboard.read', 'Reading the clipboard', perimeter.clipboard.read),
      'clipboard.write': plain('clipboard.write', 'Writing to the clipboard', perimeter.clipboard.write),
      notify: plain('notify', 'Showing a notification', perimeter.notify),
      open: plain('open', 'Opening something in another app', perimeter.open),
    }
  }

  /** What the perimeter says to this need. Never null: what nothing covers is denied. */
  level(need: Need, ownModel: ModelResource | null): LineHit {
    const { capability, resource } = need
    switch (capability) {
      case 'fs.read':
      case 'fs.list':
        return resource.kind === 'path' ? this.#folder(resource, 'read') : misfit(need)
      case 'fs.write':
      case 'fs.delete':
        return resource.kind === 'path' ? this.#folder(resource, 'write') : misfit(need)
      case 'net.request':
        return resource.kind === 'url' ? this.#host(resource) : misfit(need)
      case 'command.run':
        return resource.kind === 'command' ? this.#command(resource) : misfit(need)
      case 'secret.use':
        return resource.kind === 'secret'
          ? (this.#secrets.get(resource.name) ??
              outside(`The secret ${resource.name} is not one that this agent may use.`, 'add it to'))
          : misfit(need)
      case 'model.call':
        return resource.kind === 'model' ? model(resource, ownModel) : misfit(need)
      case 'open':
        return this.#open(need)
      case 'clipboard.read':
      case 'clipboard.write':
      case 'notify':
        return this.#plain[capability]
    }
  }

  #addFolder(path: string, entry: FolderEntry): void {
    const denies = entry.read.level === 'deny' || entry.write.level === 'deny'
    const places = denies ? bothPlaces(path, this.#places) : [resolvedPlace(path, this.#places)]
    for (const place of places) {
      const depth = this.#folders.segments(place).length
      const read = { ...entry.read, depth, reach: place }
      const write = { ...entry.write, depth, reach: place }
      this.#folders.update(place, (old) =>
        old
          ? { read: strictest([old.read, read]) ?? read, write: strictest([old.write, write]) ?? write }
          : { read, write },
      )
    }
  }

  #folder(resource: PathResource, side: 'read' | 'write'): LineHit {
    const found: FolderEntry[] = []
    this.#folders.collect(resource.path, found)
    const nearest = found[found.length - 1]
    if (nearest) return nearest[side]
    return outside(`${resource.path} is in none of the folders of this agent.`, 'add its folder to')
  }

  #host(resource: UrlResource): LineHit {
    const path = pathAndQuery(resource)
    const anyPrefix = ambiguousPath(path)
    const groups: HostEntry[][] = []
    this.#hosts.collect(resource, { first: true, anyPrefix, path }, groups)
    let lines = groups[0] ?? []
    const said = `${resource.scheme}://${resource.host}:${resource.port}`
    if (lines.length > 0 && isPrivateHost(resource)) {
      lines = lines.filter((line) => line.loopbackSaid)
      if (lines.length === 0)
        return outside(
          `The address ${said} is on this computer or a private network, and no line names it with its port.`,
          'name that host and port in',
        )
    }
    if (
      lines.length > 0 &&
      anyPrefix &&
      !lines.some((line) => line.prefix === '/' || line.send.level === 'deny')
    )
      return outside(
        `The path of ${resource.url} can be read in more than one way, so a path prefix can't cover it.`,
        'allow the whole host in',
      )
    if (lines.length === 0)
      return outside(`The address ${said} is not among those of this agent.`, 'add the host to')
    const side = resource.method === 'GET' || resource.method === 'HEAD' ? 'read' : 'send'
    const fitting = lines.filter(
      (line) => line.methods.includes(resource.method) || line[side].level === 'deny',
    )
    const hit = strictest(fitting.map((line) => line[side]))
    return (
      hit ??
      outside(
        `${resource.method} is not among the methods for ${said}.`,
        'add the method to the line of that host in',
      )
    )
  }

  #command(resource: CommandResource): LineHit {
    const found = this.#commands.nearest(resource)
    const hit = strictest(found.values)
    if (!hit)
      return outside(`${resource.program} is not among the programs of this agent.`, 'add the program to')
    // A line that leaves arguments open was not written with inline code in mind.
    if (resource.opaque && hit.level === 'allow' && !found.wholeArgs)
      return {
        level: 'ask',
        rule: 'default:opaque',
        text: `${resource.program} can run anything that its arguments say, so it asks each time.`,
      }
    return hit
  }

  #open(need: Need): LineHit {
    const { resource } = need
    const open = this.#plain.open
    if (open.level === 'deny') return open
    if (resource.kind === 'path') {
      const folder = this.#folder(resource, 'read')
      return strictest([open, folder]) ?? open
    }
    if (
      resource.kind === 'url' &&
      open.level === 'allow' &&
      this.#host({ ...resource, method: 'GET' }).level !== 'allow'
    )
      return {
        level: 'ask',
        rule: 'perimeter:open',
        text: `The host ${resource.host} is not among the addresses that this agent reads in silence, so opening it asks first.`,
      }
    return open
  }
}

function model(resource: ModelResource, own: ModelResource | null): LineHit {
  const same =
    own !== null &&
    own.provider === resource.provider &&
    own.model === resource.model &&
    own.origin === resource.origin
  if (same)
    return {
      level: 'allow',
      rule: 'perimeter:model',
      text: `The model ${resource.model} is the one that was chosen for this agent.`,
    }
  return outside(
    `The model ${resource.model} at ${resource.origin} is not the one that was chosen for this agent.`,
    'choose it in',
  )
}

function outside(what: string, remedy: string): LineHit {
  return {
    level: 'deny',
    rule: 'perimeter:none',
    text: `${what} A person can ${remedy} the agent’s perimeter.`,
  }
}

function misfit(need: Need): LineHit {
  return {
    level: 'deny',
    rule: 'perimeter:none',
    text: `The capability ${need.capability} does not fit a ${need.resource.kind}: nothing covers it.`,
  }
}

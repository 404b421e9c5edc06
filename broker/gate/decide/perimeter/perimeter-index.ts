/** A perimeter as an index: which line speaks for a need, and what it says. What no line covers is denied. */
import type { Level, Perimeter } from '../../../../contract/perimeter.ts'
import type { CommandResource, ModelResource, Need, SecretResource } from '../../../../contract/resource.ts'
import type { Places } from '../../../ports.ts'
import { CommandLines } from './command-lines.ts'
import { FolderLines } from './folder-lines.ts'
import { HostLines } from './host-lines.ts'
import type { AnyMayChange } from './led-lines.ts'
import { type LineHit, lineHit, misfit, outside, strictest } from './line-hit.ts'

export class PerimeterIndex {
  readonly #folders: FolderLines
  readonly #hosts: HostLines
  readonly #commands: CommandLines
  readonly #secrets: ReadonlyMap<string, LineHit>
  readonly #plain: Record<'clipboard.read' | 'clipboard.write' | 'notify' | 'open', LineHit>

  /** @param anyMayChange whether any agent may change what lies at a place */
  constructor(perimeter: Perimeter, places: Places, anyMayChange: AnyMayChange) {
    const { clipboard, notify, open } = perimeter
    this.#folders = new FolderLines(perimeter.folders, places, anyMayChange)
    this.#hosts = new HostLines(perimeter.hosts)
    this.#commands = new CommandLines(perimeter.commands, places)
    this.#secrets = secretLines(perimeter.secrets)
    this.#plain = {
      'clipboard.read': clipboardLine(clipboard.read),
      'clipboard.write': lineHit('clipboard.write', 'Writing to the clipboard', clipboard.write),
      notify: lineHit('notify', 'Showing a notification', notify),
      open: lineHit('open', 'Opening something in another app', open),
    }
  }

  /** What the perimeter says to this need. Never null: what nothing covers is denied. */
  level(need: Need, ownModel: ModelResource | null): LineHit {
    const { capability, resource } = need
    switch (capability) {
      case 'fs.read':
      case 'fs.list':
        return resource.kind === 'path' ? this.#folders.level(resource, 'read') : misfit(need)
      case 'fs.write':
      case 'fs.delete':
        return resource.kind === 'path' ? this.#folders.level(resource, 'write') : misfit(need)
      case 'net.request':
        return resource.kind === 'url' ? this.#hosts.level(resource) : misfit(need)
      case 'command.run':
        return resource.kind === 'command' ? this.#command(resource) : misfit(need)
      case 'secret.use':
        return resource.kind === 'secret' ? this.#secret(resource) : misfit(need)
      case 'model.call':
        return resource.kind === 'model' ? modelLevel(resource, ownModel) : misfit(need)
      case 'open':
        return this.#open(need)
      case 'clipboard.read':
      case 'clipboard.write':
      case 'notify':
        return this.#plain[capability]
    }
  }

  mayChange(path: string): boolean {
    return this.#folders.level({ kind: 'path', path }, 'write').level !== 'deny'
  }

  /** Whether a folder line is about this place, or about one below it. */
  isAboutPlace(path: string): boolean {
    return this.#folders.isAboutPlace(path)
  }

  /** Of all folder lines. */
  places(): readonly string[] {
    return this.#folders.places()
  }

  /** Running a program in a folder takes looking at that folder. */
  #command(resource: CommandResource): LineHit {
    const run = this.#commands.level(resource)
    if (run.level === 'deny') return run
    const { cwd, way } = resource
    const folder = this.#folders.level({ kind: 'path', path: cwd, ...(way ? { way } : {}) }, 'read')
    return strictest([run, folder]) ?? run
  }

  #secret({ name, asked }: SecretResource): LineHit {
    const line = this.#secrets.get(name)
    if (asked && line?.level !== 'deny')
      return {
        level: 'ask',
        rule: line?.rule ?? 'perimeter:secrets',
        text: `The agent asks you for the secret ${name}. Nothing is used unless you give it.`,
      }
    return line ?? outside(`The secret ${name} is not one that this agent may use.`, 'add it to')
  }

  /** Opening a file takes reading its folder; opening an address in silence takes reading it in silence. */
  #open({ resource }: Need): LineHit {
    const open = this.#plain.open
    if (open.level === 'deny') return open
    if (resource.kind === 'path') return strictest([open, this.#folders.level(resource, 'read')]) ?? open
    if (resource.kind !== 'url' || open.level === 'ask') return open
    if (this.#hosts.level({ ...resource, method: 'GET' }).level === 'allow') return open
    const text = `The host ${resource.host} is not among the addresses that this agent reads in silence, so opening it asks first.`
    return { level: 'ask', rule: 'perimeter:open', text }
  }
}

/** What lies there comes from other programs and may be anything: whoever may read it asks, each time. */
function clipboardLine(level: Level): LineHit {
  return lineHit('clipboard.read', 'Reading the clipboard', level === 'allow' ? 'ask' : level)
}

function secretLines(lines: Perimeter['secrets']): Map<string, LineHit> {
  const hits = new Map<string, LineHit>()
  lines.forEach((line, at) => {
    const hit = lineHit(`secrets[${at}]`, `Using the secret ${line.name}`, line.use)
    const old = hits.get(line.name)
    hits.set(line.name, (old && strictest([old, hit])) ?? hit)
  })
  return hits
}

function modelLevel(resource: ModelResource, own: ModelResource | null): LineHit {
  const name = `The model ${resource.model}`
  const same =
    own?.provider === resource.provider && own.model === resource.model && own.origin === resource.origin
  if (same)
    return {
      level: 'allow',
      rule: 'perimeter:model',
      text: `${name} is the one that was chosen for this agent.`,
    }
  return outside(
    `${name} at ${resource.origin} is not the one that was chosen for this agent.`,
    'choose it in',
  )
}

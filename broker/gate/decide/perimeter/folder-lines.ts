/** Folder lines: the longest that covers a path counts; of two for one folder, the stricter. */
import type { FolderLine } from '../../../../contract/perimeter.ts'
import type { PathResource } from '../../../../contract/resource.ts'
import type { Places } from '../../../ports.ts'
import { PathTrie } from '../path-trie.ts'
import { bothPlaces, foldsCase, resolvedPlace } from '../place-paths.ts'
import { type LineHit, lineHit, outside, strictest } from './line-hit.ts'

interface FolderEntry {
  read: LineHit
  write: LineHit
}

export class FolderLines {
  readonly #trie: PathTrie<FolderEntry>

  constructor(lines: readonly FolderLine[], places: Places) {
    this.#trie = new PathTrie({ foldCase: foldsCase(places), windows: places.platform === 'win32' })
    lines.forEach((line, at) => {
      this.#add(line, at, places)
    })
  }

  level(resource: PathResource, side: 'read' | 'write'): LineHit {
    const found: FolderEntry[] = []
    this.#trie.collect(resource.path, found)
    const nearest = found[found.length - 1]
    if (nearest) return nearest[side]
    return outside(`${resource.path} is in none of the folders of this agent.`, 'add its folder to')
  }

  #add(line: FolderLine, at: number, places: Places): void {
    const rule = `folders[${at}]`
    const read = lineHit(rule, `Reading in ${line.path}`, line.read)
    const write = lineHit(rule, `Changing files in ${line.path}`, line.write)
    const denies = line.read === 'deny' || line.write === 'deny'
    for (const place of denies ? bothPlaces(line.path, places) : [resolvedPlace(line.path, places)]) {
      const facts = { depth: this.#trie.segments(place).length, reach: place }
      const entry = { read: { ...read, ...facts }, write: { ...write, ...facts } }
      this.#trie.update(place, (old) => (old ? stricterOf(old, entry) : entry))
    }
  }
}

function stricterOf(a: FolderEntry, b: FolderEntry): FolderEntry {
  return { read: strictest([a.read, b.read]) ?? a.read, write: strictest([a.write, b.write]) ?? a.write }
}

/** What the agents of this computer may change, each by its own lines: a link that lies there leads where one of them likes. */
import type { Perimeter } from '../../../../contract/perimeter.ts'
import type { Places } from '../../../ports.ts'
import { FolderLines } from './folder-lines.ts'

export class AgentGrounds {
  readonly #all: readonly FolderLines[]

  constructor(perimeters: readonly Perimeter[], places: Places) {
    this.#all = perimeters.map(({ folders }) => new FolderLines(folders, places))
  }

  mayChange(path: string): boolean {
    return this.#all.some((lines) => lines.level({ kind: 'path', path }, 'write').level !== 'deny')
  }
}

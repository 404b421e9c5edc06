/** Command lines: the one with the most leading arguments counts; of two alike, the stricter. */
import type { CommandLine } from '../../../../contract/perimeter.ts'
import type { CommandResource } from '../../../../contract/resource.ts'
import type { Places } from '../../../ports.ts'
import { CommandIndex } from '../command-index.ts'
import { type LineHit, lineHit, outside, strictest } from './line-hit.ts'

export class CommandLines {
  readonly #index: CommandIndex<LineHit>

  constructor(lines: readonly CommandLine[], places: Places) {
    this.#index = new CommandIndex(places)
    lines.forEach((line, at) => {
      const denies = line.run === 'deny'
      // No word means "any program" here, except to keep all of them out.
      if (line.program === '*' && !denies) return
      const command = [line.program, ...line.args]
      this.#index.add(command, denies, lineHit(`commands[${at}]`, `Running ${command.join(' ')}`, line.run))
    })
  }

  level(resource: CommandResource): LineHit {
    const found = this.#index.nearest(resource)
    const hit = strictest(found.values)
    // What was asked for, not where it leads: that is not theirs to know.
    const asked = resource.asked ?? resource.program
    if (!hit) return outside(`${asked} is not among the programs of this agent.`, 'add the program to')
    // A line that leaves arguments open was not written with inline code in mind.
    return resource.opaque && hit.level === 'allow' && !found.wholeArgs ? asksEachTime(resource) : hit
  }
}

/** What can run anything is asked each time, whatever lets it run. */
export function asksEachTime({ program }: CommandResource): LineHit {
  const text = `${program} can run anything that its arguments say, so it asks each time.`
  return { level: 'ask', rule: 'default:opaque', text }
}

/**
 * Rules of flow: once a run has read outside text, what it changes or sends may have been that text's idea. Such a
 * need goes on in silence only when the person's own words back it, or a grant does, or the perimeter (files that it
 * lets change in silence: that stays here and can be undone); where private data is in the run too, a grant no longer
 * counts for what can carry data out.
 */
import type { Because } from '../../../contract/decision.ts'
import type { Level } from '../../../contract/perimeter.ts'
import type { Need } from '../../../contract/resource.ts'
import { CAPABILITY_EFFECT, type Capability } from '../../../contract/words.ts'
import type { DecideInput } from '../../ports.ts'

export interface FlowRuling {
  /** Set when the need must be asked unless a grant counts. */
  because: Because | null
  grantsCount: boolean
}

/** More sentences than this nobody reads; the marked text itself shows the rest. */
const REASONS_SHOWN = 3
const UNDOABLE: ReadonlySet<Capability> = new Set(['fs.write', 'fs.delete'])
const FREE: FlowRuling = { because: null, grantsCount: true }

/**
 * A notification stays on this computer; the agent's own model is where its text comes from and goes to anyway.
 * @param level what the perimeter's line says of this need
 */
export function ruleFlow(
  need: Need,
  flow: DecideInput['flow'],
  level: Level,
  ownModelCall: boolean,
): FlowRuling {
  const effect = CAPABILITY_EFFECT[need.capability]
  if (effect === 'reads' || need.capability === 'notify' || ownModelCall) return FREE
  // Its sandbox lets it change nothing and reach no host: it looks, and what it says counts as read.
  if (need.resource.kind === 'command' && need.resource.readOnly) return FREE
  // What stays on this computer and can be undone, in a place where the person lets the agent change things in silence.
  if (level === 'allow' && UNDOABLE.has(need.capability)) return FREE
  if (!flow.lamps.outside || flow.backed) return FREE
  // A contained program may reach the agent's hosts, so it counts as able to send.
  const sends = effect === 'sends' || need.capability === 'command.run'
  const carriesOut = sends && flow.lamps.private
  const start = carriesOut
    ? 'This run has read outside text and holds private data, and this could carry data out'
    : 'This run has read outside text, and this is not backed by your own words'
  const reasons = flow.unbacked.slice(0, REASONS_SHOWN).map((text) => text.replace(/[.\s]+$/, ''))
  const why = reasons.length > 0 ? `: ${reasons.join('; ')}.` : '.'
  return {
    because: {
      layer: 'flow',
      rule: carriesOut ? 'flow:outside-and-private' : 'flow:outside',
      text: `${start}${why}`.slice(0, 1000),
    },
    grantsCount: !carriesOut,
  }
}

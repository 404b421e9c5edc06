/** How much harm a wrong yes could do, and so how long Allow stays inert and whether it must be held. */
import type { Question } from '../../contract/consent.ts'
import type { Need } from '../../contract/resource.ts'
import { CAPABILITY_EFFECT } from '../../contract/words.ts'
import type { AskInput } from '../ports.ts'

export type Risk = Pick<Question, 'risk' | 'inertMs' | 'holdMs'>

const LOW: Risk = { risk: 'low', inertMs: 500, holdMs: 0 }
const MEDIUM: Risk = { risk: 'medium', inertMs: 800, holdMs: 0 }
const HIGH: Risk = { risk: 'high', inertMs: 800, holdMs: 1200 }

export function rateRisk({ prepared, flow }: Pick<AskInput, 'prepared' | 'flow'>): Risk {
  const effects = prepared.needs.map((need) =>
    runsFreely(need) ? 'sends' : isLook(need) ? 'reads' : CAPABILITY_EFFECT[need.capability],
  )
  const sends = effects.includes('sends')
  if (prepared.destructive || (sends && flow.lamps.private && flow.lamps.outside)) return HIGH
  if (prepared.needs.some(({ resource }) => resource.kind === 'command' && resource.opaque)) return HIGH
  const unbacked = flow.lamps.outside && !flow.backed && effects.some((effect) => effect !== 'reads')
  if (
    unbacked ||
    prepared.needs.some(
      (need) => need.capability === 'fs.delete' || need.capability === 'secret.use' || runsFreely(need),
    )
  )
    return MEDIUM
  return LOW
}

/** A program that can change nothing and reach no host. */
const isLook = ({ resource }: Need) => resource.kind === 'command' && resource.readOnly === true
const runsFreely = (need: Need) => need.capability === 'command.run' && !isLook(need)

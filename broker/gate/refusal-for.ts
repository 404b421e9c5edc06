/** From a deny to words for the person and for the model: what was refused, and why. */
import type { Decision, Layer } from '../../contract/decision.ts'
import { type RefusalCode, type Refused, refused } from '../../contract/outcome.ts'

const CODE: Record<Layer, RefusalCode> = {
  'managed-deny': 'denied-by-policy',
  stop: 'stopped',
  perimeter: 'outside-perimeter',
  manifest: 'not-in-manifest',
  'deny-rule': 'denied-by-policy',
  flow: 'flow',
  grant: 'denied-by-person',
  policy: 'denied-by-policy',
  default: 'denied-by-policy',
  person: 'denied-by-person',
}
export function refusalFor(decision: Decision): Refused {
  const first = decision.because[0]
  // A no that was remembered is the person's own.
  const remembered = first?.layer === 'deny-rule' && first.rule.startsWith('grant:')
  const code = remembered ? 'denied-by-person' : CODE[first?.layer ?? 'default']
  const person = first?.text ?? 'Not allowed.'
  return refused(code, person)
}

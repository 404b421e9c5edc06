import type { AlertRule } from './alert-rule.ts'

/** What a verification writes down when it finds something; see `log-care.ts`. */
export const CHAIN_CHECK = 'chain-check'

export const chainBroken: AlertRule = {
  id: 'chain-broken',
  title: 'The record was changed',
  words: 'A verification of the log finds an entry that is not as it was written, or a seal that is missing.',
  start() {
    return ({ kind, details }) =>
      kind === 'app' && details.check === CHAIN_CHECK && details.ok === false ? String(details.text) : null
  },
}

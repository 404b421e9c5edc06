import type { AlertRule } from './alert-rule.ts'

/** What the start of the app writes down about its sandbox. */
export const SANDBOX_CHECK = 'sandbox-check'
/** The weaker first. */
const STRENGTH = ['none', 'seatbelt', 'bubblewrap']
const strengthOf = (sandbox: string) => (sandbox === 'none' ? 0 : STRENGTH.includes(sandbox) ? 1 : 0)

export const sandboxWeaker: AlertRule = {
  id: 'sandbox-weaker',
  title: 'The sandbox is weaker than before',
  words: 'The operating system’s sandbox around tools was there at an earlier start, and is missing now.',
  start({ memory }) {
    return ({ kind, details }) => {
      const now = details.sandbox
      if (kind !== 'app' || details.check !== SANDBOX_CHECK || typeof now !== 'string') return null
      const before = memory.startingWith('sandbox ')[0]?.slice('sandbox '.length)
      memory.replace('sandbox ', `sandbox ${now}`)
      if (before === undefined || strengthOf(now) >= strengthOf(before)) return null
      return `Tools ran inside ${before} before; now there is no operating system sandbox around them.`
    }
  },
}

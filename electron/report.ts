/**
 * What the shell saw, for the record: a page that crashed, a forged message. What happens while the broker can't be
 * told is kept and told when it is back; a flood of the same is counted, not repeated.
 */
import type { Params } from '../contract/broker-api.ts'
import type { DoorLink } from '../contract/door-link.ts'

type Report = Params<'shell.report'>
export interface Reports {
  report(what: Report['what'], text: string): void
  /** Tells what could not be told before. */
  flush(): void
}

const MAX_KEPT = 50
const A_MINUTE = 20

export function createReports(parts: { link: () => DoorLink | null }): Reports {
  const kept: Report[] = []
  let windowStart = Number.NEGATIVE_INFINITY
  let sent = 0

  async function send(report: Report): Promise<void> {
    const answer = await parts.link()?.call('shell.report', report, 'shell')
    const untold = answer === undefined || (!answer.ok && answer.fault.code === 'unavailable')
    if (untold && kept.length < MAX_KEPT) kept.push(report)
  }
  return {
    report(what, text) {
      if (performance.now() - windowStart > 60_000) {
        windowStart = performance.now()
        sent = 0
      }
      sent += 1
      if (sent > A_MINUTE) return
      const more = sent === A_MINUTE ? ' (more of these in this minute are not written down)' : ''
      void send({ what, text: `${text.slice(0, 900)}${more}` })
    },
    flush() {
      for (const report of kept.splice(0)) void send(report)
    },
  }
}

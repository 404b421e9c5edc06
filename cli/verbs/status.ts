/** `sallyport status`: is it running, what state is everything in, what is weak or missing. */
import type { Command } from 'commander'
import { addVerb, type Verbs } from '../define-verb.ts'
import { counted, type MarkName } from '../output.ts'
import { sayHeld } from '../say-held.ts'

const STATE_MARK: Record<string, MarkName> = {
  running: 'allow',
  asking: 'ask',
  paused: 'ask',
  stopped: 'stop',
}
const PART_SIGN = { ok: '●', weak: '◆', missing: '⬣' } as const

export function addStatus(program: Command, verbs: Verbs): void {
  addVerb(program, verbs, {
    name: 'status',
    about: 'Is Sallyport running, and what state is everything in? Ends with 3 when it is not running.',
    reach: 'running',
    async run({ session, out }) {
      const status = await session.call('status.get', {})
      out.object(status)
      const by = status.stop.stopped && status.stop.by ? ` by ${status.stop.by}` : ''
      out.say(
        `${out.mark(STATE_MARK[status.state] ?? 'ask', status.state)}${by}   Sallyport ${status.version}, process ${status.pid}`,
      )
      out.say(
        `  ${counted(status.agents, 'agent')}, ${counted(status.runsActive, 'run')} at work, ${counted(status.questions, 'question')} waiting, ${counted(status.log.entries, 'entry', 'entries')} in the log`,
      )
      if (!out.json) await sayHeld(session, out, status.stop)
      out.say()
      for (const part of status.parts) {
        out.say(`  ${PART_SIGN[part.state]} ${part.name}: ${part.text}`)
        if (part.remedy) out.say(`    ${part.remedy}`)
      }
      return undefined
    },
  })
}

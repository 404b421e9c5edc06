/** What holds a request up although nobody has judged it yet: Stop, a pause, a tool that is frozen, a run that ended. */
import { type Refused, refused } from '../../contract/outcome.ts'
import type { CallContext, CanaryWatch, StopSwitch } from '../ports.ts'

export interface Halts {
  /** Stop or a pause, for this principal. */
  stops(context: CallContext): Refused | null
  /** That, or its tool is frozen. */
  blocks(context: CallContext): Refused | null
  /** Waits while it is paused; nothing is lost. What ended the run meanwhile, or null. */
  waitWhilePaused(context: CallContext): Promise<Refused | null>
}

export function createHalts({ stop, canaries }: { stop: StopSwitch; canaries: CanaryWatch }): Halts {
  const stops: Halts['stops'] = ({ principal, byHand }) => stop.blocks(principal.id, byHand)
  return {
    stops,
    blocks: (context) => stops(context) ?? (context.tool ? canaries.frozen(context.tool.name) : null),
    async waitWhilePaused(context) {
      if (stops(context)?.code === 'paused') {
        context.onWait?.(true)
        try {
          await stop.whilePaused(context.principal.id, context.signal)
        } finally {
          context.onWait?.(false)
        }
      }
      return context.signal.aborted
        ? (stops(context) ?? refused('cancelled', 'The run was cancelled.'))
        : null
    },
  }
}

/** What holds a request up although nobody has judged it yet: Stop, a pause, a tool that is frozen, a run that ended. */
import { type Refused, refused } from '../../contract/outcome.ts'
import type { CallContext, CanaryWatch, PausedTools, Soon, StopSwitch } from '../ports.ts'

export interface Halts {
  /** Stop or a pause, for this principal. */
  stops(context: CallContext): Refused | null
  /** That, or its tool is frozen or paused. */
  blocks(context: CallContext): Refused | null
  /** Waits while it or its tool is paused; nothing is lost. What ended the run meanwhile, or null. */
  waitWhilePaused(context: CallContext): Soon<Refused | null>
}

export function createHalts({
  stop,
  canaries,
  toolPauses,
}: {
  stop: StopSwitch
  canaries: CanaryWatch
  toolPauses: PausedTools
}): Halts {
  const stops: Halts['stops'] = ({ principal, byHand }) => stop.blocks(principal.id, byHand)
  const holdsTool = ({ tool, byHand }: CallContext) => (tool && !byHand ? toolPauses.blocks(tool.name) : null)

  async function waitOut(context: CallContext): Promise<void> {
    const { principal, tool, signal } = context
    while (!signal.aborted) {
      const stopped = stops(context)
      if (stopped && stopped.code !== 'paused') return
      if (stopped) await stop.whilePaused(principal.id, signal)
      else if (tool && holdsTool(context)) await waitForTool({ stop, toolPauses }, context, tool.name)
      else return
    }
  }

  async function waitFor(context: CallContext): Promise<Refused | null> {
    context.onWait?.(true)
    try {
      await waitOut(context)
    } finally {
      context.onWait?.(false)
    }
    return cancelled(context)
  }
  const cancelled = (context: CallContext): Refused | null =>
    context.signal.aborted ? (stops(context) ?? refused('cancelled', 'The run was cancelled.')) : null

  return {
    stops,
    blocks: (context) =>
      stops(context) ?? (context.tool ? canaries.frozen(context.tool.name) : null) ?? holdsTool(context),
    waitWhilePaused(context) {
      if (stops(context)?.code === 'paused' || holdsTool(context)) return waitFor(context)
      return cancelled(context)
    },
  }
}

/** Waits while a person has the tool paused; a stop ends the wait, and so does the end of the run. */
export async function waitForTool(
  { stop, toolPauses }: { stop: StopSwitch; toolPauses: PausedTools },
  { principal, signal }: Pick<CallContext, 'principal' | 'signal'>,
  tool: string,
): Promise<void> {
  const over = new AbortController()
  const end = () => over.abort()
  const look = () => {
    const stopped = stop.blocks(principal.id)
    if (stopped && stopped.code !== 'paused') end()
  }
  const unfollow = stop.onChange(look)
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  look()
  try {
    await toolPauses.whilePaused(tool, over.signal)
  } finally {
    unfollow()
    signal.removeEventListener('abort', end)
  }
}

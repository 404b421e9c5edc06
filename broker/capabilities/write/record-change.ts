/**
 * Every change goes between `before` and `after` of the undo store: no before-image, no change. What the change is
 * called there is what the person later reads.
 */
import type { Outcome } from '../../../contract/outcome.ts'
import type { PerformContext, UndoRecorder } from '../../ports.ts'

export type ChangeKind = Parameters<UndoRecorder['before']>[0]['what']

export interface Change {
  what: ChangeKind
  path: string
  from?: string
  leaves?: string
  context: PerformContext
}

/**
 * Runs `act` between before-image and after-hash; it is given the change's id. What `act` throws is a failure of the
 * change, noted as not done.
 */
export async function recordChange<T>(
  undo: UndoRecorder,
  change: Change,
  act: (id: string) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const { context, what, path, from, leaves } = change
  const noted = await undo.before({
    runId: context.run?.id ?? null,
    callId: context.callId,
    principalId: context.principal.id,
    what,
    path,
    from: from ?? null,
    ...(leaves === undefined ? {} : { leaves }),
  })
  if (noted.kind !== 'ok') return noted
  let done = false
  try {
    const outcome = await act(noted.value.id)
    done = outcome.kind === 'ok'
    return outcome
  } finally {
    await undo.after(noted.value.id, done)
  }
}

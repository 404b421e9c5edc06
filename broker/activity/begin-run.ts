/** The first and the last entries of a run of the app. */
import { LogUnavailable, type NewEntry } from '../../contract/activity.ts'
import type { ChainPoint } from './check-chain.ts'
import type { LogWriter } from './log-writer.ts'
import type { Sealing } from './sealing.ts'

export interface RunBefore {
  seal: { kind: string; seq: number; at: number } | null
  /** Intents whose outcome never came. */
  interrupted: number[]
  /** Heads that were kept elsewhere and that the log does not have. */
  lost: ChainPoint[]
  /** Another log that is remembered to have lain here. */
  other: { seq: number } | null
  /** Where a damaged file was put. */
  movedAside: string | null
}

/** Says that a run began, how the one before ended, and what was cut off in its middle. */
export function beginRun(writer: LogWriter, boot: string, before: RunBefore): void {
  const { interrupted, seal, lost, other, movedAside } = before
  const head = writer.head()
  const clean = head.seq === 0 || (seal?.kind === 'shutdown' && seal.seq === head.seq)
  const entries: NewEntry[] = [
    {
      kind: 'app',
      subject: clean ? 'Sallyport started' : 'Sallyport started; it had ended without a shutdown',
      details: { boot, clean, lastSealAt: seal?.at ?? null },
    },
  ]
  if (movedAside !== null)
    entries.push(alert('The newest part of the log was damaged and could not be read', { movedAside }))
  if (lost.length > 0) entries.push(setBack(lost, head))
  if (other !== null)
    entries.push(
      alert(`A log that had reached entry ${other.seq} was here before this one, and is gone`, {
        other: other.seq,
      }),
    )
  for (const ref of interrupted)
    entries.push({
      kind: 'outcome',
      subject: 'Interrupted: the app ended before the outcome was known',
      ref,
      details: { interrupted: true },
    })
  try {
    for (const entry of entries) writer.append(entry)
  } catch (error) {
    if (!(error instanceof LogUnavailable)) throw error
  }
}

export const setBack = (lost: ChainPoint[], head: ChainPoint): NewEntry =>
  alert('The log was set back: it is not the one that was written before', {
    known: lost.map((point) => ({ ...point })),
    head: { ...head },
  })

const alert = (subject: string, details: Record<string, unknown>): NewEntry => ({
  kind: 'alert',
  subject,
  details: { rule: 'chain-broken', ...details },
})

/** A log whose last entry is this one and has no seal over it was changed afterward. */
export async function endRun(writer: LogWriter, sealing: Sealing, boot: string): Promise<void> {
  writer.append({ kind: 'app', subject: 'Sallyport ended', details: { boot, closes: true } })
  await sealing.seal('shutdown')
}

/** The first and the last entries of a run of the app. */
import { LogUnavailable, type NewEntry } from '../../contract/activity.ts'
import type { ChainPoint } from './check-chain.ts'
import type { EntryReader } from './entry-reader.ts'
import type { LogWriter } from './log-writer.ts'
import type { Sealing } from './sealing.ts'

export interface RunBefore {
  seal: { kind: string; seq: number; at: number } | null
  /** Intents whose outcome never came. */
  interrupted: number[]
  /** The head that was kept elsewhere. */
  known: ChainPoint | null
  /** Where a damaged file was put. */
  movedAside: string | null
}

/** Says that a run began, how the one before ended, and what was cut off in its middle. */
export function beginRun(writer: LogWriter, reader: EntryReader, boot: string, before: RunBefore): void {
  const { interrupted, seal, known, movedAside } = before
  const head = writer.head()
  const clean = head.seq === 0 || (seal?.kind === 'shutdown' && seal.seq === head.seq)
  const setBack =
    known !== null && (known.seq > head.seq || (reader.entry(known.seq)?.hash ?? known.hash) !== known.hash)
  const entries: NewEntry[] = [
    {
      kind: 'app',
      subject: clean ? 'Sallyport started' : 'Sallyport started; it had ended without a shutdown',
      details: { boot, clean, lastSealAt: seal?.at ?? null },
    },
  ]
  if (movedAside !== null)
    entries.push(alert('The newest part of the log was damaged and could not be read', { movedAside }))
  if (setBack)
    entries.push(
      alert('The log was set back: it is not the one that was written before', { known: { ...known }, head }),
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

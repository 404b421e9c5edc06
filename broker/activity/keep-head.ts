/**
 * The log's head in the keychain: the one place that is not put back with the user's files. Asking a keychain is slow and
 * may show a dialog, so it is done at the start, every ten minutes in which something was written, and at the end of a
 * run that lasted.
 */
import type { Clock } from '../ports.ts'
import { HEAD_ACCOUNT, parseWitnessed, type Witnessed } from './head-witness.ts'
import type { OpenActivityLog } from './open-activity-log.ts'
import type { KeySlot } from './seal-key.ts'

export interface HeadKeeping {
  /** Keeps it once more, when that is worth it. */
  end(): Promise<void>
}

const BETWEEN_MS = 600_000
const LASTED_MS = 60_000

/** Compares what the keychain knows with the log, then begins to keep. */
export async function keepHeadInKeychain(parts: {
  log: Pick<OpenActivityLog, 'head' | 'id' | 'compare'>
  keychain: KeySlot
  clock: Clock
  onFault: (error: unknown) => void
}): Promise<HeadKeeping> {
  const { log, keychain, clock, onFault } = parts
  const startedAt = clock()
  const kept = await keychain.get(HEAD_ACCOUNT)
  const known = kept.kind === 'ok' ? parseText(kept.value) : null
  if (known?.log === log.id()) for (const point of [...known.lost, known.head]) log.compare(point)
  let written = known?.log === log.id() ? known.head.seq : 0

  async function keep(): Promise<void> {
    const head = log.head()
    if (head.seq === written) return
    written = head.seq
    const value: Witnessed = { log: log.id(), head, lost: [] }
    const put = await keychain.set(HEAD_ACCOUNT, JSON.stringify(value))
    if (put.kind !== 'ok') onFault(new Error('The keychain did not keep the log’s head.'))
  }
  const timer = setInterval(() => void keep().catch(onFault), BETWEEN_MS).unref()
  return {
    async end() {
      clearInterval(timer)
      if (written === 0 || clock() - startedAt >= LASTED_MS) await keep().catch(onFault)
    },
  }
}

function parseText(text: string | null): Witnessed | null {
  try {
    return text === null ? null : parseWitnessed(JSON.parse(text))
  } catch {
    return null
  }
}

/**
 * Takes personal content out of the log without breaking the chain: the text goes, its chain value and what it was
 * (when, by whom, which capability, how decided) stay, and a new entry tells which entries were redacted and what stands
 * in their place. An entry that is gone without such an entry is a broken log; so is one whose remains were changed.
 */

import { inTransaction } from './archive.ts'
import { isRedacted, redactedText } from './chain.ts'
import { readEntry } from './entry-bytes.ts'
import type { EntryReader } from './entry-reader.ts'
import type { HotStore } from './hot-store.ts'
import { digestOf } from './judge-log.ts'
import type { Keeper } from './keeper.ts'
import type { LogWriter } from './log-writer.ts'
import type { Sealing } from './sealing.ts'

export interface RedactionParts {
  hot: HotStore
  reader: EntryReader
  writer: LogWriter
  sealing: Sealing
  keeper: () => Keeper
}
/** Redactions told of in one entry. */
const LINES = 200

/**
 * Redacts entries by number; returns how many were. Entries that are gone, redacted already, or about the log itself
 * (starts, seals, removals, redactions) are passed over.
 */
export async function redactEntries(parts: RedactionParts, seqs: number[], by: string): Promise<number> {
  const found = [...new Set(seqs)]
    .sort((a, b) => a - b)
    .flatMap((seq) => replacementFor(parts.reader, seq) ?? [])
  for (let start = 0; start < found.length; start += LINES)
    await redactSome(parts, found.slice(start, start + LINES), by)
  return found.length
}

interface Replacement {
  seq: number
  hash: string
  text: string
}

async function redactSome({ hot, writer, sealing, keeper }: RedactionParts, some: Replacement[], by: string) {
  const lines = some.map(({ seq, hash, text }) => ({ seq, hash, text: digestOf(text) }))
  const told = writer.append({
    kind: 'app',
    subject: `Redacted ${some.length === 1 ? 'one entry' : `${some.length} entries`} of the log`,
    details: { by, redacted: lines },
  })
  await sealing.seal('beat')
  const note = hot.db.prepare('INSERT OR REPLACE INTO redaction (seq, entry) VALUES (?, ?)')
  inTransaction(hot.db, () => {
    for (const { seq, text } of some) {
      note.run(seq, told.seq)
      hot.replaceText(seq, text)
    }
  })
  await keeper().order({ do: 'redact', texts: some.map(({ seq, text }) => [seq, text]) })
  // The WAL still holds the old pages.
  hot.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}

function replacementFor(reader: EntryReader, seq: number): Replacement | null {
  const text = reader.text(seq)
  const hash = reader.entry(seq)?.hash
  if (text === null || hash === undefined || isRedacted(text)) return null
  const { at, kind, principal, run, callId, tool, capability, decision, asked, lamps, ref, ok, durationMs } =
    readEntry(text)
  if (kind === 'app') return null
  const kept = {
    ...{ seq, at, kind, principal, callId, tool, capability, decision, asked, lamps, ref, ok, durationMs },
    run: run === null ? null : { id: run.id, title: 'Redacted' },
    subject: 'Redacted',
    details: { redactedEntry: true },
  }
  return { seq, hash, text: redactedText(hash, kept) }
}

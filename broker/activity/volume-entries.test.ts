// A volume that is made anew holds what it held: also how things ended that went on for very long.
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import type { NewEntry } from '../../contract/activity.ts'
import { encodeEntry } from './entry-bytes.ts'
import { createIndexWriter } from './index-writer.ts'
import { VOLUME_ENTRIES } from './volume.ts'
import { entriesFor } from './volume-entries.ts'

const someone = { id: 'agent_tidy', kind: 'agent' as const, name: 'Tidy' }
const begins = (subject: string): NewEntry => ({
  kind: 'intent',
  subject,
  principal: someone,
  capability: 'command.run',
  decision: 'allow',
})
const ends = (ref: number, word: string): NewEntry => ({
  kind: 'outcome',
  subject: 'Ended',
  principal: someone,
  ref,
  ok: true,
  details: { word },
})
const END = VOLUME_ENTRIES
const LOG = new Map<number, NewEntry>([
  [END - 9, begins('removed')],
  [END - 8, begins('first')],
  [END - 7, begins('second')],
  [END - 6, begins('third')],
  [END - 5, ends(END - 8, 'atonce')],
  [END + 3, ends(END - 7, 'soonafter')],
  [END + 4, begins('of the next volume')],
  [END + 60_000, ends(END - 6, 'muchlater')],
  [END + 60_001, ends(END + 4, 'elsewhere')],
  [END + 60_002, ends(END - 9, 'ofwhatwasremoved')],
])
const texts = [...LOG].map(([seq, entry]) => ({ seq, text: encodeEntry(entry, seq, 1_750_000_000_000) }))

it('holds what it held, wherever the ends of what began in it lie', () => {
  const db = new DatabaseSync(':memory:')
  const index = createIndexWriter(db)
  index.add(texts)
  const holds = () =>
    ['removed', 'first', 'atonce', 'soonafter', 'muchlater', 'elsewhere', 'ofwhatwasremoved'].map((word) => [
      word,
      db
        .prepare('SELECT rowid FROM word_0 WHERE word_0 MATCH ?')
        .all(`"${word}"`)
        .map(({ rowid }) => rowid),
    ])
  const pairs = () =>
    db
      .prepare('SELECT opener, closer FROM pair ORDER BY opener')
      .all()
      .map((row) => ({ ...row }))
  const [before, pairsBefore] = [holds(), pairs()]
  expect(Object.fromEntries(before)).toMatchObject({ muchlater: [END - 6], elsewhere: [] })

  const up = (from: number, limit: number) => texts.filter(({ seq }) => seq >= from).slice(0, limit)
  index.rebuild(0, entriesFor(0, { from: 0, reader: { up }, index }))
  expect(holds()).toEqual(before)
  expect(pairs()).toEqual(pairsBefore)

  // What was removed is gone, with how it ended.
  index.rebuild(0, entriesFor(0, { from: END - 8, reader: { up }, index }))
  const gone = ['removed', 'ofwhatwasremoved']
  expect(holds()).toEqual(before.map(([word, rows]) => [word, gone.includes(word as string) ? [] : rows]))
  db.close()
})

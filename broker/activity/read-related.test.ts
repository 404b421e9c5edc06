/** What belongs to an entry is read in steps, however much of it there is. */
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { createEntryReader } from './entry-reader.ts'
import { createIndexReader } from './index-reader.ts'
import { logFiles } from './log-files.ts'
import { openActivityLog } from './open-activity-log.ts'
import { readRelated } from './read-related.ts'
import { fill, readIntent, testClock, testFolder } from './test-log.ts'

const USES = 150

it('the newest uses of a grant come with their proof, and the search for them can be left after each', async () => {
  const at = testFolder()
  const log = openActivityLog({ file: at.file, clock: testClock(), limits: { indexAt: 64, keepHot: 60 } })
  const because = [{ layer: 'grant', rule: 'grant:grant_often', text: 'You allowed it.' } as const]
  for (let n = 0; n < USES; n++) {
    log.append(readIntent(n, { callId: `call_use_${n}`, because }))
    fill(log, 3, 3 * n)
  }
  await log.catchUp()
  const seqs = log
    .query({ text: '"You allowed it"', limit: 1_000 })
    .rows.map(({ seq }) => seq)
    .toSorted((a, b) => a - b)
  expect(seqs).toHaveLength(USES)
  const oldest = seqs[0] ?? 0
  const found = log.entry(oldest)
  expect(found?.related.map(({ seq }) => seq)).toEqual(seqs.slice(-100))
  for (const { seq, hash, prev } of found?.related ?? []) {
    expect(log.entryAlone(seq)?.hash).toBe(hash)
    expect(log.entryAlone(seq - 1)?.hash).toBe(prev)
  }
  expect(await log.inTurns.entry(oldest)).toEqual(found)
  await log.close()

  const hot = new DatabaseSync(at.file)
  const [reader, index] = [
    createEntryReader(hot, logFiles(at.file).archive),
    createIndexReader(logFiles(at.file).index),
  ]
  const work = readRelated({ reader, index, tail: { after: () => [], clear() {} } }, oldest)
  let steps = 0
  while (!work.next().done) steps++
  expect(steps).toBeGreaterThanOrEqual(200)
  for (const each of [index, reader, hot]) each.close()
  at.remove()
})

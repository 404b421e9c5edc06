/** The index is made from the log: one that was damaged costs a while of slower searches, and nothing else. */
import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { logFiles } from './log-files.ts'
import { type OpenActivityLog, openActivityLog } from './open-activity-log.ts'
import { fill, query, testClock, testFolder } from './test-log.ts'

let at: ReturnType<typeof testFolder>
let log: OpenActivityLog
const clock = testClock()
const faults: unknown[] = []
const open = () => {
  const onFault = (fault: unknown) => faults.push(fault)
  log = openActivityLog({ file: at.file, clock, limits: { indexAt: 64, keepHot: 60 }, onFault })
}
const index = () => logFiles(at.file).index
const indexedTo = () => {
  const db = new DatabaseSync(index(), { readOnly: true })
  const to = Number(db.prepare("SELECT value FROM meta WHERE key = 'to'").get()?.value)
  db.close()
  return to
}

beforeEach(async () => {
  at = testFolder()
  faults.length = 0
  open()
  fill(log, 200)
  await log.catchUp()
  await log.close()
})
afterEach(async () => {
  await log.close()
  at.remove()
})

const damages: [string, () => void][] = [
  ['whose pages are overwritten', () => overwrite((bytes) => bytes.fill(0xa5, 4_096))],
  ['that is no database', () => writeFileSync(index(), 'no database '.repeat(1_000))],
  ['that was cut off', () => overwrite((bytes) => bytes.subarray(0, bytes.length / 2))],
  [
    'whose list of words is torn',
    () => {
      const db = new DatabaseSync(index(), { defensive: false })
      db.exec("UPDATE word_0_data SET block = x'00ff00ff00ff' WHERE id > 100")
      db.close()
    },
  ],
]
function overwrite(change: (bytes: Buffer) => Buffer): void {
  writeFileSync(index(), change(readFileSync(index())))
}

describe('an index', () => {
  it.each(damages)('%s is made anew, and what is asked meanwhile is answered', async (_what, damage) => {
    damage()
    open()
    const found = () => log.query(query({ text: '"note 17"' })).rows.map(({ subject }) => subject)
    expect(found()).toHaveLength(1)
    expect(log.query(query({ text: '*ote-17.*' })).rows).toHaveLength(1)
    expect(log.timeline({ since: 0, until: 9e12, buckets: 10 })).not.toEqual([])
    expect(log.entry(20)?.entry.seq).toBe(20)
    fill(log, 100, 200)
    await log.catchUp()
    await vi.waitFor(() => expect(indexedTo()).toBe(log.head().seq), 120_000)
    expect(found()).toHaveLength(1)
    expect(log.query(query({ text: '"note 250"' })).rows).toHaveLength(1)
    expect(await log.verify()).toMatchObject({ ok: true })
  })

  it('that is damaged while the log is open is made anew, too', async () => {
    open()
    expect(log.query(query({ text: 'note' })).rows.length).toBeGreaterThan(0)
    damages.at(-1)?.[1]()
    expect(log.query(query({ text: '"note 17"' })).rows).toHaveLength(1)
    expect(faults).toHaveLength(1)
    await vi.waitFor(() => expect(indexedTo()).toBe(log.head().seq), 120_000)
    expect(log.query(query({ text: '"note 17"' })).rows).toHaveLength(1)
    expect(faults).toHaveLength(1)
  })
})

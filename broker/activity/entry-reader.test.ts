/** Entries in order while another thread moves them from the rows into the archive. */
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, it } from 'vitest'
import { createEntryReader } from './entry-reader.ts'
import { logFiles } from './log-files.ts'
import { openActivityLog } from './open-activity-log.ts'
import { fill, testClock, testFolder } from './test-log.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A log that is closed, most of it packed: its rows, the last number in blocks, and readers over any rows. */
async function packedLog() {
  const at = testFolder()
  ends.push(() => at.remove())
  const limits = { indexAt: 64, keepHot: 60 }
  const log = openActivityLog({ file: at.file, clock: testClock(), limits, onFault() {} })
  fill(log, 300)
  await log.catchUp()
  await log.close()
  const hot = new DatabaseSync(at.file)
  ends.push(() => hot.close())
  const { archive: file } = logFiles(at.file)
  const archive = new DatabaseSync(file, { readOnly: true })
  const packedTo = Number(archive.prepare('SELECT max(last) AS last FROM block').get()?.last)
  archive.close()
  const read = (rows: DatabaseSync) => {
    const reader = createEntryReader(rows, file)
    ends.push(() => reader.close())
    return reader
  }
  return { hot, packedTo, read }
}

it('none is passed over when rows are taken away between two looks', async () => {
  const { hot, packedTo, read } = await packedLog()
  const first = () => Number(hot.prepare('SELECT min(seq) AS seq FROM entry').get()?.seq)
  const from = first()
  // Rows that are in blocks already, as while the keeper has packed and the log has not yet removed.
  const back = read(hot)
  const add = hot.prepare('INSERT INTO entry (seq, ref, hash, text) VALUES (?, NULL, zeroblob(32), ?)')
  for (const { seq, text } of back.up(packedTo - 100, 101)) if (seq < from) add.run(seq, text)
  expect(first()).toBe(packedTo - 100)

  let taken = false
  const moving = new Proxy(hot, {
    get(target, name) {
      if (name !== 'prepare') return Reflect.get(target, name)
      return (sql: string) => {
        const statement = target.prepare(sql)
        if (!sql.includes('min(seq)')) return statement
        const get = () => {
          const row = statement.get()
          if (!taken) target.prepare('DELETE FROM entry WHERE seq <= ?').run(packedTo)
          taken = true
          return row
        }
        return { get } as unknown as typeof statement
      }
    },
  })
  const numbers = read(moving)
    .up(packedTo - 200, 260)
    .map(({ seq }) => seq)
  expect(taken).toBe(true)
  expect(numbers).toEqual(Array.from({ length: 260 }, (_, n) => packedTo - 200 + n))
})

it('each is found by its number, in whatever order they are asked for while rows leave', async () => {
  const { hot, packedTo, read } = await packedLog()
  const all = read(hot).up(1, 1_000)
  expect(all.length).toBeGreaterThan(300)
  // Rows that are in blocks as well, as they are until the keeper's report has come.
  const add = hot.prepare("INSERT OR IGNORE INTO entry (seq, ref, hash, text) VALUES (?, NULL, x'00', ?)")
  for (const { seq, text } of all) if (seq > packedTo - 80) add.run(seq, text)
  const next = read(hot)
  const texts = new Map(all.map(({ seq, text }) => [seq, text]))
  const remove = hot.prepare('DELETE FROM entry WHERE seq <= ?')
  for (let n = 0; n < 400; n++) {
    const seq = 1 + ((n * 131) % all.length)
    if (n % 3 === 0)
      next.ahead([seq, 1 + ((n * 37) % all.length), 1 + ((n * 53) % all.length), all.length + 9])
    expect(next.text(seq)).toBe(texts.get(seq))
    if (n % 5 === 0) remove.run(packedTo - 80 + n / 5)
  }
  expect(next.text(all.length + 1)).toBe(null)
})

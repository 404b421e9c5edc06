/**
 * Forgeries that look right at first sight: whole files put in another's place, older ones put back, a schema that was
 * added to, notes that speak of what is gone. Each is found, and named where it is.
 */
import { copyFileSync, cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { VerifyReport } from '../../contract/activity.ts'
import { logFiles } from './log-files.ts'
import { type ActivityLogOptions, type OpenActivityLog, openActivityLog } from './open-activity-log.ts'
import { fill, testClock, testFolder, testSigner } from './test-log.ts'
import { verifyFile } from './verify-log.ts'

const DAY = 86_400_000
let signer: ReturnType<typeof testSigner>
let at: ReturnType<typeof testFolder>
let other: ReturnType<typeof testFolder>
let clock: ReturnType<typeof testClock>

const open = (more: Partial<ActivityLogOptions> = {}): OpenActivityLog =>
  openActivityLog({
    ...{ file: at.file, clock, seal: signer, ...more },
    limits: { indexAt: 64, keepHot: 60, ...more.limits },
  })
/** Removed parts, redacted entries, packed ones and rows: all that a log can hold. */
async function makeLog(more: Partial<ActivityLogOptions> = {}): Promise<void> {
  const log = open(more)
  fill(log, 150)
  await log.catchUp()
  clock.forward(40 * DAY)
  fill(log, 150, 150)
  await log.catchUp()
  await log.sealNow('beat')
  await log.removeOld({ days: 30, megabytes: 1_000 })
  await log.redact([390, 391], 'you')
  fill(log, 40, 300)
  await log.redact([log.head().seq - 5], 'you')
  await log.catchUp()
  await log.catchUp()
  // From here on a seal speaks of the packed blocks.
  await log.verify()
  fill(log, 10, 340)
  await log.close()
}
const made = { at: testFolder(), signer: testSigner(), clock: testClock() }
beforeAll(async () => {
  ;({ at, signer, clock } = made)
  await makeLog()
})
afterAll(() => made.at.remove())
/** A copy of it for each test, and a second folder. */
beforeEach(() => {
  ;[at, other] = [testFolder(), testFolder()]
  ;({ signer, clock } = made)
  cpSync(made.at.folder, at.folder, { recursive: true })
})
afterEach(() => {
  at.remove()
  other.remove()
})

const report = async (more: object = {}) =>
  VerifyReport.parse(
    JSON.parse(
      JSON.stringify(
        await verifyFile(at.file, {
          ...{ publicKeys: [signer.publicKey], threads: 0, now: clock.now() },
          ...more,
        }),
      ),
    ),
  )
const archive = () => logFiles(at.file).archive
function change(file: string, ...sql: string[]): void {
  const db = new DatabaseSync(file)
  db.enableDefensive(false)
  for (const one of sql) db.exec(one)
  db.close()
}
function ask(file: string, sql: string): Record<string, unknown> {
  const db = new DatabaseSync(file)
  try {
    return db.prepare(sql).get() as Record<string, unknown>
  } finally {
    db.close()
  }
}
const bad = async (more?: object) => (await report(more)).firstBad

it('is whole before anything is done to it', async () => {
  expect(await report()).toMatchObject({
    ...{ ok: true, firstBad: null, byBlocks: { entries: expect.any(Number) } },
  })
  expect(Number(ask(at.file, 'SELECT count(*) AS n FROM cut').n)).toBe(1)
  expect(Number(ask(at.file, 'SELECT count(*) AS n FROM redaction').n)).toBe(3)
  expect(Number(ask(archive(), 'SELECT min(first) AS n FROM block').n)).toBeGreaterThan(1)
})

describe('a schema that was added to', () => {
  it.each([
    ['a column of the entries', 'entry', 'ALTER TABLE entry ADD COLUMN note TEXT'],
    ['a column that is computed', 'entry', 'ALTER TABLE entry ADD COLUMN x TEXT AS (text) VIRTUAL'],
    ['a column of the seals', 'seal', 'ALTER TABLE seal ADD COLUMN note TEXT'],
    ['a view', 'spare', 'CREATE VIEW spare AS SELECT * FROM entry'],
    ['an index', 'spare', 'CREATE INDEX spare ON entry (text)'],
    ['statistics', 'sqlite_stat1', 'ANALYZE'],
    [
      'a table under a name of SQLite’s own',
      'sqlite_spare',
      `PRAGMA writable_schema = ON; CREATE TABLE spare (a);
       UPDATE sqlite_schema SET name = 'sqlite_spare', tbl_name = 'sqlite_spare', sql = 'CREATE TABLE sqlite_spare (a)' WHERE name = 'spare'`,
    ],
    ['a word beside the log', 'note', `INSERT INTO meta VALUES ('note', 'forged')`],
  ])('%s is named', async (_, name, sql) => {
    change(at.file, sql)
    expect(await report()).toMatchObject({
      ok: false,
      firstBad: { what: 'changed', text: expect.stringContaining(`“${name}”`) },
    })
  })

  it('a column of the blocks is named', async () => {
    change(archive(), 'ALTER TABLE block ADD COLUMN note TEXT')
    expect(await bad()).toMatchObject({ what: 'changed', text: expect.stringContaining('“block”') })
  })

  it('tables that are anew, without what keeps two entries from one number, are named, and so is the second entry', async () => {
    const { seq } = ask(at.file, 'SELECT max(seq) - 4 AS seq FROM entry')
    change(
      at.file,
      'ALTER TABLE entry RENAME TO old',
      'CREATE TABLE entry (seq INTEGER, ref INTEGER, hash BLOB NOT NULL, text TEXT NOT NULL)',
      'INSERT INTO entry SELECT * FROM old; DROP TABLE old',
    )
    expect(await bad()).toMatchObject({ what: 'changed', text: expect.stringContaining('“entry”') })
    change(at.file, `INSERT INTO entry SELECT seq, ref, hash, text FROM entry WHERE seq = ${seq}`)
    expect(await bad()).toMatchObject({ seq, what: 'inserted', text: `Entry ${seq} is there twice.` })
  })

  it('the table of a log of an earlier version, to which the seals’ book was added, is the log’s own', async () => {
    const old = testFolder()
    const db = new DatabaseSync(old.file)
    db.exec(
      `CREATE TABLE seal (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, boot TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL,
       since INTEGER NOT NULL, at INTEGER NOT NULL, key TEXT NOT NULL, signature BLOB) STRICT`,
    )
    db.close()
    const log = open({ file: old.file })
    fill(log, 3)
    expect(await log.verify()).toMatchObject({ ok: true })
    await log.close()
    old.remove()
  })
})

describe('numbers that no entry can have', () => {
  it.each([
    ['2 * 4611686018427387903', 'huge'],
    ['-4611686018427387904', 'far below'],
    ['9007199254740993', 'just too large'],
  ])('%s are named where they stand (%s)', async (number) => {
    const { seq } = ask(at.file, 'SELECT max(seq) - 7 AS seq FROM entry') as { seq: number }
    change(at.file, `UPDATE entry SET ref = ${number} WHERE seq = ${seq}`)
    expect(await bad()).toMatchObject({ seq, what: 'changed' })
  })
  it('an entry’s own', async () => {
    const { seq } = ask(at.file, 'SELECT max(seq) - 7 AS seq FROM entry') as { seq: number }
    change(at.file, `UPDATE entry SET seq = 9223372036854775807 WHERE seq = ${seq}`)
    expect(await bad()).toMatchObject({ seq, what: 'missing' })
    change(at.file, `UPDATE entry SET seq = ${seq} WHERE seq = 9223372036854775807`)
    change(
      at.file,
      `INSERT INTO entry SELECT -9223372036854775807, ref, hash, text FROM entry WHERE seq = ${seq}`,
    )
    expect(await bad()).toMatchObject({ seq: 1, what: 'inserted' })
  })
  it.each(['seq', 'since', 'at', 'id'])('a seal’s %s', async (column) => {
    const { id, seq } = ask(at.file, 'SELECT id, seq FROM seal ORDER BY id LIMIT 1 OFFSET 1') as {
      id: number
      seq: number
    }
    change(at.file, `UPDATE seal SET ${column} = 9223372036854775807 WHERE id = ${id}`)
    const found = await bad()
    expect(found?.what).toBe('unsealed')
    expect(found?.seq).toBeGreaterThanOrEqual(seq)
  })
  it.each(['first', 'at_min', 'at_max', 'last'])('a block’s %s', async (column) => {
    const { first, last } = ask(
      archive(),
      'SELECT first, last FROM block ORDER BY last LIMIT 1 OFFSET 1',
    ) as { first: number; last: number }
    change(archive(), `UPDATE block SET ${column} = 9223372036854775807 WHERE last = ${last}`)
    expect(await bad()).toMatchObject({ seq: first })
  })
  it.each([
    ['cut', 'seq'],
    ['cut', 'entry'],
    ['redaction', 'seq'],
    ['redaction', 'entry'],
  ])('those in the notes of a %s: %s', async (table, column) => {
    change(
      at.file,
      `UPDATE ${table} SET ${column} = 9223372036854775807 WHERE seq = (SELECT max(seq) FROM ${table})`,
    )
    const found = await bad()
    expect(found?.what).not.toBe('unreadable')
  })
})

describe('files in another’s place', () => {
  it('the archive of another installation', async () => {
    const mine = [at, signer, clock] as const
    ;[at, signer, clock] = [other, testSigner(), testClock()]
    await makeLog()
    ;[at, signer, clock] = mine
    copyFileSync(logFiles(other.file).archive, archive())
    const found = await bad()
    expect(found?.what).not.toBe('unsealed')
    expect(found).not.toBeNull()
  })
  it('an older archive of its own', async () => {
    copyFileSync(archive(), `${other.folder}/old-archive.db`)
    const log = open()
    fill(log, 200, 1_000)
    await log.catchUp()
    await log.catchUp()
    await log.close()
    expect(await report()).toMatchObject({ ok: true })
    const end = Number(ask(`${other.folder}/old-archive.db`, 'SELECT max(last) AS last FROM block').last)
    copyFileSync(`${other.folder}/old-archive.db`, archive())
    expect(await bad()).toMatchObject({ seq: end + 1, what: 'missing' })
  })
  it('another installation’s, whole and sealed by its own key', async () => {
    const mine = [at, signer, clock] as const
    ;[at, signer, clock] = [other, testSigner(), testClock()]
    await makeLog()
    expect(await report()).toMatchObject({ ok: true })
    ;[at, signer, clock] = mine
    for (const which of ['hot', 'archive', 'index'] as const)
      copyFileSync(logFiles(other.file)[which], logFiles(at.file)[which])
    expect(await bad()).toMatchObject({ what: 'unsealed' })
  })
  it('one that was sealed by the same key, by its id', async () => {
    const id = String(ask(at.file, `SELECT value FROM meta WHERE key = 'log'`).value)
    const mine = at
    at = other
    await makeLog()
    at = mine
    for (const which of ['hot', 'archive', 'index'] as const)
      copyFileSync(logFiles(other.file)[which], logFiles(at.file)[which])
    expect(await bad({ id })).toMatchObject({ what: 'rolled-back' })
    // With that id, too, it has none of the heads that were kept.
    change(at.file, `UPDATE meta SET value = '${id}' WHERE key = 'log'`)
    const { seq, hash } = ask(
      made.at.file,
      'SELECT seq, lower(hex(hash)) AS hash FROM entry ORDER BY seq DESC',
    )
    expect(await bad({ id, heads: [{ seq, hash }] })).toMatchObject({ seq, what: 'rolled-back' })
  })
  it('an older copy of the folder, seals and all, against a head that was kept', async () => {
    cpSync(at.folder, path.join(other.folder, 'old'), { recursive: true })
    const log = open()
    fill(log, 5, 2_000)
    const head = log.head()
    await log.close()
    rmSync(at.folder, { recursive: true })
    cpSync(path.join(other.folder, 'old'), at.folder, { recursive: true })
    expect(await report()).toMatchObject({ ok: true })
    expect(await bad({ heads: [head] })).toMatchObject({ what: 'rolled-back' })
  })
  it('an older write-ahead log beside a newer file', async () => {
    const log = open()
    fill(log, 5, 3_000)
    await log.sealNow('beat')
    copyFileSync(`${at.file}-wal`, `${other.folder}/wal`)
    fill(log, 5, 3_100)
    const head = log.head()
    await log.close()
    expect(existsSync(`${at.file}-wal`)).toBe(false)
    copyFileSync(`${other.folder}/wal`, `${at.file}-wal`)
    const found = await bad({ heads: [head] })
    expect(found).not.toBeNull()
  })
  it('a rollback journal, which would put an older page back at the next start', async () => {
    writeFileSync(`${at.file}-journal`, Buffer.alloc(512, 1))
    expect(await bad()).toMatchObject({ what: 'changed', text: expect.stringContaining('-journal') })
  })
})

describe('notes of what is gone', () => {
  it('the removed part’s head, in the note, at the beginning and in the first block', async () => {
    const false_ = 'ab'.repeat(32)
    const { seq } = ask(at.file, 'SELECT seq FROM cut') as { seq: number }
    change(at.file, `UPDATE cut SET hash = '${false_}'`)
    expect((await bad())?.seq).toBe(1)
    change(at.file, `UPDATE meta SET value = '{"seq":${seq},"hash":"${false_}"}' WHERE key = 'start'`)
    expect((await bad())?.seq).toBe(1)
    change(archive(), `UPDATE block SET prev = x'${false_}' WHERE first = ${seq + 1}`)
    expect(await bad()).not.toBeNull()
  })
  it.each([
    ['a removal that is told of by what it removed', `INSERT INTO cut VALUES (20, '${'a'.repeat(64)}', 10)`],
    ['a removal of what is there', `INSERT INTO cut VALUES (350, '${'a'.repeat(64)}', 10)`],
    ['a redaction of what is there, told of by nothing', 'INSERT INTO redaction VALUES (350, 10)'],
    ['a redaction told of by itself', 'INSERT INTO redaction VALUES (350, 350)'],
  ])('%s', async (_, sql) => {
    change(at.file, sql)
    expect(await bad()).toMatchObject({ what: 'changed' })
  })
  it('a redacted entry whose remains were changed', async () => {
    const { seq } = ask(at.file, "SELECT seq FROM entry WHERE text LIKE '!%' ORDER BY seq LIMIT 1")
    change(at.file, `UPDATE entry SET text = replace(text, '"allow"', '"deny"') WHERE seq = ${seq}`)
    expect(await bad()).toMatchObject({ seq, what: 'changed', text: expect.stringContaining('taken out') })
  })
  it('what another entry’s details say of a removal is none', async () => {
    const log = open()
    const removed = { seq: 448, hash: log.entryAlone(448)?.hash ?? '' }
    const told = log.append({ kind: 'intent', subject: 'Look', details: { cut: removed } })
    await log.close()
    change(archive(), `DELETE FROM block WHERE last <= ${removed.seq}`)
    const { last } = ask(archive(), 'SELECT min(first) - 1 AS last FROM block')
    expect(last).toBe(removed.seq)
    change(
      at.file,
      `DELETE FROM cut; INSERT INTO cut VALUES (${removed.seq}, '${removed.hash}', ${told.seq})`,
      `UPDATE meta SET value = '${JSON.stringify(removed)}' WHERE key = 'start'`,
    )
    expect(await bad()).toMatchObject({ seq: 1, what: 'missing' })
  })
})

describe('what hides in a value', () => {
  it('text behind the end of an entry', async () => {
    const { seq } = ask(at.file, 'SELECT max(seq) - 3 AS seq FROM entry') as { seq: number }
    change(
      at.file,
      `UPDATE entry SET text = CAST(CAST(text AS BLOB) || x'00' || CAST('hidden' AS BLOB) AS TEXT) WHERE seq = ${seq}`,
    )
    expect(await bad()).toMatchObject({ seq })
  })
})

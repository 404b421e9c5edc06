/**
 * A seal's word on the packed blocks: what it spares, and that nothing is believed which is not, byte for byte, what was
 * walked before the seal was made. Whatever doesn't fit is walked entry by entry, and named as it always was.
 */
import { copyFileSync, cpSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { archiveIn, type Block, makeBlocks } from './archive.ts'
import { chainHash } from './chain.ts'
import { logFiles } from './log-files.ts'
import { type ActivityLogOptions, type OpenActivityLog, openActivityLog } from './open-activity-log.ts'
import { digestOfBlock, joinBlocks, statementOf } from './proved-blocks.ts'
import { bookOf, readSeals, type SealSigner, type StoredSeal, sealBytes } from './seals.ts'
import { fill, testClock, testFolder, testSigner } from './test-log.ts'
import { type VerifyOptions, verifyFile } from './verify-log.ts'

const DAY = 86_400_000
const made = testFolder()
const signer = testSigner()
let clock = testClock()
let closedAt = 0
let at: ReturnType<typeof testFolder>
const open = (more: Partial<ActivityLogOptions> = {}): OpenActivityLog =>
  openActivityLog({
    ...{ file: at.file, clock, seal: signer, ...more },
    limits: { indexAt: 64, keepHot: 60 },
  })
async function pack(log: OpenActivityLog): Promise<void> {
  await log.catchUp()
  await log.catchUp()
}

/** Six blocks that a verification walked, one that was packed since, and rows. */
beforeAll(async () => {
  at = made
  const log = open()
  fill(log, 230)
  await pack(log)
  await log.verify()
  fill(log, 40, 230)
  await pack(log)
  await log.close()
  closedAt = clock.now()
})
afterAll(() => made.remove())
beforeEach(() => {
  at = testFolder()
  clock = testClock(closedAt)
  cpSync(made.folder, at.folder, { recursive: true })
})
afterEach(() => at.remove())

const verify = (more: VerifyOptions = {}) =>
  verifyFile(at.file, { publicKeys: [signer.publicKey], threads: 0, now: clock.now(), ...more })
function inFile<T>(which: 'hot' | 'archive', work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(logFiles(at.file)[which])
  try {
    return work(db)
  } finally {
    db.close()
  }
}
const seals = () => inFile('hot', readSeals)
const saying = () => seals().filter(({ proved }) => proved !== '')
const said = () =>
  JSON.parse(saying().at(-1)?.proved ?? 'null') as { first: number; last: number; blocks: number; at: number }
const blocks = (): Block[] =>
  inFile('archive', (db) => {
    const archive = archiveIn(db)
    return archive.heads().map(({ last }) => archive.find(last) as Block)
  })
const replace = (block: Block) => inFile('archive', (db) => archiveIn(db).replace(block))

/** A block with another word in it, as somebody makes it who knows the format: its own chain fits, its head as wished. */
function falsified(block: Block, more: Partial<Block> = {}): Block {
  let value = block.prev
  const entries = block.texts.map((text, n) => {
    const changed = n === 5 ? text.replace('note-', 'tone-') : text
    value = chainHash(value, changed)
    return { seq: block.first + n, hash: value, text: changed }
  })
  return { ...(makeBlocks(entries, block.prev)[0] as Block), ...more }
}
/** What a seal would have to say for the archive as it is now. */
const statementNow = (last: number, time: number): string =>
  inFile('archive', (db) => {
    const rows = db.prepare('SELECT * FROM block WHERE last <= ? ORDER BY last').all(last)
    const first = Number(rows[0]?.first)
    const digests = Buffer.concat(rows.map((row) => digestOfBlock(row) as Uint8Array))
    return statementOf(joinBlocks([{ first, lasts: rows.map((row) => Number(row.last)), digests }], [], time))
  })
/** Changes the seals and makes their book fit again; those that are named are signed anew. */
async function reseal(change: (seal: StoredSeal) => StoredSeal, by: SealSigner | null): Promise<void> {
  const all: StoredSeal[] = []
  for (const seal of seals()) {
    const next = { ...change(seal), book: bookOf(all) }
    all.push(by === null ? next : { ...next, signature: await by.sign(sealBytes(next)) })
  }
  inFile('hot', (db) => {
    const put = db.prepare('UPDATE seal SET key = ?, book = ?, proved = ?, signature = ? WHERE id = ?')
    for (const { id, key, book, proved, signature } of all) put.run(key, book, proved, signature, id)
  })
}

describe('a log with a seal that speaks of its blocks', () => {
  it('is verified by their digest, and entry by entry when that is asked for', async () => {
    expect(said()).toMatchObject({ first: 1, blocks: 6, last: 384 })
    expect(blocks().length).toBeGreaterThan(6)
    const short = await verify()
    const long = await verify({ everyEntry: true })
    expect(short).toMatchObject({ ok: true, byBlocks: { entries: 384, at: said().at } })
    expect(long).toMatchObject({ ok: true, byBlocks: null })
    expect({ ...short, ms: 0, byBlocks: null }).toEqual({ ...long, ms: 0 })
    // On other threads, and by the calling one with another.
    for (const more of [{ threads: 2 }, { threads: 2, blocking: true }])
      expect(await verify(more)).toMatchObject({ ok: true, byBlocks: { entries: 384 } })
  })
  it('is walked whole without this computer’s key, or by one that was given up', async () => {
    expect(await verify({ publicKeys: [] })).toMatchObject({ ok: true, byBlocks: null })
    const present = testSigner().publicKey
    expect(await verify({ publicKeys: [present, signer.publicKey] })).toMatchObject({
      ok: true,
      byBlocks: null,
    })
  })
  it('has the chain values of all entries that are asked for, in those blocks too', async () => {
    const log = open()
    const heads = [1, 63, 64, 65, 200, 384, 385].map((seq) => ({
      seq,
      hash: log.entryAlone(seq)?.hash ?? '',
    }))
    await log.close()
    expect(await verify({ heads })).toMatchObject({ ok: true, byBlocks: { entries: 384 } })
    for (const head of heads) {
      const other = { ...head, hash: 'a'.repeat(64) }
      expect((await verify({ heads: [other] })).firstBad).toMatchObject({
        seq: head.seq,
        what: 'rolled-back',
      })
    }
  })
  it('is not a log that has to be brought up to date: one without such a column is verified as before', async () => {
    await reseal((seal) => ({ ...seal, proved: '' }), signer)
    inFile('hot', (db) => db.exec('ALTER TABLE seal DROP COLUMN proved'))
    expect(await verify()).toMatchObject({ ok: true, byBlocks: null })
    const log = open()
    expect(await log.verify()).toMatchObject({ ok: true, byBlocks: null })
    await log.close()
    expect(await verify()).toMatchObject({ ok: true, byBlocks: { entries: expect.any(Number) } })
  })
})

describe('what does not fit is walked and named', () => {
  it.each([0, 3, 5])('an entry of block %d changed, its chain computed again', async (n) => {
    const block = blocks()[n] as Block
    replace(falsified(block))
    expect((await verify()).firstBad?.seq).toBe(block.last + 1)
    replace(falsified(block, { head: block.head }))
    expect((await verify()).firstBad).toMatchObject({ seq: block.last, what: 'changed' })
    replace(falsified(block, { head: block.head, marks: block.marks }))
    expect((await verify()).firstBad).toMatchObject({ seq: block.first + 5, what: 'changed' })
  })
  it('a block that was packed since, changed', async () => {
    const block = blocks()[6] as Block
    replace(falsified(block, { head: block.head, marks: block.marks }))
    expect((await verify()).firstBad).toMatchObject({ seq: block.first + 5, what: 'changed' })
  })
  it('two blocks in each other’s place', async () => {
    const [, b, c] = blocks() as [Block, Block, Block]
    replace({ ...b, texts: c.texts })
    replace({ ...c, texts: b.texts })
    expect((await verify()).firstBad).toMatchObject({ seq: b.first, what: 'reordered' })
  })
  it('a block taken out, of those that are proved and of those that are not', async () => {
    for (const n of [6, 3, 0]) {
      const { first, last } = blocks()[n] as Block
      inFile('archive', (db) => db.prepare('DELETE FROM block WHERE last = ?').run(last))
      expect((await verify()).firstBad).toMatchObject({ seq: first, what: 'missing' })
    }
  })
  it('a statement changed, another seal’s, or left out', async () => {
    const first = saying()[0]?.id as number
    for (const text of [
      'replace(proved, \'"blocks":6\', \'"blocks":5\')',
      `'${statementNow(320, said().at)}'`,
      "''",
      "'{}'",
      "'nonsense'",
    ]) {
      inFile('hot', (db) => db.exec(`UPDATE seal SET proved = ${text} WHERE id >= ${first}`))
      expect((await verify()).firstBad?.what).toBe('unsealed')
    }
  })
})

describe('a statement that lies', () => {
  it('made with another key, over blocks that were falsified, is none', async () => {
    const block = blocks()[3] as Block
    replace(falsified(block, { head: block.head }))
    const forger = testSigner()
    const lie = statementNow(384, said().at)
    await reseal((seal) => ({ ...seal, proved: lie }), forger)
    expect((await verify()).firstBad).toMatchObject({ seq: block.last, what: 'changed' })
    // Also when that key was this computer’s once.
    expect((await verify({ publicKeys: [signer.publicKey, forger.publicKey] })).firstBad).toMatchObject({
      seq: block.last,
      what: 'changed',
    })
  })
  it('made with the very key is found entry by entry: by whoever does not rely on the key', async () => {
    const block = blocks()[3] as Block
    replace(falsified(block, { head: block.head }))
    const lie = statementNow(384, said().at)
    await reseal((seal) => ({ ...seal, proved: lie }), signer)
    expect((await verify({ everyEntry: true })).firstBad).toMatchObject({ seq: block.last, what: 'changed' })
  })
  it.each([
    ['one block fewer', { blocks: 5 }],
    ['another first entry', { first: 65 }],
    ['a redaction more', { redacted: 1 }],
    ['an end that no block has', { last: 383 }],
    ['an end behind the seal', { last: 100_000 }],
  ])('even with the very key, says nothing when it does not fit: %s', async (_, wrong) => {
    const lie = JSON.stringify({ ...said(), ...wrong })
    await reseal((seal) => ({ ...seal, proved: lie }), signer)
    expect(await verify()).toMatchObject({ ok: true, byBlocks: null })
  })
})

describe('as the log goes on', () => {
  it('each verification proves what came since, also over starts, and every seal from then on says so', async () => {
    const log = open()
    fill(log, 100, 400)
    await pack(log)
    expect(saying().at(-1)?.boot).not.toBe(seals().at(-1)?.boot)
    expect(await log.verify()).toMatchObject({ ok: true, byBlocks: { entries: 384 } })
    await log.sealNow('beat')
    const since = said()
    expect(since.blocks).toBe(blocks().length)
    await log.close()
    expect(await verify()).toMatchObject({ ok: true, byBlocks: { entries: since.last } })
  })
  it('what was walked longest ago stays so until every entry is computed anew, once a week', async () => {
    const log = open()
    const { at: first } = said()
    clock.forward(6 * DAY)
    expect((await log.verify()).byBlocks?.at).toBe(first)
    // A clock that is behind, and one that is a week ahead.
    expect((await verify({ now: first - 1 })).byBlocks).toBeNull()
    expect((await verify({ now: first + 7 * DAY })).byBlocks).toBeNull()
    clock.forward(2 * DAY)
    expect((await log.verify()).byBlocks).toBeNull()
    await log.sealNow('beat')
    expect((await log.verify()).byBlocks?.at).toBeGreaterThan(first + 8 * DAY - 1)
    await log.close()
  })
  it('the oldest blocks go, and what stays is still proved by its digest', async () => {
    const log = open({ openForMs: () => DAY })
    await log.verify()
    clock.forward(40 * DAY)
    fill(log, 200, 600)
    await pack(log)
    await log.verify()
    const { upTo } = await log.removeOld({ days: 30, megabytes: 1_000 })
    expect(upTo).toBeGreaterThan(384)
    await log.sealNow('beat')
    expect(said().first).toBe((upTo ?? 0) + 1)
    await log.close()
    expect(await verify()).toMatchObject({ ok: true, byBlocks: { entries: said().last - (upTo ?? 0) } })
    const gone = blocks()[0] as Block
    inFile('archive', (db) => db.prepare('DELETE FROM block WHERE last = ?').run(gone.last))
    expect((await verify()).firstBad).toMatchObject({ seq: 1, what: 'missing' })
  })
  it('killed right after a removal, it is walked', async () => {
    const log = open({ openForMs: () => DAY })
    await log.verify()
    await log.sealNow('beat')
    clock.forward(40 * DAY)
    fill(log, 200, 600)
    await pack(log)
    expect((await log.removeOld({ days: 30, megabytes: 1_000 })).upTo).toBeGreaterThan(384)
    expect(await verify()).toMatchObject({ ok: true, byBlocks: null })
    await log.close()
  })
  it('a redaction in those blocks is walked, and its note is missed from the next seal on', async () => {
    const log = open()
    await log.verify()
    expect(await log.redact([20, 21, 200], 'you')).toBe(3)
    await log.sealNow('beat')
    expect(await verify()).toMatchObject({ ok: true, byBlocks: null })
    expect(await log.verify()).toMatchObject({ ok: true, byBlocks: null })
    await log.close()
    expect(said()).toMatchObject({ redacted: 3 })
    expect(await verify()).toMatchObject({ ok: true, byBlocks: { entries: said().last } })
    inFile('hot', (db) => db.exec('DELETE FROM redaction WHERE seq = 200'))
    expect((await verify()).firstBad).toMatchObject({ seq: 200, text: expect.stringContaining('taken out') })
    inFile('hot', (db) => db.exec('DELETE FROM redaction'))
    expect((await verify()).firstBad).toMatchObject({ seq: 20, text: expect.stringContaining('taken out') })
  })
  it('a redaction of what is still in rows changes nothing in them', async () => {
    const log = open()
    await log.verify()
    await log.redact([log.head().seq - 20], 'you')
    await log.close()
    expect(await verify()).toMatchObject({ ok: true, byBlocks: { entries: said().last } })
  })
  it('an older archive beside newer seals is named by what is missing', async () => {
    const old = testFolder()
    copyFileSync(logFiles(at.file).archive, old.file)
    const log = open()
    fill(log, 200, 700)
    await pack(log)
    await log.verify()
    await log.close()
    copyFileSync(old.file, logFiles(at.file).archive)
    for (const more of ['-wal', '-shm']) rmSync(logFiles(at.file).archive + more, { force: true })
    const end = blocks().at(-1)?.last ?? 0
    expect((await verify()).firstBad).toMatchObject({ seq: end + 1, what: 'missing' })
    old.remove()
  })
  it('seals that speak of the blocks are cut off: the one before them is believed as far as it goes', async () => {
    const log = open()
    fill(log, 200, 700)
    await pack(log)
    await log.verify()
    fill(log, 1, 900)
    const head = log.head()
    await log.close()
    const newest = saying().at(-1)?.proved ?? ''
    inFile('hot', (db) => {
      db.prepare('DELETE FROM seal WHERE proved = ?').run(newest)
      db.exec('DELETE FROM entry WHERE seq > (SELECT max(seq) FROM seal)')
    })
    expect(await verify()).toMatchObject({ ok: true, byBlocks: { entries: 384 } })
    expect((await verify({ heads: [head] })).firstBad).toMatchObject({ what: 'rolled-back' })
  })
})

describe('nothing is signed that was not walked', () => {
  const saysNothing = async (log: OpenActivityLog) => {
    await log.sealNow('beat')
    return seals().at(-1)?.proved === ''
  }
  it('before a verification, and after one that found something', async () => {
    const log = open()
    expect(await saysNothing(log)).toBe(true)
    await log.verify()
    expect(await saysNothing(log)).toBe(false)
    const block = blocks()[6] as Block
    replace(falsified(block, { head: block.head }))
    expect(await log.verify()).toMatchObject({ ok: false })
    expect(await saysNothing(log)).toBe(true)
    await log.close()
  })
  it('by a key that only documents know, nor by another one that comes later', async () => {
    const forger = testSigner()
    const log = open({ seal: undefined, publicKeys: [signer.publicKey] })
    expect(await log.verify()).toMatchObject({ byBlocks: null })
    log.sealWith({ ...forger, formerKeys: [signer.publicKey] })
    expect(await saysNothing(log)).toBe(true)
    expect(await log.verify()).toMatchObject({ ok: true, byBlocks: null })
    expect(await saysNothing(log)).toBe(false)
    await log.close()
  })
  it('when the keychain does not sign', async () => {
    let works = true
    const log = open({
      seal: {
        publicKey: signer.publicKey,
        sign: (bytes) => (works ? signer.sign(bytes) : Promise.reject(new Error('locked'))),
      },
    })
    await log.verify()
    works = false
    expect(await saysNothing(log)).toBe(true)
    works = true
    await log.close()
  })
})

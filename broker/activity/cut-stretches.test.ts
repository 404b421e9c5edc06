/**
 * A verification that is cut by entry numbers finds what one does that goes through the log in one piece: the same
 * verdict and the same first bad entry, wherever blocks end, and whatever was removed, redacted or done to them.
 */
import { cpSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { limit, times } from '../../build/how-deep.ts'
import { fc } from '../../build/properties.ts'
import { archiveIn, type Block, makeBlocks } from './archive.ts'
import { chainHash } from './chain.ts'
import { cutStretches } from './cut-stretches.ts'
import { logFiles } from './log-files.ts'
import { openActivityLog } from './open-activity-log.ts'
import { fill, testClock, testFolder, testSigner } from './test-log.ts'
import { type VerifyOptions, verifyForSeal } from './verify-log.ts'

const DAY = 86_400_000
const made = testFolder()
const signer = testSigner()
const clock = testClock()
let blocks: Block[]

/** Removed parts, redacted entries, blocks that a seal speaks of, blocks that came since, and rows. */
beforeAll(async () => {
  const log = openActivityLog({
    ...{ file: made.file, clock, seal: signer },
    limits: { indexAt: 64, keepHot: 60 },
  })
  fill(log, 100)
  await log.catchUp()
  clock.forward(40 * DAY)
  fill(log, 200, 100)
  await log.catchUp()
  await log.removeOld({ days: 30, megabytes: 1_000 })
  await log.redact([260, 320, 321, 450], 'you')
  fill(log, 40, 300)
  await log.catchUp()
  await log.verify()
  fill(log, 90, 340)
  await log.catchUp()
  await log.catchUp()
  await log.close()
  const db = new DatabaseSync(logFiles(made.file).archive)
  const archive = archiveIn(db)
  blocks = archive.heads().map(({ last }) => archive.find(last) as Block)
  db.close()
})
afterAll(() => made.remove())

/** The same entries in blocks of other lengths, one after the other and from the beginning again. */
function inBlocksOf(lengths: number[]): Block[] {
  const texts = blocks.flatMap((block) => block.texts)
  let { prev, first } = blocks[0] as Block
  const odd: Block[] = []
  for (let n = 0; n < texts.length; ) {
    const length = lengths[odd.length % lengths.length] as number
    let hash = prev
    const some = texts.slice(n, n + length).map((text, i) => {
      hash = chainHash(hash, text)
      return { seq: first + i, hash, text }
    })
    odd.push(oneOf(makeBlocks(some, prev)))
    prev = hash
    first += some.length
    n += some.length
  }
  return odd
}
/** One block, also of more entries than are packed together. */
const oneOf = (parts: Block[]): Block => {
  const [begin, end] = [parts[0] as Block, parts.at(-1) as Block]
  return {
    ...begin,
    ...{ last: end.last, head: end.head },
    atMin: Math.min(...parts.map(({ atMin }) => atMin)),
    atMax: Math.max(...parts.map(({ atMax }) => atMax)),
    texts: parts.flatMap(({ texts }) => texts),
    marks: Buffer.concat(parts.map(({ marks }) => marks)),
  }
}

type Damage = (db: { hot: DatabaseSync; archive: DatabaseSync }, block: number, by: number) => void
const setBlock =
  (change: string): Damage =>
  ({ archive }, block, by) =>
    archive
      .prepare(`UPDATE OR REPLACE block SET ${change} WHERE last = ?`)
      .run(...[by, block].slice(-change.split('?').length))
const damages: Record<string, Damage> = {
  'an entry changed'({ archive }, block) {
    const found = archiveIn(archive).find(block)
    if (found !== null)
      archiveIn(archive).replace({
        ...found,
        texts: found.texts.with(0, found.texts[0]?.replace('note', 'tone') ?? ''),
      })
  },
  'an entry taken out'({ archive }, block) {
    const found = archiveIn(archive).find(block)
    if (found !== null) archiveIn(archive).replace({ ...found, texts: found.texts.slice(1) })
  },
  'a block taken out': ({ archive }, block) => archive.prepare('DELETE FROM block WHERE last = ?').run(block),
  'another number of its first entry': setBlock('first = first + ?'),
  'another number of its last entry': setBlock('last = last + ?'),
  'another length': setBlock('first = first - 1, last = last + ?'),
  'a number that no entry has': ({ archive }, block, by) =>
    archive
      .prepare('UPDATE OR REPLACE block SET last = ? WHERE last = ?')
      .run([-5n, 0n, 2n ** 62n, 2n ** 53n][Math.abs(by) % 4] as bigint, block),
  'another value before it': setBlock('prev = randomblob(32)'),
  'another value after it': setBlock('head = randomblob(32)'),
  'other marks': setBlock('marks = randomblob(length(marks))'),
  'other times': setBlock('at_min = at_min - 1'),
  'other bytes': setBlock("data = x'00'"),
  'a block that is there twice': ({ archive }, block, by) =>
    archive
      .prepare(
        'INSERT OR REPLACE INTO block SELECT last + ?, first, prev, head, at_min, at_max, marks, data FROM block WHERE last = ?',
      )
      .run(by, block),
  'a redaction that nothing tells of': ({ hot }) =>
    hot.exec('DELETE FROM redaction WHERE seq = (SELECT max(seq) FROM redaction)'),
  'a removal that nothing tells of': ({ hot }) => hot.exec('DELETE FROM cut'),
  'another beginning noted': ({ hot }, block) =>
    hot
      .prepare("UPDATE meta SET value = ? WHERE key = 'start'")
      .run(`{"seq":${block},"hash":"${'b'.repeat(64)}"}`),
  'a row for an entry that is packed': ({ hot }, block) =>
    hot.prepare("INSERT OR REPLACE INTO entry (seq, hash, text) VALUES (?, x'00', '{}')").run(block),
  'a seal of another entry': ({ hot }, block) =>
    hot.prepare('UPDATE seal SET seq = ? WHERE id = (SELECT min(id) FROM seal)').run(block),
}

const cases = fc.record({
  lengths: fc.option(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 12 }), {
    freq: 3,
  }),
  harm: fc.array(
    fc.record({
      what: fc.constantFrom(...Object.keys(damages)),
      where: fc.double({ min: 0, max: 0.999, noNaN: true }),
      by: fc.integer({ min: -70, max: 70 }),
    }),
    { maxLength: 2 },
  ),
  entriesEach: fc.integer({ min: 1, max: 250 }),
  threads: fc.integer({ min: 2, max: 4 }),
  everyEntry: fc.boolean(),
})

test(
  'a log that is verified in stretches is found as it is found in one piece',
  async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ lengths, harm, entriesEach, threads, everyEntry }) => {
        const at = testFolder()
        try {
          cpSync(made.folder, at.folder, { recursive: true })
          const files = logFiles(at.file)
          const db = { hot: new DatabaseSync(files.hot), archive: new DatabaseSync(files.archive) }
          if (lengths !== null) {
            db.archive.exec('DELETE FROM block')
            archiveIn(db.archive).add(inBlocksOf(lengths))
          }
          const lasts = db.archive
            .prepare('SELECT last FROM block ORDER BY last')
            .all()
            .map(({ last }) => Number(last))
          for (const { what, where, by } of harm)
            damages[what]?.(db, lasts[Math.floor(where * lasts.length)] as number, by)
          for (const one of Object.values(db)) one.close()
          const find = async (more: VerifyOptions) => {
            const { report, blocks } = await verifyForSeal(at.file, {
              ...{ publicKeys: [signer.publicKey], now: clock.now(), everyEntry, digests: true, ...more },
            })
            return { ...report, ms: 0, blocks }
          }
          const whole = await find({ threads: 0 })
          expect(await find({ threads, blocking: true, entriesEach })).toEqual(whole)
          if (harm.length === 0) expect(whole).toMatchObject({ ok: true })
        } finally {
          at.remove()
        }
      }),
      { numRuns: times(40) },
    )
  },
  limit(300_000),
)

test('every block is in one stretch, and the stretches follow each other', () => {
  const files = logFiles(made.file)
  const lasts = blocks.map(({ last }) => last)
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 250 }),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom(0, ...lasts),
      (entriesEach, threads, provedTo) => {
        const { stretches } = cutStretches(files, threads, { provedTo, entriesEach })
        const inside = stretches.map(({ fromSeq, toSeq }) =>
          lasts.filter((last) => fromSeq <= last && last <= toSeq),
        )
        expect(inside.flat()).toEqual(lasts)
        expect(stretches.map(({ withRows }) => withRows)).toEqual(
          stretches.map((_, n) => n === stretches.length - 1),
        )
        const rest = lasts.filter((last) => last > provedTo).length
        if (threads > 1 && entriesEach === 1 && rest > 1) expect(stretches.length).toBeGreaterThan(1)
      },
    ),
  )
})

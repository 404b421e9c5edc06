/**
 * Everything that is done to a closed and sealed log is found: mutations of a small one, rows and blocks,
 * clumsy ones and ones by somebody who knows the format and computes the chain again.
 */
import { copyFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limit, times } from '../../build/how-deep.ts'
import type { VerifyReport } from '../../contract/activity.ts'
import { archiveIn, inTransaction, makeBlocks } from './archive.ts'
import { chainHash, GENESIS } from './chain.ts'
import { logFiles } from './log-files.ts'
import { openActivityLog } from './open-activity-log.ts'
import { unpackTexts } from './packed-texts.ts'
import { fill, testClock, testFolder, testSigner } from './test-log.ts'
import { verifyFile } from './verify-log.ts'

/** Each is looked for twice. */
const MUTATIONS = times(1_000)
const at = testFolder()
const signer = testSigner()
const clock = testClock()
const files = logFiles(at.file)
const kept = { hot: `${at.folder}/kept.db`, archive: `${at.folder}/kept-archive.db` }
let hot: DatabaseSync
let archive: DatabaseSync
let last = 0
let firstRow = 0

// A fixed seed: a mutation that is not found can be found again.
let state = 20_251_122
const random = () => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
  return state / 0x7fffffff
}
const below = (n: number) => Math.floor(random() * n)
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T

beforeAll(async () => {
  const log = openActivityLog({
    file: at.file,
    clock,
    seal: signer,
    limits: { indexAt: 64, keepHot: 60 },
  })
  fill(log, 120)
  await log.catchUp()
  await log.catchUp()
  // Two blocks that a seal proves by their digest, and one that was packed since.
  await log.verify()
  await log.sealNow('beat')
  for (let n = 0; n < 4; n++) {
    fill(log, 15, 120 + 15 * n)
    await log.sealNow('beat')
  }
  await log.catchUp()
  await log.catchUp()
  await log.close()
  for (const [name, file] of Object.entries(kept)) {
    const db = new DatabaseSync(files[name as 'hot' | 'archive'])
    db.exec('PRAGMA journal_mode = DELETE')
    db.close()
    copyFileSync(files[name as 'hot' | 'archive'], file)
  }
  hot = new DatabaseSync(files.hot)
  archive = new DatabaseSync(files.archive)
  for (const db of [hot, archive]) db.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY')
  hot.prepare('ATTACH ? AS kept').run(kept.hot)
  archive.prepare('ATTACH ? AS kept').run(kept.archive)
  last = Number(hot.prepare('SELECT max(seq) AS seq FROM entry').get()?.seq)
  firstRow = Number(hot.prepare('SELECT min(seq) AS seq FROM entry').get()?.seq)
})
afterAll(() => {
  hot.close()
  archive.close()
  at.remove()
})

function restore(): void {
  for (const [db, tables] of [
    [hot, ['entry', 'seal', 'meta', 'cut', 'redaction']],
    [archive, ['block']],
  ] as const)
    inTransaction(db, () => {
      db.exec('DROP TRIGGER IF EXISTS quiet')
      for (const table of tables)
        db.exec(`DELETE FROM ${table}; INSERT INTO main.${table} SELECT * FROM kept.${table}`)
    })
}

const verify = (): Promise<VerifyReport> =>
  verifyFile(at.file, { publicKeys: [signer.publicKey], threads: 0, now: clock.now() })

/** Undone by the savepoint around it. What it names is the entry that must be found first, when it must be that one. */
type Mutation = () => { seq?: number; what?: string }
const row = (seq: number) =>
  hot.prepare('SELECT seq, ref, hash, text FROM entry WHERE seq = ?').get(seq) as {
    seq: number
    hash: Uint8Array
    text: string
  }
const setText = (seq: number, text: string) =>
  hot.prepare('UPDATE entry SET text = ? WHERE seq = ?').run(text, seq)
const anyRow = () => firstRow + below(last - firstRow + 1)

/** Changes one character somewhere to another one. */
function typo(text: string): string {
  const place = below(text.length)
  const other = String.fromCharCode(33 + ((text.charCodeAt(place) - 33 + 1 + below(90)) % 93))
  return text[place] === other ? typo(text) : text.slice(0, place) + other + text.slice(place + 1)
}

/** Writes the chain anew from a row on, as somebody would who knows how. */
function rechain(from: number): void {
  let prev = from === firstRow ? chainBefore() : Buffer.from(row(from - 1).hash).toString('hex')
  const set = hot.prepare('UPDATE entry SET hash = ? WHERE seq = ?')
  for (let seq = from; seq <= last; seq++) {
    if (row(seq) === undefined) break
    prev = chainHash(prev, row(seq).text)
    set.run(Buffer.from(prev, 'hex'), seq)
  }
}
const chainBefore = () =>
  Buffer.from(
    archive.prepare('SELECT head FROM block ORDER BY last DESC LIMIT 1').get()?.head as Uint8Array,
  ).toString('hex')

function renumber(from: number, by: number): void {
  hot.prepare('UPDATE entry SET seq = -seq WHERE seq >= ?').run(from)
  hot.prepare('UPDATE entry SET seq = -seq + ? WHERE seq < 0').run(by)
}

const mutations: Record<string, Mutation> = {
  'a row changed by a character'() {
    const seq = anyRow()
    setText(seq, typo(row(seq).text))
    return { seq }
  },
  'a decision turned around, the chain computed again'() {
    const seq = anyRow()
    setText(seq, row(seq).text.replace(/"subject":"/, '"subject":"not '))
    rechain(seq)
    return {}
  },
  'a row’s chain value changed'() {
    const seq = anyRow()
    const hash = Buffer.from(row(seq).hash)
    hash[below(32)] = (hash[below(32)] ?? 0) ^ (1 + below(255))
    if (hash.equals(row(seq).hash)) hash[0] = ~(hash[0] ?? 0)
    hot.prepare('UPDATE entry SET hash = ? WHERE seq = ?').run(hash, seq)
    return { seq, what: 'changed' }
  },
  'a row deleted'() {
    const seq = firstRow + below(last - firstRow)
    hot.prepare('DELETE FROM entry WHERE seq = ?').run(seq)
    return { seq, what: 'missing' }
  },
  'a row deleted and the rest moved up'() {
    const seq = firstRow + below(last - firstRow)
    hot.prepare('DELETE FROM entry WHERE seq = ?').run(seq)
    renumber(seq + 1, -1)
    return { seq, what: 'missing' }
  },
  'a row deleted, moved up, computed again'() {
    const seq = firstRow + below(last - firstRow)
    hot.prepare('DELETE FROM entry WHERE seq = ?').run(seq)
    renumber(seq + 1, -1)
    rechain(seq)
    return {}
  },
  'two rows swapped'() {
    const [a, b] = [anyRow(), anyRow()]
    if (a === b) return mutations['two rows swapped']?.() ?? {}
    const [first, second] = [row(a).text, row(b).text]
    setText(a, second)
    setText(b, first)
    return { seq: Math.min(a, b), what: 'reordered' }
  },
  'an entry put in'() {
    const seq = anyRow()
    const text = row(seq).text
    renumber(seq, 1)
    hot
      .prepare('INSERT INTO entry (seq, hash, text) VALUES (?, ?, ?)')
      .run(seq, Buffer.from(row(seq + 1).hash), typo(text))
    return {}
  },
  'an entry put in that fits, the rest left'() {
    const seq = firstRow + 1 + below(last - firstRow)
    const prev = Buffer.from(row(seq - 1).hash).toString('hex')
    const text = row(seq).text.replace('"subject":"', '"subject":"new ')
    renumber(seq, 1)
    hot
      .prepare('INSERT INTO entry (seq, hash, text) VALUES (?, ?, ?)')
      .run(seq, Buffer.from(chainHash(prev, text), 'hex'), text)
    return { seq, what: 'inserted' }
  },
  'an entry appended after the shutdown'() {
    const text = row(last).text.replace(`"seq":${last}`, `"seq":${last + 1}`)
    const hash = chainHash(Buffer.from(row(last).hash).toString('hex'), text)
    hot
      .prepare('INSERT INTO entry (seq, hash, text) VALUES (?, ?, ?)')
      .run(last + 1, Buffer.from(hash, 'hex'), text.replace('"boot"', '"b"'))
    return { seq: last + 1 }
  },
  'the end cut off'() {
    const seq = firstRow + 1 + below(last - firstRow)
    hot.prepare('DELETE FROM entry WHERE seq >= ?').run(seq)
    return { seq, what: 'truncated' }
  },
  'the end cut off with its seals'() {
    const seq = firstRow + 1 + below(last - firstRow)
    hot.prepare('DELETE FROM entry WHERE seq >= ?').run(seq)
    hot.prepare('DELETE FROM seal WHERE seq >= ?').run(seq)
    return { seq, what: 'rolled-back' }
  },
  'a seal changed'() {
    const { id } = pick(hot.prepare('SELECT id FROM seal').all())
    const change = pick([
      "kind = kind || 'x'",
      "boot = 'boot_0'",
      'since = since - 1000',
      'at = at + 1000',
      'seq = seq - 1',
      "hash = replace(hash, 'a', 'b') || 'c'",
      "proved = replace(proved, '1', '2') || ' '",
      "key = 'feedfeedfeedfeed'",
    ])
    hot.prepare(`UPDATE seal SET ${change} WHERE id = ?`).run(id as number)
    return {}
  },
  'a signature changed'() {
    const { id, signature } = pick(hot.prepare('SELECT id, signature FROM seal').all()) as {
      id: number
      signature: Uint8Array
    }
    const bytes = Buffer.from(signature)
    const place = below(64)
    bytes[place] = (bytes[place] ?? 0) ^ (1 << below(8))
    hot.prepare('UPDATE seal SET signature = ? WHERE id = ?').run(bytes, id)
    return { what: 'unsealed' }
  },
  'the last seal taken away'() {
    hot.exec('DELETE FROM seal WHERE id = (SELECT max(id) FROM seal)')
    return { what: 'unsealed' }
  },
  'all signatures taken away'() {
    hot.exec("UPDATE seal SET signature = NULL, key = ''")
    return { what: 'unsealed' }
  },
  'everything computed again and sealed with another key'() {
    const forger = testSigner()
    const seq = anyRow()
    setText(seq, row(seq).text.replace('"subject":"', '"subject":"not '))
    rechain(seq)
    hot
      .prepare(
        'UPDATE seal SET signature = ?, hash = coalesce((SELECT lower(hex(hash)) FROM entry WHERE entry.seq = seal.seq), hash)',
      )
      .run(forger.sign(Buffer.from('x')) as Uint8Array)
    return { what: 'unsealed' }
  },
  'a block changed by a byte'() {
    const block = pick(archive.prepare('SELECT last, data FROM block').all()) as {
      last: number
      data: Uint8Array
    }
    const data = Buffer.from(block.data)
    const place = below(data.length)
    data[place] = (data[place] ?? 0) ^ (1 << below(8))
    archive.prepare('UPDATE block SET data = ? WHERE last = ?').run(data, block.last)
    // zstd's frame header has bits that mean nothing: then the same text comes out, and nothing was changed.
    return safeUnpack(data) === safeUnpack(Buffer.from(block.data)) ? { what: 'nothing' } : {}
  },
  'an entry in a block changed'() {
    const texts = textsOfArchive()
    const n = below(texts.length)
    const block = blockOf(n + 1)
    const changed = typo(texts[n] ?? '')
    putBlock(block, (inBlock) => inBlock.with(n + 1 - block.first, changed))
    return { seq: n + 1 }
  },
  'entries in a block swapped'() {
    const block = pick(blocks())
    const a = below(60)
    putBlock(block, (texts) => texts.with(a, texts[a + 2] ?? '').with(a + 2, texts[a] ?? ''))
    return { seq: block.first + a, what: 'reordered' }
  },
  'an entry taken out of a block'() {
    const block = pick(blocks())
    const n = below(63)
    putBlock(block, (texts) => texts.toSpliced(n, 1))
    return { seq: block.first + n, what: 'missing' }
  },
  'a block taken out'() {
    const block = pick(blocks())
    archive.prepare('DELETE FROM block WHERE last = ?').run(block.last)
    return block.first === 1 ? { seq: 1, what: 'missing' } : { seq: block.first, what: 'missing' }
  },
  'a block computed again after a change'() {
    const n = 1 + below(blocks().at(-1)?.last ?? 0)
    const block = blockOf(n)
    const texts = textsOfArchive().slice(block.first - 1, block.last)
    texts[n - block.first] = (texts[n - block.first] ?? '').replace('"subject":"', '"subject":"not ')
    const entries: { seq: number; text: string; hash: string }[] = []
    for (const text of texts)
      entries.push({
        seq: block.first + entries.length,
        text,
        hash: chainHash(entries.at(-1)?.hash ?? block.prev, text),
      })
    archiveWriter().replace(makeBlocks(entries, block.prev)[0] as never)
    return {}
  },
  'what a row opens or closes, changed beside it'() {
    const seq = anyRow()
    hot.prepare('UPDATE entry SET ref = coalesce(ref, 0) + 1 + abs(random() % 5) WHERE seq = ?').run(seq)
    return { seq, what: 'changed' }
  },
  'a false row for an entry that is packed'() {
    const seq = 1 + below(firstRow - 1)
    const text = typo(textsOfArchive()[seq - 1] ?? '')
    hot
      .prepare('INSERT INTO entry (seq, hash, text) VALUES (?, ?, ?)')
      .run(seq, Buffer.from(chainHash(GENESIS, text), 'hex'), text)
    return { seq, what: 'changed' }
  },
  'a row under a number that no entry has'() {
    hot.prepare("INSERT INTO entry (seq, hash, text) VALUES (?, x'00', '{}')").run(-below(5))
    return { seq: 1, what: 'inserted' }
  },
  'the times or marks of a block changed'() {
    const { first, last: end } = pick(blocks())
    const change = pick(['at_min = at_min - 1', 'at_max = at_max + 86400000', 'marks = randomblob(256)'])
    archive.prepare(`UPDATE block SET ${change} WHERE last = ?`).run(end)
    return { seq: first, what: 'changed' }
  },
  'a removal noted that never was'() {
    const seq = 1 + below(last)
    hot.prepare('INSERT OR REPLACE INTO cut VALUES (?, ?, ?)').run(seq, 'a'.repeat(64), anyRow())
    return { what: 'changed' }
  },
  'a redaction noted that never was'() {
    hot.prepare('INSERT OR REPLACE INTO redaction VALUES (?, ?)').run(anyRow(), anyRow())
    return { what: 'changed' }
  },
  'another beginning noted'() {
    const value = pick([`{"seq":${1 + below(last)},"hash":"${'b'.repeat(64)}"}`, 'nonsense', '{}'])
    hot.prepare("INSERT OR REPLACE INTO meta VALUES ('start', ?)").run(value)
    return { what: 'changed' }
  },
  'another log’s id'() {
    hot.prepare("UPDATE meta SET value = value || 'x' WHERE key = 'log'").run()
    return { what: 'rolled-back' }
  },
  'a trigger that would change what is written'() {
    hot.exec("CREATE TRIGGER quiet AFTER INSERT ON entry BEGIN DELETE FROM entry WHERE text LIKE '%x%'; END")
    return { what: 'changed' }
  },
  'a seal taken out of the middle'() {
    const ids = hot.prepare('SELECT id FROM seal ORDER BY id').all()
    hot.prepare('DELETE FROM seal WHERE id = ?').run(pick(ids.slice(0, -1)).id as number)
    return { what: 'unsealed' }
  },
  'a seal put in twice'() {
    hot.exec(
      `INSERT INTO seal (kind, boot, seq, hash, since, at, key, signature, book)
       SELECT kind, boot, seq, hash, since, at, key, signature, book FROM seal LIMIT 1`,
    )
    return { what: 'unsealed' }
  },
  'what a seal says of the blocks taken away, or that of another time'() {
    const { id } = pick(hot.prepare("SELECT id FROM seal WHERE proved <> ''").all())
    const { proved } = pick(hot.prepare("SELECT proved FROM seal UNION SELECT ''").all())
    const before = hot.prepare('SELECT proved FROM seal WHERE id = ?').get(id as number)?.proved
    const other = proved === before ? '' : String(proved)
    hot.prepare('UPDATE seal SET proved = ? WHERE id = ?').run(other, id as number)
    return { what: 'unsealed' }
  },
  'an entry in a block changed, all that is beside it left as it was'() {
    const block = pick(blocks())
    const whole = archiveWriter().find(block.last)
    const n = below(whole?.texts.length ?? 1)
    putBlock(block, (texts) => texts.with(n, (texts[n] ?? '').replace('"subject":"', '"subject":"not ')))
    return { seq: block.first + n, what: 'changed' }
  },
  'block heads changed'() {
    const { last: end } = pick(blocks())
    archive.prepare(`UPDATE block SET ${pick(['prev', 'head'])} = randomblob(32) WHERE last = ?`).run(end)
    return {}
  },
}

const safeUnpack = (data: Buffer) => {
  try {
    return unpackTexts(data).toString('latin1')
  } catch {
    return null
  }
}
const blocks = () =>
  (
    archive.prepare('SELECT first, last, prev FROM block ORDER BY last').all() as {
      first: number
      last: number
      prev: Uint8Array
    }[]
  ).map(({ first, last, prev }) => ({ first, last, prev: Buffer.from(prev).toString('hex') }))
const blockOf = (seq: number) =>
  blocks().find(({ last }) => last >= seq) as { first: number; last: number; prev: string }
const textsOfArchive = () =>
  archive
    .prepare('SELECT data FROM block ORDER BY last')
    .all()
    .flatMap(({ data }) =>
      unpackTexts(data as Uint8Array)
        .toString('utf8')
        .split('\n'),
    )
const archiveWriter = () => archiveIn(archive)
function putBlock(block: { first: number; last: number }, change: (texts: string[]) => string[]): void {
  const writer = archiveWriter()
  const whole = writer.find(block.last)
  if (whole !== null) writer.replace({ ...whole, texts: change(whole.texts) })
}

describe('verification', () => {
  it('accepts the log as it was closed', async () => {
    expect(await verify()).toMatchObject({ ok: true, sealedTo: last })
    expect((await verify()).byBlocks?.entries).toBe(blocks()[1]?.last)
    expect(blocks().length).toBeGreaterThanOrEqual(3)
    expect(GENESIS).toBe(blocks()[0]?.prev)
  })

  it(
    `finds each of ${MUTATIONS} mutations, by the digests of blocks and by every entry anew`,
    async () => {
      const names = Object.keys(mutations)
      const whole = hot
        .prepare('SELECT seq, lower(hex(hash)) AS hash FROM entry WHERE seq = ?')
        .get(last) as {
        seq: number
        hash: string
      }
      const id = String(hot.prepare("SELECT value FROM meta WHERE key = 'log'").get()?.value)
      const notFound: string[] = []
      for (let n = 0; n < MUTATIONS; n++) {
        const name = names[n % names.length] as string
        for (const db of [hot, archive]) db.exec('SAVEPOINT mutation')
        const expected = mutations[name]?.() ?? {}
        for (const db of [hot, archive]) db.exec('RELEASE mutation')
        const heads = name === 'the end cut off with its seals' ? [whole] : []
        for (const everyEntry of [false, true]) {
          const report = await verifyFile(at.file, {
            ...{ publicKeys: [signer.publicKey], threads: 0, heads, id, now: clock.now(), everyEntry },
          })
          const nothing = expected.what === 'nothing'
          const bad = report.firstBad
          const right =
            report.ok === nothing &&
            (nothing || expected.seq === undefined || bad?.seq === expected.seq) &&
            (nothing || expected.what === undefined || bad?.what === expected.what)
          const way = everyEntry ? ', every entry' : ''
          if (!right)
            notFound.push(
              `${n} ${name}${way}: wanted ${JSON.stringify(expected)}, got ${JSON.stringify(bad)}`,
            )
        }
        restore()
      }
      expect(notFound.slice(0, 10)).toEqual([])
    },
    limit(600_000),
  )
})

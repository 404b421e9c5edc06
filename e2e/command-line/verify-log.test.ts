/** `sallyport log verify`, as it is built, on logs that somebody damaged: each kind of damage has its name and its place. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chainHash } from '../../broker/activity/chain.ts'
import { openActivityLog } from '../../broker/activity/open-activity-log.ts'
import { knownSealKeys, loadSealKey } from '../../broker/activity/seal-key.ts'
import { fill } from '../../broker/activity/test-log.ts'
import { witnessFile, witnessInDocuments, witnessInFile } from '../../broker/activity/witness-places.ts'
import { openDocumentStore } from '../../broker/store/documents.ts'
import type { VerifyReport } from '../../contract/activity.ts'
import { ok } from '../../contract/outcome.ts'
import { builtProgram } from './built-program.ts'

const base = mkdtempSync(path.join(tmpdir(), 'verify-command-'))
const home = path.join(base, 'home')
const data = path.join(home, 'data')
const hot = path.join(data, 'activity.db')
const env = { PATH: process.env.PATH, HOME: path.join(base, 'user'), SALLYPORT_HOME: home }
const kept = new Map<string, string>()
let head = { seq: 0, hash: '' }
let exported = ''

/** One run of the app: so many calls, and a clean end. */
async function work(calls: number, from: number): Promise<void> {
  mkdirSync(data, { recursive: true })
  const store = openDocumentStore({ file: path.join(data, 'state.db') })
  const log = openActivityLog({
    file: hot,
    clock: Date.now,
    publicKeys: knownSealKeys(store),
    witness: [witnessInDocuments(store), witnessInFile(witnessFile(data, env, process.platform, env.HOME))],
    limits: { indexAt: 64, keepHot: 40 },
  })
  const keychain = {
    get: async (account: string) => ok(kept.get(account) ?? null),
    async set(account: string, value: string) {
      kept.set(account, value)
      return ok(true as const)
    },
  }
  const key = await loadSealKey(keychain, store)
  if (key) log.sealWith(key)
  fill(log, calls, from)
  for (let n = 0; n < 2; n++) await log.catchUp()
  await log.close()
  store.close()
  const db = new DatabaseSync(hot, { readOnly: true })
  const last = db.prepare('SELECT seq, lower(hex(hash)) AS hash FROM entry ORDER BY seq DESC LIMIT 1').get()
  head = { seq: Number(last?.seq), hash: String(last?.hash) }
  db.close()
}

function verify(...words: string[]) {
  const done = spawnSync(process.execPath, [builtProgram, 'log', 'verify', ...words, '--json'], {
    ...{ env, timeout: 30_000 },
  })
  expect(String(done.stderr)).toBe('')
  const report = JSON.parse(String(done.stdout)) as VerifyReport
  expect(done.status).toBe(report.ok ? 0 : 1)
  return report
}
interface Row {
  seq: number
  hash: Buffer
  text: string
}
function rows(): Row[] {
  const db = new DatabaseSync(hot, { readOnly: true })
  const found = db.prepare('SELECT seq, hash, text FROM entry ORDER BY seq').all()
  db.close()
  return found.map(({ seq, hash, text }) => ({
    seq: Number(seq),
    hash: Buffer.from(hash as Uint8Array),
    text: String(text),
  }))
}
function change(act: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(hot)
  act(db)
  db.close()
}

beforeAll(async () => {
  await work(60, 0)
  cpSync(home, path.join(base, 'older'), { recursive: true })
  await work(60, 60)
  cpSync(home, path.join(base, 'newest'), { recursive: true })
  // From a copy: a broker that starts for it writes its own entries, and remembers them.
  const copy = path.join(base, 'copy')
  cpSync(home, copy, { recursive: true })
  const file = path.join(base, 'export.jsonl')
  const done = spawnSync(process.execPath, [builtProgram, 'log', 'export', '-o', file], {
    ...{ env: { ...env, SALLYPORT_HOME: copy, HOME: path.join(base, 'another') }, timeout: 60_000 },
  })
  expect(done.status, String(done.stderr)).toBe(0)
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, head.seq)
  exported = path.join(base, 'kept.jsonl')
  writeFileSync(exported, `${lines.join('\n')}\n`)
})
beforeEach(() => {
  rmSync(home, { recursive: true })
  cpSync(path.join(base, 'newest'), home, { recursive: true })
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

const DAMAGE: Record<string, (all: Row[]) => { seq: number; what: string }> = {
  'an entry changed'(all) {
    const { seq, text } = all[5] as Row
    change((db) =>
      db.prepare('UPDATE entry SET text = ? WHERE seq = ?').run(text.replace('note', 'mote'), seq),
    )
    return { seq, what: 'changed' }
  },
  'two entries swapped, each with its chain value'(all) {
    const [a, b] = [all[6], all[7]] as [Row, Row]
    change((db) => {
      const set = db.prepare('UPDATE entry SET text = ?, hash = ? WHERE seq = ?')
      set.run(b.text, b.hash, a.seq)
      set.run(a.text, a.hash, b.seq)
    })
    return { seq: a.seq, what: 'reordered' }
  },
  'an entry inserted, with a chain value that fits'(all) {
    const [before, after] = [all[8], all[9]] as [Row, Row]
    const text = before.text.replace(`"seq":${before.seq}`, `"seq":${after.seq}`)
    change((db) => {
      db.prepare('UPDATE entry SET seq = -seq - 1 WHERE seq >= ?').run(after.seq)
      db.prepare('UPDATE entry SET seq = -seq WHERE seq < 0').run()
      db.prepare('INSERT INTO entry (seq, hash, text) VALUES (?, ?, ?)').run(
        after.seq,
        Buffer.from(chainHash(before.hash.toString('hex'), text), 'hex'),
        text,
      )
    })
    return { seq: after.seq, what: 'inserted' }
  },
  'an entry deleted'(all) {
    const { seq } = all[10] as Row
    change((db) => db.prepare('DELETE FROM entry WHERE seq = ?').run(seq))
    return { seq, what: 'missing' }
  },
  'an entry deleted, and those after it moved up'(all) {
    const { seq } = all[11] as Row
    change((db) => {
      db.prepare('DELETE FROM entry WHERE seq = ?').run(seq)
      db.prepare('UPDATE entry SET seq = -(seq - 1) WHERE seq > ?').run(seq)
      db.prepare('UPDATE entry SET seq = -seq WHERE seq < 0').run()
    })
    return { seq, what: 'missing' }
  },
  'an entry moved to the end'(all) {
    const { seq } = all[12] as Row
    change((db) => {
      db.prepare('UPDATE entry SET seq = -1 WHERE seq = ?').run(seq)
      db.prepare('UPDATE entry SET seq = -(seq - 1) WHERE seq > ?').run(seq)
      db.prepare('UPDATE entry SET seq = -seq WHERE seq < -1').run()
      db.prepare('UPDATE entry SET seq = ? WHERE seq = -1').run(head.seq)
    })
    return { seq, what: 'reordered' }
  },
  'the end cut off, seals left'(all) {
    const { seq } = all.at(-5) as Row
    change((db) => db.prepare('DELETE FROM entry WHERE seq >= ?').run(seq))
    return { seq, what: 'truncated' }
  },
}

describe('sallyport log verify', () => {
  it('finds the log in order, against the head and the export that were kept', () => {
    expect(verify()).toMatchObject({ ok: true, entries: head.seq, sealedTo: head.seq })
    expect(verify('--head', `${head.seq}:${head.hash}`)).toMatchObject({ ok: true })
    expect(verify('--export', exported)).toMatchObject({ ok: true })
    // Another's log: whole, but nobody says whose seals are to be believed.
    expect(verify('--file', hot, '--export', exported)).toMatchObject({ entries: head.seq })
  })

  it.each(Object.keys(DAMAGE))('names %s', (kind) => {
    const expected = DAMAGE[kind]?.(rows())
    expect(verify().firstBad).toMatchObject(expected as object)
    const said = spawnSync(process.execPath, [builtProgram, 'log', 'verify'], { env, timeout: 30_000 })
    expect(said.status).toBe(1)
    expect(String(said.stdout)).toContain(`entry ${expected?.seq}: ${expected?.what}.`)
  })

  it('names the end cut off with its seals, against a head and against an export that lie elsewhere', () => {
    const { seq } = rows().at(-5) as Row
    change((db) => {
      db.prepare('DELETE FROM entry WHERE seq >= ?').run(seq)
      db.prepare('DELETE FROM seal WHERE seq >= ?').run(seq)
    })
    const against = { head: `${head.seq}:${head.hash}`, export: exported }
    for (const [word, value] of Object.entries(against))
      expect(verify('--file', hot, `--${word}`, value).firstBad, word).toMatchObject({
        seq,
        what: 'rolled-back',
      })
    // This computer knows by itself.
    expect(verify().firstBad).toMatchObject({ what: 'rolled-back' })
  })

  it('names an older copy of everything put back', () => {
    for (const name of ['activity.db', 'activity-archive.db', 'activity-index.db', 'state.db'])
      cpSync(path.join(base, 'older', 'data', name), path.join(data, name))
    expect(verify().firstBad).toMatchObject({ what: 'rolled-back' })
    expect(verify('--file', hot, '--head', `${head.seq}:${head.hash}`).firstBad).toMatchObject({
      what: 'rolled-back',
    })
  })

  it('says in words what it can not read, and never ends in an exception', () => {
    const files: Record<string, string | Buffer> = {
      'empty.jsonl': '',
      'text.jsonl': 'nothing of the kind\n',
      'zeros.jsonl': Buffer.alloc(100_000),
      'null.jsonl': 'null\n',
      'wrong.jsonl': '{"seq":{"a":1},"hash":["b"]}\n',
      'deep.jsonl': `${'['.repeat(200_000)}\n`,
    }
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(base, name)
      writeFileSync(file, content)
      const done = spawnSync(process.execPath, [builtProgram, 'log', 'verify', '--export', file, '--json'], {
        ...{ env, timeout: 30_000 },
      })
      expect(done.status, name).toBe(2)
      expect(JSON.parse(String(done.stdout)), name).toEqual({
        error: { code: 'usage', text: expect.stringContaining(name) },
      })
    }
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(base, `${name}.db`)
      writeFileSync(file, content)
      expect(verify('--file', file).firstBad, name).toMatchObject({ what: 'unreadable' })
    }
    expect(verify('--file', path.join(base, 'not there')).firstBad).toMatchObject({ what: 'unreadable' })
    expect(verify('--file', base).firstBad).toMatchObject({ what: 'unreadable' })
  })
})

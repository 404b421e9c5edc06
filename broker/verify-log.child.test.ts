/** The program that `sallyport log verify` runs while no broker does, on a log that somebody tampered with meanwhile. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { VerifyReport } from '../contract/activity.ts'
import { ok } from '../contract/outcome.ts'
import { chainHash } from './activity/chain.ts'
import { openActivityLog } from './activity/open-activity-log.ts'
import { knownSealKeys, loadSealKey } from './activity/seal-key.ts'
import { fill } from './activity/test-log.ts'
import { witnessFile, witnessInDocuments, witnessInFile } from './activity/witness-places.ts'
import { openDocumentStore } from './store/documents.ts'

const base = mkdtempSync(path.join(tmpdir(), 'verify-own-'))
const home = path.join(base, 'home')
const data = path.join(home, 'data')
const env = { PATH: process.env.PATH, HOME: path.join(base, 'user'), SALLYPORT_HOME: home }
const hot = path.join(data, 'activity.db')
const kept = new Map<string, string>()
const keychain = {
  get: async (account: string) => ok(kept.get(account) ?? null),
  async set(account: string, value: string) {
    kept.set(account, value)
    return ok(true as const)
  },
}

/** One run of the app: so many calls, and a clean end. */
async function work(calls: number, from: number) {
  mkdirSync(data, { recursive: true })
  const store = openDocumentStore({ file: path.join(data, 'state.db') })
  const log = openActivityLog({
    file: hot,
    clock: Date.now,
    publicKeys: knownSealKeys(store),
    witness: [witnessInDocuments(store), witnessInFile(witnessFile(data, env, process.platform, env.HOME))],
    limits: { indexAt: 64, keepHot: 32 },
  })
  const key = await loadSealKey(keychain, store)
  if (key) log.sealWith(key)
  fill(log, calls, from)
  await log.catchUp()
  await log.catchUp()
  await log.verify()
  await log.close()
  store.close()
}
function verify(...args: string[]): VerifyReport {
  const given = args.length > 0 ? args : ['--own']
  const done = spawnSync(process.execPath, [path.resolve('broker/verify-log.child.ts'), ...given], { env })
  const report = VerifyReport.parse(JSON.parse(String(done.stdout)))
  expect(done.status).toBe(report.ok ? 0 : 1)
  return report
}
function knownKeys(): string[] {
  const store = openDocumentStore({ file: path.join(data, 'state.db') })
  const keys = knownSealKeys(store).map((key) => Buffer.from(key).toString('hex'))
  store.close()
  return keys
}
function change(sql: string, file = hot): void {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}

beforeAll(async () => {
  await work(60, 0)
  cpSync(home, path.join(base, 'older'), { recursive: true })
  await work(60, 60)
  cpSync(home, path.join(base, 'newest'), { recursive: true })
})
beforeEach(() => {
  rmSync(home, { recursive: true })
  cpSync(path.join(base, 'newest'), home, { recursive: true })
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

describe('verifying without a broker', () => {
  it('finds a log in order, sealed to its end, and says when nothing was recorded', () => {
    const report = verify()
    expect(report).toMatchObject({ ok: true, firstBad: null, sealedTo: report.head?.seq })
    expect(report.gaps.map(({ why }) => why)).toEqual(['closed'])
    const again = verify(hot, '--head', `${report.head?.seq}:${report.head?.hash}`)
    expect(again).toMatchObject({ ok: true, sealedTo: null })
  })

  it('writes nothing into what it reads', () => {
    const before = readFileSync(hot)
    verify()
    expect(readFileSync(hot).equals(before)).toBe(true)
  })

  it('says of what is no log that it is none', () => {
    const other = path.join(base, 'other.db')
    for (const text of ['', 'Dear diary, today nothing was recorded.\n'.repeat(40)]) {
      writeFileSync(other, text)
      expect(verify(other).firstBad?.text).toContain('is not a log of Sallyport’s')
    }
    expect(verify(path.join(base, 'nowhere.db')).firstBad?.text).toContain('there is no log')
  })

  it('says of what is no key that it is none', () => {
    for (const key of ['zz', hot, path.resolve('package.json')]) {
      const args = [path.resolve('broker/verify-log.child.ts'), hot, '--public-key', key]
      const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
      expect([status, stderr]).toEqual([2, expect.stringMatching(/^--public-key takes 64 hex digits .*\n$/)])
    }
  })

  it('finds an older copy of all files, put back together', () => {
    rmSync(home, { recursive: true })
    cpSync(path.join(base, 'older'), home, { recursive: true })
    expect(verify().firstBad?.what).toBe('rolled-back')
  })

  it('finds an older copy of the log alone, put back beside newer documents', () => {
    for (const name of ['activity.db', 'activity-archive.db', 'activity-index.db'])
      cpSync(path.join(base, 'older', 'data', name), path.join(data, name))
    expect(verify().firstBad?.what).toBe('rolled-back')
  })

  it('finds a payload that was changed, with every hash and unsigned seal computed again', () => {
    const db = new DatabaseSync(hot)
    const rows = db.prepare('SELECT seq, hash, text FROM entry ORDER BY seq').all()
    const set = db.prepare('UPDATE entry SET text = ?, hash = ? WHERE seq = ?')
    let prev = Buffer.from(rows[0]?.hash as Uint8Array).toString('hex')
    for (const row of rows.slice(1)) {
      const text = String(row.text).replace('Documents', 'Elsewhere')
      prev = chainHash(prev, text)
      set.run(text, Buffer.from(prev, 'hex'), row.seq as number)
    }
    db.exec("UPDATE seal SET signature = NULL, key = '', book = ''")
    const last = rows.at(-1)?.seq as number
    db.prepare('UPDATE seal SET hash = ? WHERE seq = ?').run(prev, last)
    db.exec(`DELETE FROM seal WHERE seq <> ${last}`)
    db.close()
    expect(verify()).toMatchObject({ ok: false })
  })

  it('says what it found also where a keychain’s bus is there and says nothing', async () => {
    const bus = path.join(base, 'silent-bus')
    const server = createServer(() => {}).listen(bus)
    await once(server, 'listening')
    const program = path.resolve('broker/verify-log.child.ts')
    const child = spawn(process.execPath, [program, '--own'], {
      env: { ...env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${bus}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said, [code]] = await Promise.all([child.stdout.toArray(), once(child, 'exit')])
    server.close()
    expect(VerifyReport.parse(JSON.parse(said.join('')))).toMatchObject({ ok: true })
    expect(code).toBe(0)
  }, 30_000)

  it('takes a seal at its word for packed blocks, unless every entry is asked for or a kept head is to be held', () => {
    const key = knownKeys()[0] as string
    const whole = verify(hot, '--public-key', key)
    expect(whole).toMatchObject({ ok: true, byBlocks: { entries: expect.any(Number) } })
    expect(verify(hot, '--public-key', key, '--every-entry')).toMatchObject({ ok: true, byBlocks: null })
    const head = `${whole.head?.seq}:${whole.head?.hash}`
    expect(verify(hot, '--public-key', key, '--head', head)).toMatchObject({ ok: true, byBlocks: null })
    // The documents alone vouch for no key.
    expect(verify()).toMatchObject({ ok: true, byBlocks: null })
  })

  it('finds another log in its place, and a file that is no log any more', () => {
    for (const name of ['activity.db', 'activity-archive.db', 'activity-index.db'])
      rmSync(path.join(data, name), { force: true })
    expect(verify().firstBad?.what).toBe('unreadable')
    writeFileSync(hot, 'nothing of the kind')
    expect(verify().firstBad?.what).toBe('unreadable')
    cpSync(path.join(base, 'newest', 'data', 'activity.db'), hot)
    truncateSync(hot, 8_192)
    expect(verify().ok).toBe(false)
  })

  it('finds its own keys and heads taken away from the documents', () => {
    change("DELETE FROM document WHERE kind = 'log'", path.join(data, 'state.db'))
    change('DELETE FROM entry WHERE seq > 200; DELETE FROM seal WHERE seq > 200')
    expect(verify().firstBad?.what).toBe('rolled-back')
  })
})

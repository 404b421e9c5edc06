/** What stands in a log's place may be anything: the verdict comes in time, and says what is wrong in a form that can be read. */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, renameSync, statSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VerifyReport } from '../../contract/activity.ts'
import { logFiles } from './log-files.ts'
import { openActivityLog } from './open-activity-log.ts'
import { fill, testClock, testFolder, testSigner } from './test-log.ts'
import { verifyFile } from './verify-log.ts'

const signer = testSigner()
let at: ReturnType<typeof testFolder>
beforeEach(async () => {
  at = testFolder()
  const log = openActivityLog({
    file: at.file,
    clock: testClock(),
    seal: signer,
    limits: { indexAt: 64, keepHot: 60 },
  })
  fill(log, 100)
  await log.catchUp()
  await log.sealNow('beat')
  await log.close()
})
afterEach(() => at.remove())

/** As another process gets it. */
const report = async () =>
  VerifyReport.parse(
    JSON.parse(JSON.stringify(await verifyFile(at.file, { publicKeys: [signer.publicKey], threads: 0 }))),
  )
function change(sql: string): void {
  const db = new DatabaseSync(at.file)
  db.exec(sql)
  db.close()
}

describe('what is no log in a log’s place', () => {
  it('is whole before anything is done to it', async () => {
    expect(await report()).toMatchObject({ ok: true })
  })

  it.skipIf(process.platform === 'win32').each(['', '-archive'])(
    'a pipe to which nobody writes is not waited for: activity%s.db',
    async (which) => {
      const file = which === '' ? at.file : logFiles(at.file).archive
      renameSync(file, `${file}.away`)
      expect(spawnSync('mkfifo', [file]).status).toBe(0)
      // A process of its own: waiting for a pipe would hold this one up, too.
      const child = spawn(process.execPath, [path.resolve('broker/verify-log.child.ts'), at.file], {
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: 60_000,
      })
      let text = ''
      for await (const part of child.stdout) text += String(part)
      expect(JSON.parse(text)).toMatchObject({ ok: false, firstBad: { what: 'unreadable' } })
    },
    90_000,
  )

  it.each([
    [
      'a beginning beyond all numbers',
      `INSERT OR REPLACE INTO meta VALUES ('start', '{"seq":1e999,"hash":""}')`,
      'changed',
    ],
    ['a time that no calendar has', 'UPDATE seal SET at = 9000000000000000 WHERE id = 1', 'unsealed'],
    ['a number beyond all numbers', 'UPDATE seal SET seq = 9223372036854775807 WHERE id = 1', 'unsealed'],
  ])('%s is told as what it is', async (_, sql, what) => {
    change(sql)
    expect(await report()).toMatchObject({ ok: false, firstBad: { what } })
  })

  it('an entry of a number below one is told as the first', async () => {
    const archive = new DatabaseSync(logFiles(at.file).archive)
    archive.exec('UPDATE block SET first = -9000 WHERE last = (SELECT min(last) FROM block)')
    archive.close()
    expect((await report()).firstBad?.seq).toBeGreaterThan(0)
  })

  it('a log of a later version is told as that, and nothing is written into it', async () => {
    change('PRAGMA user_version = 7')
    expect((await report()).firstBad).toMatchObject({
      what: 'unreadable',
      text: expect.stringContaining('newer Sallyport (format 7)'),
    })
    expect(() => openActivityLog({ file: at.file, clock: testClock() })).toThrow('newer Sallyport')
    expect((await report()).firstBad?.what).toBe('unreadable')
  })

  it('a file that ends too early is told as damaged', async () => {
    truncateSync(logFiles(at.file).archive, 20_000)
    expect((await report()).firstBad?.text).toBe('The log can’t be read: its file is damaged.')
  })
})

describe('verifying', () => {
  const beside = () =>
    readdirSync(at.folder).map((name) => [name, statSync(path.join(at.folder, name)).mtimeMs])

  it('leaves a log as it was closed: nothing is made beside it', async () => {
    const before = beside()
    expect(before.map(([name]) => name)).toEqual(['activity-archive.db', 'activity-index.db', 'activity.db'])
    expect(await report()).toMatchObject({ ok: true })
    expect(beside()).toEqual(before)
  })

  it('goes on beside somebody who opens the log and writes', async () => {
    const log = openActivityLog({
      file: at.file,
      clock: testClock(),
      seal: signer,
      limits: { indexAt: 64, keepHot: 60 },
    })
    fill(log, 100)
    await log.catchUp()
    expect(await log.verify()).toMatchObject({ ok: true })
    const verified = verifyFile(at.file, { publicKeys: [signer.publicKey] })
    fill(log, 100)
    await log.catchUp()
    expect(await verified).toMatchObject({ ok: true })
    await log.close()
  })

  // Only root can become somebody else, and only somebody else meets a folder in which nothing can be made.
  it.skipIf(process.getuid?.() !== 0)(
    'sees what only the write-ahead log holds, also where nothing can be made beside it',
    async () => {
      const log = openActivityLog({ file: at.file, clock: testClock(), seal: signer })
      fill(log, 20)
      await log.sync()
      await log.sealNow('beat')
      const copy = `${at.folder}/copy`
      mkdirSync(copy)
      for (const name of ['activity.db', 'activity.db-wal', 'activity-archive.db'])
        copyFileSync(path.join(at.folder, name), path.join(copy, name))
      const { seq } = log.head()
      await log.close()
      for (const name of readdirSync(copy)) chmodSync(path.join(copy, name), 0o444)
      chmodSync(copy, 0o555)
      chmodSync(at.folder, 0o755)
      const args = [path.resolve('broker/verify-log.child.ts'), path.join(copy, 'activity.db')]
      const { stdout } = spawnSync(process.execPath, args, { uid: 65_534, gid: 65_534 })
      expect(JSON.parse(String(stdout))).toMatchObject({ ok: true, head: { seq } })
      expect(readdirSync(copy)).toHaveLength(3)
      chmodSync(at.folder, 0o700)
      const shut = spawnSync(process.execPath, args, { uid: 65_534, gid: 65_534 })
      expect(JSON.parse(String(shut.stdout)).firstBad.text).toContain('May this user read it?')
    },
    60_000,
  )
})

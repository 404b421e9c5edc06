/**
 * A disk that takes no more: appends are refused with a clear word, nothing is corrupted, and it goes on when there is
 * room. The limit is a file size limit set on a child from outside (prlimit), so the test needs neither a full disk nor
 * root: the kernel then refuses writes with EFBIG where a full disk says ENOSPC, in the same places.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { LogUnavailable } from '../../contract/activity.ts'
import { keepOpeningLog } from './keep-opening.ts'
import { sentenceOf } from './log-writer.ts'
import { fill, query, readIntent, testClock, testFolder } from './test-log.ts'
import { verifyFile } from './verify-log.ts'

const at = testFolder()
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  at.remove()
})
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0

describe.skipIf(!hasPrlimit)('a log on a disk without room', () => {
  it('refuses, keeps what it has, and goes on when there is room again', async () => {
    const program = path.join(at.folder, 'fills.mjs')
    writeFileSync(
      program,
      `import { openActivityLog } from ${JSON.stringify(path.resolve('broker/activity/open-activity-log.ts'))}
       process.on('SIGXFSZ', () => {})
       const log = openActivityLog({ file: process.argv[2], clock: Date.now, limits: { indexAt: 1e9 } })
       const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n')
       let refused = 0, last = 0
       const step = async () => {
         try {
           for (let n = 0; n < 20; n++) last = log.append({ kind: 'intent', subject: 'x'.repeat(500) }).seq
           await log.sync()
           if (refused > 0) { say({ again: last, state: log.state() }); await log.close(); return }
         } catch (error) {
           if (refused++ === 0) say({ refused: error.name, text: error.message, last, state: log.state() })
         }
         setTimeout(step, refused > 0 ? 20 : 0)
       }
       step()`,
    )
    const file = path.join(at.folder, 'full.db')
    const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    const limit = (bytes: string) => spawnSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}`])
    limit('800000:unlimited')
    const lines: Record<string, unknown>[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(JSON.parse(line))
      if (lines.length === 1) {
        await sleep(100)
        limit('unlimited:unlimited')
      }
    }
    const [refused, again] = lines
    expect(refused).toMatchObject({ refused: 'LogUnavailable', state: { state: 'failing' } })
    expect(refused?.text).toMatch(/disk/i)
    expect(again?.state).toMatchObject({ state: 'ok', text: '' })
    const report = await verifyFile(file, { threads: 0 })
    expect(report).toMatchObject({ ok: true })
    expect(report.entries).toBeGreaterThan(Number(refused?.last))
  })
})

describe('a log that can not be opened', () => {
  it('refuses and says why, and opens when it can, for those who listened before', async () => {
    const folder = path.join(at.folder, 'blocked')
    writeFileSync(folder, 'a file where a folder should be')
    const rows: number[] = []
    const log = keepOpeningLog({ file: path.join(folder, 'activity.db'), clock: testClock() })
    log.onRow(({ seq }) => rows.push(seq))
    expect(() => log.append(readIntent(1))).toThrow(LogUnavailable)
    await expect(log.sync()).rejects.toThrow(LogUnavailable)
    expect(log.state().state).toBe('failing')
    expect(log.query(query())).toEqual({ rows: [], total: 0 })
    expect((await log.verify()).firstBad?.what).toBe('unreadable')
    rmSync(folder)
    mkdirSync(folder)
    await sleep(1_050)
    fill(log, 2)
    expect(log.state().state).toBe('ok')
    expect(rows).toEqual([2, 2, 4, 4])
    await log.close()
    chmodSync(folder, 0o700)
  })

  it.each([
    [{ errcode: 13 }, /disk is full/],
    [{ errcode: 8 }, /read-only/],
    [{ code: 'EROFS' }, /read-only/],
    [{ errcode: 14 }, /read-only disk/],
    [{ errcode: 778 }, /does not take/],
    [{ errcode: 26 }, /damaged/],
    [new Error('something else'), /something else/],
  ])('has words for %o', (error, words) => {
    expect(sentenceOf(error)).toMatch(words)
  })
})

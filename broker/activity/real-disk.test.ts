/**
 * A disk that is really full, and one that is really made read-only under a log that is open: a small tmpfs of the
 * test's own. Each effect is a file elsewhere, made only after its intent is on the disk, as the gate does it.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { LogUnavailable } from '../../contract/activity.ts'
import { keepOpeningLog } from './keep-opening.ts'
import { type OpenActivityLog, openActivityLog } from './open-activity-log.ts'
import { query, readIntent } from './test-log.ts'
import { verifyFile } from './verify-log.ts'

const mounts = (() => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mounts-'))
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status !== 0) return false
    return spawnSync('umount', [folder]).status === 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})()
const why = mounts ? '' : ' (skipped: only root may mount a disk of its own, and not in every container)'

describe.skipIf(!mounts)(`a log on a disk of 6 MB${why}`, () => {
  let disk: string
  let effects: string
  let file: string
  let log: OpenActivityLog
  let closed: boolean
  beforeEach(() => {
    disk = mkdtempSync(path.join(os.tmpdir(), 'disk-'))
    effects = mkdtempSync(path.join(os.tmpdir(), 'effects-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk])
    file = path.join(disk, 'log', 'activity.db')
    mkdirSync(path.dirname(file))
    log = openActivityLog({ file, clock: Date.now, limits: { indexAt: 100, keepHot: 50, pauseMs: 10 } })
    closed = false
  })
  afterEach(async () => {
    if (!closed) await log.close().catch(() => {})
    spawnSync('mount', ['-o', 'remount,rw', disk])
    spawnSync('umount', ['-l', disk])
    for (const folder of [disk, effects]) rmSync(folder, { recursive: true, force: true })
  })

  /** What the gate does: nothing, when the intent can't be put on the disk. */
  async function act(n: number): Promise<number> {
    const { seq } = log.append(readIntent(n, { capability: 'fs.write' }))
    await log.sync()
    writeFileSync(path.join(effects, String(seq)), '')
    log.stage({ kind: 'outcome', subject: 'Done', ref: seq, ok: true })
    return seq
  }
  async function actUntilRefused(): Promise<{ error: unknown; done: number }> {
    for (let n = 0; n < 20_000; n++)
      try {
        await act(n)
      } catch (error) {
        return { error, done: n }
      }
    throw new Error('It was never refused.')
  }
  async function isWhole(): Promise<void> {
    const made = readdirSync(effects).map(Number)
    const known = new Set<number>()
    for (let before: number | undefined; ; ) {
      const { rows } = log.query(query({ kinds: ['intent'], limit: 1000, before }))
      for (const { seq } of rows) known.add(seq)
      before = rows.at(-1)?.seq
      if (before === undefined) break
    }
    expect(made.filter((seq) => !known.has(seq))).toEqual([])
    closed = true
    await log.close()
    expect(await verifyFile(file, { threads: 0 })).toMatchObject({ ok: true, firstBad: null })
  }

  it('stops effects with a clear word when it is full, loses nothing, and goes on when there is room', async () => {
    const ballast = path.join(disk, 'ballast')
    writeFileSync(ballast, Buffer.alloc(3_500_000))
    const { error, done } = await actUntilRefused()
    expect(done).toBeGreaterThan(10)
    expect(error).toBeInstanceOf(LogUnavailable)
    expect((error as Error).message).toBe('The disk is full. Free some space, then try again.')
    expect(log.state().state).toBe('failing')
    const { bavail } = statfsSync(disk)
    expect(bavail).toBeLessThan(64)
    // The keeper may make a little room behind it; what is refused has no effect, and what is not is on the record.
    let count = readdirSync(effects).length
    for (let n = 0; n < 50; n++)
      await act(n).then(
        () => count++,
        (error) => expect(error).toBeInstanceOf(LogUnavailable),
      )
    expect(readdirSync(effects)).toHaveLength(count)
    rmSync(ballast)
    await act(1)
    expect(log.state()).toMatchObject({ state: 'ok', text: '' })
    const { rows } = log.query(query({ text: '"can be written again"', kinds: ['app'] }))
    expect(rows.length).toBeGreaterThan(0)
    await isWhole()
  })

  it('stops effects when it is made read-only, and goes on when it can be written', async () => {
    for (let n = 0; n < 30; n++) await act(n)
    // Who has files open for writing keeps a disk from being made read-only; the kernel does so after a fault.
    expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).not.toBe(0)
    closed = true
    await log.close()
    execFileSync('mount', ['-o', 'remount,ro', disk])
    onTestFinished(() => void spawnSync('mount', ['-o', 'remount,rw', disk]))
    const waiting = keepOpeningLog({ file, clock: Date.now })
    expect(() => waiting.append(readIntent(30))).toThrow(LogUnavailable)
    expect(waiting.state()).toMatchObject({ state: 'failing', text: expect.stringMatching(/read-only/) })
    expect(await verifyFile(file, { threads: 0 })).toMatchObject({ ok: true })
    expect(existsSync(`${file}-wal`)).toBe(false)
    execFileSync('mount', ['-o', 'remount,rw', disk])
    await sleep(1_050)
    expect(waiting.append(readIntent(30)).seq).toBeGreaterThan(60)
    expect(waiting.state().state).toBe('ok')
    await waiting.close()
    log = openActivityLog({ file, clock: Date.now })
    closed = false
    await act(31)
    await isWhole()
  })
})

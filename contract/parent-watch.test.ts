import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { GROUP_FREEZE, GROUP_KILL } from './lane-group.ts'
import { parentWatch } from './parent-watch.ts'
import { STOP_LIMITS } from './stop.ts'

const LEAVE_MS = 300
const folder = mkdtempSync(path.join(os.tmpdir(), 'parent-watch-'))
const started: ChildProcess[] = []
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** Leads a process group of its own, and has no ear for a polite signal. */
async function startDeaf(): Promise<ChildProcess & { pid: number }> {
  const child = spawn('/bin/sh', ['-c', `trap '' TERM HUP INT; echo up; exec sleep 600`], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  started.push(child)
  await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
  return child as ChildProcess & { pid: number }
}
/** A parent that starts the watch and says its number; whoever else has the watch's input keeps it open. */
async function startParent(brokerPid: number, group: string | null): Promise<ChildProcess> {
  const { command, args } = parentWatch(brokerPid, group, LEAVE_MS)
  const code = `const { spawn } = require('node:child_process')
    const watch = spawn(${JSON.stringify(command)}, ${JSON.stringify(args)}, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    console.log(watch.pid); setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(parent)
  await once(parent.stdout, 'data')
  return parent
}
function makeGroup(): string {
  const group = mkdtempSync(path.join(folder, 'group-'))
  for (const name of [GROUP_FREEZE, GROUP_KILL]) writeFileSync(path.join(group, name), '0\n')
  return group
}
const written = (group: string, name: string) => readFileSync(path.join(group, name), 'utf8').trim()

describe.skipIf(process.platform === 'win32')('when the parent is killed', () => {
  test('what a broker runs that hears of nothing stands still first, is ended next, and last the broker', async () => {
    const broker = await startDeaf()
    const ended = once(broker, 'exit')
    const group = makeGroup()
    const parent = await startParent(broker.pid, group)
    parent.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect([GROUP_FREEZE, GROUP_KILL].map((name) => written(group, name))).toEqual(['1', '1'])
    const [held = 0, killed = 0] = [GROUP_FREEZE, GROUP_KILL].map(
      (name) => statSync(path.join(group, name)).mtimeMs,
    )
    // Between the two it is given a moment to do so itself.
    expect(killed - held).toBeGreaterThanOrEqual(STOP_LIMITS.lanesMs)
    expect(Date.now() - killed).toBeGreaterThanOrEqual(LEAVE_MS)
  })

  test('a broker that is held still is ended, too', async () => {
    const broker = await startDeaf()
    const ended = once(broker, 'exit')
    broker.kill('SIGSTOP')
    const parent = await startParent(broker.pid, null)
    parent.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
  })

  test('in whatever moment of its start', async () => {
    const brokers = await Promise.all(Array.from({ length: 40 }, startDeaf))
    const ended = Promise.all(brokers.map((broker) => once(broker, 'exit')))
    const watches = brokers.map(({ pid }) => parentWatch(pid, null, LEAVE_MS))
    const code = `const { spawn } = require('node:child_process')
      for (const { command, args } of ${JSON.stringify(watches)})
        spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
      process.kill(process.pid, 'SIGKILL')`
    started.push(spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'inherit'] }))
    expect(await ended).toEqual(brokers.map(() => [null, 'SIGKILL']))
  })

  test('nothing is made where the group is not there', async () => {
    const broker = await startDeaf()
    const missing = path.join(folder, 'missing')
    const parent = await startParent(broker.pid, missing)
    parent.kill('SIGKILL')
    await once(broker, 'exit')
    expect(existsSync(missing)).toBe(false)
  })

  test.runIf(existsSync('/proc'))(
    'a broker that has gone by then is nobody’s business, and its group neither',
    async () => {
      const broker = await startDeaf()
      const group = makeGroup()
      const parent = await startParent(broker.pid, group)
      const watch = Number(readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8'))
      await expect
        .poll(() => readlinkSync(`/proc/${watch}/cwd`), { timeout: 10_000 })
        .toBe(`/proc/${broker.pid}`)
      broker.kill('SIGKILL')
      await once(broker, 'exit')
      parent.kill('SIGKILL')
      await expect.poll(() => existsSync(`/proc/${watch}`), { timeout: 10_000 }).toBe(false)
      expect(written(group, GROUP_FREEZE)).toBe('0')
    },
  )
})

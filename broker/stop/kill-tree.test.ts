import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createTreeKiller, killTrees } from './kill-tree.ts'
import { collectTrees, hasProcessTable, readProcess } from './process-table.ts'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
function start(script: string): Promise<ChildProcess & { pid: number }> {
  const child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  return once(child.stdout as NodeJS.ReadableStream, 'data').then(
    () => child as ChildProcess & { pid: number },
  )
}
const commandLines = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })

describe.skipIf(!hasProcessTable())('killing a process tree', () => {
  it('ends the process, its children and theirs, also those that ignore signals', async () => {
    const child = await start(
      `trap '' TERM INT HUP; (trap '' TERM; sleep 60 & sleep 60) & setsid sleep 60 & sleep 0.1; echo up; wait`,
    )
    const before = [...collectTrees([child.pid]).keys()]
    expect(before.length).toBeGreaterThanOrEqual(5)
    const done = await killTrees([child.pid], { timeoutMs: 2_000 })
    expect(done).toMatchObject({ killed: before.length, survivors: [] })
    expect(before.map(readProcess).filter((facts) => facts && facts.state !== 'Z')).toEqual([])
  })

  it('catches a tree that forks all the time', async () => {
    const mark = `30.${process.pid}${Date.now() % 100_000}`
    const child = await start(`echo up; while true; do sleep ${mark} & sleep 0.002; done`)
    await sleep(50)
    const done = await killTrees([child.pid], { timeoutMs: 2_000 })
    expect(done.survivors).toEqual([])
    expect(done.killed).toBeGreaterThan(2)
    await sleep(50)
    expect(commandLines().filter((line) => line.includes(mark))).toEqual([])
  })

  it('ends stopped processes too, and several trees at once', async () => {
    const trees = await Promise.all([start('sleep 60 & echo up; wait'), start('sleep 60 & echo up; wait')])
    trees[0]?.kill('SIGSTOP')
    const done = await killTrees(
      trees.map(({ pid }) => pid),
      { timeoutMs: 2_000 },
    )
    expect(done).toMatchObject({ killed: 4, survivors: [] })
  })

  it('shares its look with other kills of the same moment, and counts each for itself', async () => {
    const trees = await Promise.all([
      start('sleep 60 & echo up; wait'),
      start('sleep 60 & sleep 60 & echo up; wait'),
    ])
    const kill = createTreeKiller({ rootsFirst: false })
    const done = await Promise.all(trees.map(({ pid }) => kill([pid], { timeoutMs: 2_000 })))
    expect(done.map(({ killed, survivors }) => [killed, survivors])).toEqual([
      [2, []],
      [3, []],
    ])
  })

  it('ends the root first where that ends the rest, and looks after it', async () => {
    const child = await start('sleep 60 & echo up; wait')
    const below = [...collectTrees([child.pid]).keys()].filter((pid) => pid !== child.pid)
    const done = await createTreeKiller({ rootsFirst: true })([child.pid], { timeoutMs: 2_000 })
    expect(done.survivors).toEqual([])
    expect(done.killed).toBeGreaterThanOrEqual(1)
    expect(readProcess(child.pid)?.state ?? 'Z').toBe('Z')
    for (const pid of below) if (readProcess(pid)) process.kill(pid, 'SIGKILL')
  })

  it('counts nothing for a process that has ended, and never touches itself or pid 1', async () => {
    const child = await start('echo up')
    // Its end may have been told before its output was.
    if (child.exitCode === null) await once(child, 'exit')
    expect(await killTrees([child.pid, 0, 1, -1, process.pid], { timeoutMs: 100 })).toMatchObject({
      killed: 0,
      survivors: [],
    })
  })
})

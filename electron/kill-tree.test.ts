import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { killTree, treeOf } from './kill-tree.ts'

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('the tree of a process', () => {
  const table = [
    { pid: 10, parent: 1, group: 10 },
    { pid: 11, parent: 10, group: 10 },
    { pid: 12, parent: 11, group: 12 },
    { pid: 13, parent: 1, group: 10 },
    { pid: 20, parent: 1, group: 20 },
    { pid: 21, parent: 20, group: 20 },
  ]
  it('holds what descends from it and what is in its group, and nothing else', () => {
    expect(treeOf(10, table).sort()).toEqual([10, 11, 12, 13])
  })
  it('holds what descends from those found before, when the first is gone', () => {
    const without = table.filter(({ pid }) => pid !== 10 && pid !== 11)
    expect(treeOf(10, without, new Set([12])).sort()).toEqual([12, 13])
  })
})

describe('killing a tree', () => {
  it.skipIf(process.platform === 'win32')(
    'leaves nothing: not what left the group, ignores signals or keeps forking',
    async () => {
      const script = `
        trap '' TERM INT HUP
        setsid sh -c "trap '' TERM; setsid sleep 300 & sleep 300" &
        (while :; do sleep 0.05 & wait; done) &
        echo started; sleep 300`
      const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
      await new Promise((resolve) => child.stdout.once('data', resolve))
      await new Promise((resolve) => setTimeout(resolve, 200))
      const report = await killTree(child.pid as number, 2_000)
      expect(report.survivors).toEqual([])
      expect(report.killed).toBeGreaterThanOrEqual(5)
      // Dead at once; gone from the process table when its parent, this test, has taken note.
      await expect.poll(() => isAlive(child.pid as number)).toBe(false)
    },
  )

  it('says that there was nothing when the process is gone', async () => {
    const child = spawn('true', { detached: true })
    await new Promise((resolve) => child.once('exit', resolve))
    expect(await killTree(child.pid as number, 100)).toMatchObject({ killed: 0, survivors: [] })
  })
})

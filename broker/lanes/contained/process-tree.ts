/** A tree of processes: how many there are and how much memory they hold together. From /proc; elsewhere from ps. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'

export interface TreeUse {
  processes: number
  /** Bytes. Memory that is shared counts for each. */
  rss: number
}

const PAGE = 4096

/** @param root counted too, while it lives */
export function measureTree(root: number): TreeUse {
  return process.platform === 'linux' ? fromProc(root) : fromPs(root)
}

/** All processes that it started, and those that they started. Empty where there is no /proc. */
export function processesBelow(root: number): number[] {
  const found: number[] = []
  const todo = childrenOf(root)
  for (let pid = todo.pop(); pid !== undefined; pid = todo.pop()) {
    found.push(pid)
    todo.push(...childrenOf(pid))
  }
  return found
}

function childrenOf(pid: number): number[] {
  try {
    return fs
      .readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' '))
      .filter((child) => child !== '')
      .map(Number)
  } catch {
    return [] // it ended while we looked
  }
}

function fromProc(root: number): TreeUse {
  const use = { processes: 0, rss: 0 }
  for (const pid of [root, ...processesBelow(root)]) {
    try {
      use.rss += Number(fs.readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ', 2)[1]) * PAGE
      use.processes++
    } catch {
      // It ended while we looked.
    }
  }
  return use
}

function fromPs(root: number): TreeUse {
  const rows = execFileSync('ps', ['-axo', 'pid=,ppid=,rss='], { encoding: 'utf8' }).trim().split('\n')
  const all = rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number, number])
  const inside = new Set([root])
  for (let grown = true; grown; ) {
    grown = false
    for (const [pid, parent] of all) {
      if (!inside.has(parent) || inside.has(pid)) continue
      inside.add(pid)
      grown = true
    }
  }
  const own = all.filter(([pid]) => inside.has(pid))
  return { processes: own.length, rss: own.reduce((sum, [, , kb]) => sum + kb * 1024, 0) }
}

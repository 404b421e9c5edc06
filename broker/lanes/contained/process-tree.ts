/** A tree of processes: how many there are and how much memory they hold together. From /proc; elsewhere from ps. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { pageSize } from '../process-usage.ts'

export interface TreeUse {
  processes: number
  /** Bytes. Memory that is shared counts for each. */
  rss: number
}

/** @param root counted too, while it lives */
export function measureTree(root: number): TreeUse {
  return process.platform === 'linux' ? fromProc(root) : fromPs(root)
}

/**
 * Bytes in files that have no name and lie in memory, open anywhere in the tree (`memfd_create`): what is written there
 * and mapped by nobody stands in no process's own figures.
 */
export function memoryInFiles(root: number): number {
  const found = new Map<string, number>()
  for (const pid of [root, ...processesBelow(root)])
    for (const file of openFilesOf(pid)) {
      try {
        if (!fs.readlinkSync(file).startsWith('/memfd:')) continue
        const { dev, ino, blocks } = fs.statSync(file)
        found.set(`${dev}:${ino}`, blocks * 512)
      } catch {
        // Closed while we looked.
      }
    }
  return [...found.values()].reduce((sum, size) => sum + size, 0)
}

function openFilesOf(pid: number): string[] {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).map((name) => `/proc/${pid}/fd/${name}`)
  } catch {
    return [] // it ended while we looked, or there is no /proc
  }
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

/** At each call, one process of every session below `root` that was not there at the call before. */
export function newSessions(): (root: number) => number[] {
  let known = new Set<number>()
  const sessions = new Set<number>()
  return (root) => {
    const below = process.platform === 'linux' ? processesBelow(root) : []
    const found = below.filter((pid) => {
      const session = known.has(pid) ? null : sessionOf(pid)
      if (session === null || sessions.has(session)) return false
      sessions.add(session)
      return true
    })
    known = new Set(below)
    return found
  }
}

function sessionOf(pid: number): number | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name stands in parentheses and may hold anything; state, parent, group and session come after it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ', 4)[3])
  } catch {
    return null // it ended while we looked
  }
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
  const page = pageSize()
  for (const pid of [root, ...processesBelow(root)]) {
    try {
      use.rss += Number(fs.readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ', 2)[1]) * page
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

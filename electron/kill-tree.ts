/**
 * Ends a process and everything below it, without its help. Each process is stopped (SIGSTOP) as it is found and the
 * table is read again until nothing new turns up, so that nothing can fork its way out between looking and killing;
 * only then does SIGKILL go to all of them and to the process group.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'

export interface KillReport {
  /** How many processes were ended, the first included. */
  killed: number
  /** Process ids that were still there after `goneMs`. */
  survivors: number[]
  ms: number
}
interface Row {
  pid: number
  parent: number
  group: number
}

/**
 * @param pid leader of a process group of its own
 * @param goneMs how long to wait after SIGKILL until a process counts as a survivor, in milliseconds
 */
export async function killTree(pid: number, goneMs: number): Promise<KillReport> {
  const start = performance.now()
  const found = process.platform === 'win32' ? killOnWindows(pid) : holdAndKill(pid)
  const end = performance.now() + goneMs
  let left = found.filter(isAlive)
  while (left.length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    left = left.filter(isAlive)
  }
  return { killed: found.length - left.length, survivors: left, ms: performance.now() - start }
}

function holdAndKill(pid: number): number[] {
  const held = new Set<number>()
  for (let round = 0; round < 20; round += 1) {
    const fresh = treeOf(pid, readTable(), held).filter((each) => !held.has(each))
    if (fresh.length === 0) break
    for (const each of fresh) {
      signal(each, 'SIGSTOP')
      held.add(each)
    }
  }
  signal(-pid, 'SIGKILL')
  for (const each of held) signal(each, 'SIGKILL')
  return [...held]
}

/** The process, what is in its group, and what descends from any of these or from what was found before. */
export function treeOf(pid: number, table: Row[], before: ReadonlySet<number> = new Set()): number[] {
  const found = new Set([pid, ...before].filter((each) => table.some((row) => row.pid === each)))
  let size = -1
  while (size !== found.size) {
    size = found.size
    for (const row of table) if (row.group === pid || found.has(row.parent)) found.add(row.pid)
  }
  return [...found]
}

function readTable(): Row[] {
  return process.platform === 'linux' ? readProc() : readPs()
}

function readProc(): Row[] {
  const rows: Row[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      // The program's name stands in parentheses and may hold anything; state, parent and group come after it.
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state !== 'Z' && state !== 'X')
        rows.push({ pid: Number(name), parent: Number(parent), group: Number(group) })
    } catch {
      // It ended while we looked.
    }
  }
  return rows
}

function readPs(): Row[] {
  const text = execFileSync('ps', ['-axo', 'pid=,ppid=,pgid='], { encoding: 'utf8', timeout: 2_000 })
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = 0, parent = 0, group = 0] = line.trim().split(/\s+/).map(Number)
      return { pid, parent, group }
    })
}

function killOnWindows(pid: number): number[] {
  try {
    execFileSync('taskkill', ['/PID', String(pid), '/T', '/F'], { timeout: 5_000, stdio: 'ignore' })
  } catch {
    signal(pid, 'SIGKILL')
  }
  return [pid]
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone, which is what was wanted.
  }
}

function isAlive(pid: number): boolean {
  if (process.platform === 'linux') {
    try {
      return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    } catch {
      return false
    }
  }
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

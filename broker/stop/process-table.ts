/**
 * What Linux says of its processes, read from /proc without starting anything. Used to find the trees that Stop must
 * end and to see that they are gone. The whole table is read at once: a process with many threads would otherwise be
 * asked thread by thread for its children. Elsewhere there is no /proc: then only process groups can be ended.
 */
import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs'

export interface ProcessFacts {
  parent: number
  /** Leader's number of its session: children are born into it, and few leave it. */
  session: number
  /** `R`, `S`, `Z` … as in proc(5). */
  state: string
  /** Clock ticks after boot; with the pid it names one process, also after the pid is used again. */
  startedAt: number
}
export type ProcessTable = Map<number, ProcessFacts>

export const hasProcessTable = (): boolean => existsSync('/proc/self/stat')

/** All processes that can be seen, without those of which only the exit code is left. */
export function readTable(): ProcessTable {
  const table: ProcessTable = new Map()
  const buffer = Buffer.allocUnsafe(1024)
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const facts = readFacts(pid, buffer)
    if (facts !== null && !isGone(facts)) table.set(pid, facts)
  }
  return table
}

/** Processes below and including `roots`, parents before children. */
export function collectTrees(roots: readonly number[], table: ProcessTable = readTable()): ProcessTable {
  const children = Map.groupBy(table, ([, { parent }]) => parent)
  const found: ProcessTable = new Map()
  const left = [...roots]
  for (let n = 0; n < left.length; n++) {
    const pid = left[n] as number
    const facts = table.get(pid)
    if (facts === undefined || found.has(pid)) continue
    found.set(pid, facts)
    for (const [child] of children.get(pid) ?? []) left.push(child)
  }
  return found
}

/** Facts of one process, or null when there is none. */
export const readProcess = (pid: number): ProcessFacts | null => readFacts(pid, Buffer.allocUnsafe(1024))

/** True when nothing of it runs any more: no such process, another one under its number, or only its exit code is left. */
export function hasEnded(pid: number, known: ProcessFacts): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true
  }
  const now = readProcess(pid)
  return now === null || now.startedAt !== known.startedAt || isGone(now)
}

const isGone = (facts: ProcessFacts) => facts.state === 'Z' || facts.state === 'X'

function readFacts(pid: number, buffer: Buffer): ProcessFacts | null {
  let fd: number
  try {
    fd = openSync(`/proc/${pid}/stat`, 'r')
  } catch {
    return null
  }
  try {
    return parseFacts(buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0)))
  } catch {
    return null
  } finally {
    closeSync(fd)
  }
}

/** The name stands in parentheses and may itself hold any character; fields are counted from the last one. */
function parseFacts(stat: string): ProcessFacts | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 20)
  if (fields.length < 20) return null
  return {
    state: fields[0] ?? 'X',
    parent: Number(fields[1]),
    session: Number(fields[3]),
    startedAt: Number(fields[19]),
  }
}

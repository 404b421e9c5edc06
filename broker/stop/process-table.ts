/**
 * What Linux says of a process, read from /proc without starting anything. Used to find the trees that Stop must end
 * and to see that they are gone. Elsewhere there is no /proc: then only process groups can be ended (kill-tree.ts).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

export interface ProcessFacts {
  parent: number
  /** `R`, `S`, `Z` … as in proc(5). */
  state: string
  /** Clock ticks after boot; with the pid it names one process, also after the pid is used again. */
  startedAt: number
}

export const hasProcessTable = (): boolean => existsSync('/proc/self/stat')

/** Facts of one process, or null when there is none. */
export function readProcess(pid: number): ProcessFacts | null {
  const stat = readOrNull(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The name stands in parentheses and may itself hold any character; fields are counted from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? 'Z', parent: Number(fields[1]), startedAt: Number(fields[19]) }
}

/** Children of a process, over all of its threads. */
export function readChildren(pid: number): number[] {
  const children: number[] = []
  for (const thread of listOrEmpty(`/proc/${pid}/task`)) {
    const line = readOrNull(`/proc/${pid}/task/${thread}/children`)
    for (const word of (line ?? '').split(' ')) if (word !== '') children.push(Number(word))
  }
  return children
}

/** All processes below and including `roots`, parents before children. */
export function collectTrees(roots: readonly number[]): Map<number, ProcessFacts> {
  const found = new Map<number, ProcessFacts>()
  const left = [...roots]
  for (let pid = left.shift(); pid !== undefined; pid = left.shift()) {
    if (found.has(pid)) continue
    const facts = readProcess(pid)
    if (facts === null || isGone(facts)) continue
    found.set(pid, facts)
    left.push(...readChildren(pid))
  }
  return found
}

/** True when nothing of it runs any more: no such process, another one under its number, or only its exit code is left. */
export function hasEnded(pid: number, known: ProcessFacts): boolean {
  const now = readProcess(pid)
  return now === null || now.startedAt !== known.startedAt || isGone(now)
}

const isGone = (facts: ProcessFacts) => facts.state === 'Z' || facts.state === 'X'

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return null
  }
}
function listOrEmpty(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

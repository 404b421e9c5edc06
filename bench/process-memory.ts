/** Memory of processes as the kernel shares it out (PSS): what is shared with others counts by its share. Linux only. */
import { readFileSync } from 'node:fs'

/** Bytes; processes that have ended count for nothing. */
export function proportionalMemory(pids: readonly number[]): number {
  let sum = 0
  for (const pid of pids) {
    try {
      sum += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024
    } catch {
      // It has ended.
    }
  }
  return sum
}

/** A process and all below it. */
export function treeOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number)
    return [pid, ...children.flatMap(treeOf)]
  } catch {
    return []
  }
}

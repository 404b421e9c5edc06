/**
 * Holds a tree of processes still without a control group: each is stopped by a signal, and the tree is looked at again
 * until nobody in it runs, because whoever was not stopped yet can start others, or wake one that was. To be repeated
 * while it is to last. Where there is no /proc the tree is the group of its root, and a process that left it runs on.
 */
import fs from 'node:fs'
import { processesBelow } from './process-tree.ts'

export interface TreeHold {
  hold(): void
  letGo(): void
}

const ROUNDS = 20

export function createTreeHold(root: number): TreeHold {
  /** By us: who stopped itself is not woken. */
  const stopped = new Set<number>()
  const tree = () => [root, ...processesBelow(root)]
  if (!fs.existsSync('/proc/self/stat'))
    return { hold: () => void signal(-root, 'SIGSTOP'), letGo: () => void signal(-root, 'SIGCONT') }
  return {
    hold() {
      for (let round = 0; round < ROUNDS; round++) {
        const going = tree().filter(isGoing)
        if (going.length === 0) return
        for (const pid of going) if (signal(pid, 'SIGSTOP')) stopped.add(pid)
      }
    },
    letGo() {
      for (const pid of tree()) if (stopped.has(pid)) signal(pid, 'SIGCONT')
      stopped.clear()
    },
  }
}

/** Neither stopped nor ended. */
function isGoing(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    // After the name, which stands in parentheses and may hold anything.
    return !/^[TtZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false // it ended while we looked
  }
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

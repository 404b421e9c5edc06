/**
 * Ends a bubblewrap that may only be starting. Its child waits for the parent to map its user, and is bound to the
 * parent's life only after that: a parent that is killed in between leaves a child that waits for ever. So the parent
 * is held still, its children are killed, and then it is.
 */
import { childrenOf } from './process-usage.ts'

export function killBubblewrap(pid: number): void {
  signal(pid, 'SIGSTOP')
  for (const child of childrenOf(pid)) signal(child, 'SIGKILL')
  signal(pid, 'SIGKILL')
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended already.
  }
}

/**
 * What runs for an agent must not take the processor from whoever stops it. Its niceness says so (it sets that itself);
 * but where Linux shares the processor among sessions first, niceness counts only within one, and each sandbox has a
 * session of its own. So the session is lowered too.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/** Without privileges the system takes ten of these a second. */
const AGAIN_MS = 120
const TRIES = 20

/** @param pid any process of the session */
export function yieldProcessor(pid: number, niceness: number, tries = TRIES): void {
  if (process.platform !== 'linux') return
  try {
    // Without a sandbox of the system around it, it is in this process's own session.
    if (groupOf(pid) === groupOf('self')) return
    writeFileSync(`/proc/${pid}/autogroup`, String(niceness))
  } catch (error) {
    // Elsewhere there is no such file, or the process has ended.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || tries <= 1) return
    setTimeout(() => yieldProcessor(pid, niceness, tries - 1), AGAIN_MS).unref()
  }
}

/** For one that nobody waits for: it yields from its birth, and whatever it starts with it. */
export function yieldFromBirth(pid: number, niceness: number): void {
  try {
    if (getPriority(pid) < niceness) setPriority(pid, niceness)
  } catch {
    // It has ended already.
  }
  yieldProcessor(pid, niceness)
}

const groupOf = (pid: number | 'self') => readFileSync(`/proc/${pid}/autogroup`, 'utf8').split(' ')[0]

/**
 * Ends a broker that gives no answer, and what it runs, without its help. On Linux all isolates and contained programs
 * of a broker are in one control group: they are held still in one write before the broker is even asked, and ended in
 * another when it does not answer. Elsewhere its process group is ended, and what it runs ends with it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { GROUP_FREEZE, GROUP_KILL } from '../contract/lane-group.ts'
import { STOP_LIMITS } from '../contract/stop.ts'
import { laneGroupFor } from '../parents/lane-group-for.ts'

/** The broker's process id, if the process of that number still is a broker of ours. */
export function readBrokerPid(file: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10)
    if (!(pid > 1)) return null
    if (process.platform !== 'linux') return pid
    const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
    return command.includes(path.join('broker', 'main.js')) ? pid : null
  } catch {
    return null
  }
}

/** From here on nothing that it runs has an effect, where the system has such groups. */
export function holdLanes(pid: number): void {
  writeInto(laneGroupFor(pid), GROUP_FREEZE)
}

/** All that it runs, and not itself; who that was. */
export function endLanes(pid: number): number[] {
  const group = laneGroupFor(pid)
  const lanes = group === null ? [] : membersOf(group)
  writeInto(group, GROUP_KILL)
  return lanes
}

/**
 * The broker and all that it runs; how many were ended, and who is still there.
 * @param before whom `endLanes` has ended: they count, too
 */
export async function endBroker(
  pid: number,
  before: readonly number[] = [],
): Promise<{ ended: number; survivors: number[] }> {
  const lanes = [...new Set([...before, ...endLanes(pid)])]
  for (const target of [-pid, pid]) signal(target)
  const all = [pid, ...lanes]
  const until = performance.now() + STOP_LIMITS.goneMs
  let left = all.filter(isThere)
  while (left.length > 0 && performance.now() < until) {
    await sleep(5)
    left = left.filter(isThere)
  }
  return { ended: all.length - left.length, survivors: left }
}

function writeInto(group: string | null, name: string): void {
  try {
    // Never makes a file: a group that is not there has none.
    if (group !== null) writeFileSync(path.join(group, name), '1', { flag: 'r+' })
  } catch {
    // This system has none, or it is gone.
  }
}

function membersOf(folder: string): number[] {
  try {
    const own = readFileSync(path.join(folder, 'cgroup.procs'), 'utf8').split('\n').map(Number)
    const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return [
      ...own.filter((pid) => pid > 0),
      ...below.flatMap(({ name }) => membersOf(path.join(folder, name))),
    ]
  } catch {
    return []
  }
}

function signal(target: number): void {
  try {
    process.kill(target, 'SIGKILL')
  } catch {
    // No group of its own, or gone already.
  }
}

function isThere(pid: number): boolean {
  try {
    if (process.platform === 'linux')
      return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

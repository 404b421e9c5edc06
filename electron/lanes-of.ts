/**
 * The first thing that Stop does, before the broker is even asked: one write that holds still all isolates and contained
 * programs of a broker in the same moment. It waits for nobody, so it works while the broker hangs and while what runs
 * leaves no processor to anyone; after it the broker has all of it, and ends them. Where there is no such group
 * (elsewhere than on Linux, or without systemd's leave), the broker ends them one by one.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { GROUP_FREEZE, GROUP_KILL } from '../contract/lane-group.ts'
import { laneGroupFor } from '../parents/lane-group-for.ts'

/** Whether there was a group to hold. */
export function holdLanes(brokerPid: number): boolean {
  const group = laneGroupFor(brokerPid)
  return group !== null && write(group, GROUP_FREEZE)
}

/** How many processes it ended. */
export function endLanes(brokerPid: number): number {
  const group = laneGroupFor(brokerPid)
  if (group === null) return 0
  const there = countIn(group)
  return write(group, GROUP_KILL) ? there : 0
}

function write(group: string, name: string): boolean {
  try {
    writeFileSync(path.join(group, name), '1', { flag: 'r+' })
    return true
  } catch {
    return false
  }
}

/** In it and below it. */
function countIn(group: string): number {
  try {
    const own = readFileSync(path.join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).length
    const folders = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return folders.reduce((sum, { name }) => sum + countIn(path.join(group, name)), own)
  } catch {
    return 0
  }
}

/**
 * The first thing that Stop does, before the broker is even asked: one write that holds still all isolates and contained
 * programs of a broker in the same moment. It waits for nobody, so it works while the broker hangs and while what runs
 * leaves no processor to anyone; after it the broker has all of it, and ends them. Where there is no such group
 * (elsewhere than on Linux, or without systemd's leave), the broker ends them one by one.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { GROUP_FREEZE, GROUP_KILL, laneGroupOf } from '../contract/lane-group.ts'

/** Whether there was a group to hold. */
export const holdLanes = (brokerPid: number): boolean => write(brokerPid, GROUP_FREEZE)
export const endLanes = (brokerPid: number): boolean => write(brokerPid, GROUP_KILL)

function write(brokerPid: number, name: string): boolean {
  const text = (file: string) => readFileSync(file, 'utf8')
  try {
    const group = laneGroupOf(brokerPid, text(`/proc/${brokerPid}/cgroup`), text('/proc/self/mountinfo'))
    if (group === null) return false
    writeFileSync(path.join(group, name), '1', { flag: 'r+' })
    return true
  } catch {
    return false
  }
}

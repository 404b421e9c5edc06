/** Where the control group of a broker's lanes is now, as the system says. */
import { readFileSync } from 'node:fs'
import { laneGroupOf } from '../contract/lane-group.ts'

/** Its folder, or null where there is none. */
export function laneGroupFor(brokerPid: number): string | null {
  const text = (file: string) => readFileSync(file, 'utf8')
  try {
    return laneGroupOf(brokerPid, text(`/proc/${brokerPid}/cgroup`), text('/proc/self/mountinfo'))
  } catch {
    return null
  }
}

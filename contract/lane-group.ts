/**
 * The control group of a broker's lanes (Linux, cgroup v2): all isolates and contained programs of one broker, with all
 * that they start, so that one write into one file ends them in the same moment, whoever writes it and however many
 * they are. A pure function of what the system says, so that shell, command line and broker find the same group.
 */

/** Below the group: ends all in it and below it (Linux 5.14). */
export const GROUP_KILL = 'cgroup.kill'
/** Holds all of them still, or lets them go on. */
export const GROUP_FREEZE = 'cgroup.freeze'
const PREFIX = 'sallyport-lanes-'

/**
 * @param cgroup text of `/proc/PID/cgroup` of the broker
 * @param mountinfo text of `/proc/self/mountinfo`
 * @returns the group's folder, or null where there is no cgroup v2
 */
export function laneGroupOf(brokerPid: number, cgroup: string, mountinfo: string): string | null {
  const own = /^0::(\/.*)$/m.exec(cgroup)?.[1]
  // root, mount point, …, then after a dash the type; a space in a path is written \040.
  const mount = /^\d+ \d+ \S+ \S+ (\S+) .*? - cgroup2 /m.exec(mountinfo)?.[1]
  if (own === undefined || mount === undefined) return null
  const place = mount.replaceAll('\\040', ' ')
  return `${place}${own === '/' ? '' : own}/${PREFIX}${brokerPid}`
}

/** The broker's pid from the name of a group's folder, or null when it is none. */
export function brokerOfGroup(name: string): number | null {
  const digits = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''
  return /^\d+$/.test(digits) ? Number(digits) : null
}

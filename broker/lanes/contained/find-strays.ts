/**
 * Processes that a host left behind when it died in the very moment in which it started one: the sandbox ends with its
 * parent only from its first steps on. They are known by the host's private folder, which stands in their environment.
 */
import fs from 'node:fs'

/** @param mark a path that nobody else has */
export function findStrays(mark: string): number[] {
  if (process.platform !== 'linux') return []
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && holdsMark(name, mark))
    .map(Number)
    .filter((pid) => pid !== process.pid)
}

function holdsMark(pid: string, mark: string): boolean {
  try {
    return ['cmdline', 'environ'].some((file) =>
      fs.readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(mark),
    )
  } catch {
    return false // gone, or not ours
  }
}

/**
 * Processes that a host left behind when it died in the very moment in which it started one: the sandbox ends with its
 * parent only from its first steps on. They are known by the host's private folder, which stands in their environment.
 */
import fs from 'node:fs'

/** Looks that are asked for in one turn share one walk through the table: on Stop each host is looked after at once. */
export function createStrayFinder(): (mark: string) => Promise<number[]> {
  let look: { marks: Set<string>; found: Promise<Map<string, number[]>> } | null = null
  return async (mark) => {
    if (look === null) {
      const marks = new Set<string>()
      const found = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        look = null
        return findStrays(marks)
      })
      look = { marks, found }
    }
    look.marks.add(mark)
    return (await look.found).get(mark) ?? []
  }
}

/** @param marks paths that nobody else has */
export function findStrays(marks: ReadonlySet<string>): Map<string, number[]> {
  if (process.platform !== 'linux') return new Map()
  const found = new Map<string, number[]>()
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    const text = textOf(name)
    for (const mark of marks)
      if (text.includes(mark)) found.set(mark, [...(found.get(mark) ?? []), Number(name)])
  }
  return found
}

function textOf(pid: string): string {
  try {
    return ['cmdline', 'environ'].map((file) => fs.readFileSync(`/proc/${pid}/${file}`, 'latin1')).join('\0')
  } catch {
    return '' // gone, or not ours
  }
}

/**
 * Whoever started Sallyport may have had files open that every program below inherits, and a sandbox keeps what is open
 * already: the broker, and each host of a contained program, closes them before it starts anything.
 */
import fs from 'node:fs'

/** Of the kernel: closed when another program is started. All that Node opens or takes over has it. */
const CLOSED_ON_EXEC = 0o2000000

export function closeInherited(): void {
  if (process.platform !== 'linux') return
  for (const name of fs.readdirSync('/proc/self/fd')) {
    const descriptor = Number(name)
    if (descriptor <= 2) continue
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${name}`, 'latin1'))?.[1]
      if (flags !== undefined && (Number.parseInt(flags, 8) & CLOSED_ON_EXEC) === 0) fs.closeSync(descriptor)
    } catch {
      // It was the one with which the folder was read.
    }
  }
}

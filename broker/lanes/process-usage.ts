/**
 * What one process uses. On Linux from /proc, by files that are kept open and belong to that very process: a reused
 * pid can't be mistaken for it. On macOS from `ps`, which takes some milliseconds, so less often. Elsewhere not at all.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

/** Linux counts CPU time in ticks of 10 ms, whatever the machine. */
const TICK_MS = 10
const PS_EVERY_MS = 50
/** The entry of the auxiliary vector that holds the size of a page. */
const AT_PAGESZ = 6n

export interface UsageReader {
  /** Resident memory in bytes; null when the process has ended. */
  rss(): number | null
  /** CPU time of all its threads in ms; null when the process has ended. */
  cpuMs(): number | null
  close(): void
}

/** Null when there is no such process, or it can't be told here. */
export function openUsage(pid: number): UsageReader | null {
  if (process.platform === 'linux') return openProcFiles(pid)
  return process.platform === 'darwin' ? openPs(pid) : null
}

function openProcFiles(pid: number): UsageReader | null {
  const files: number[] = []
  try {
    for (const name of ['statm', 'stat']) files.push(openSync(`/proc/${pid}/${name}`, 'r'))
  } catch {
    for (const file of files) closeSync(file)
    return null
  }
  const [statm, stat] = files as [number, number]
  const page = pageSize()
  const buffer = Buffer.allocUnsafe(1024)
  const read = (file: number): string | null => {
    try {
      return buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0))
    } catch {
      return null
    }
  }
  return {
    rss: () => {
      const text = read(statm)
      return text ? Number(text.split(' ', 2)[1]) * page : null
    },
    cpuMs: () => {
      const text = read(stat)
      if (!text) return null
      // The program's name is in parentheses and can hold anything; fields 14 and 15 are user and system time.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ', 13)
      return (Number(fields[11]) + Number(fields[12])) * TICK_MS
    },
    close: () => {
      for (const file of files) closeSync(file)
    },
  }
}

/** By `ps`, at most each `PS_EVERY_MS`. */
export function openPs(pid: number): UsageReader | null {
  let lookedAt = Number.NEGATIVE_INFINITY
  let last: { rss: number; cpuMs: number } | null = null
  const look = () => {
    if (performance.now() - lookedAt < PS_EVERY_MS) return last
    lookedAt = performance.now()
    try {
      const text = execFileSync('ps', ['-o', 'rss=,time=', '-p', String(pid)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      last = parsePs(text)
    } catch {
      last = null
    }
    return last
  }
  if (!look()) return null
  return { rss: () => look()?.rss ?? null, cpuMs: () => look()?.cpuMs ?? null, close: () => {} }
}

/** `  54321   1:02.34` of macOS, `54321 00:01:02` of Linux: kilobytes, and [[days-]hours:]minutes:seconds. */
export function parsePs(text: string): { rss: number; cpuMs: number } | null {
  const match = /^\s*(\d+)\s+(?:(\d+)-)?((?:\d+:)*\d+(?:\.\d+)?)\s*$/.exec(text)
  if (!match) return null
  const seconds = (match[3] as string).split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return { rss: Number(match[1]) * 1024, cpuMs: (Number(match[2] ?? 0) * 86_400 + seconds) * 1000 }
}

/** Bytes of a page of memory on this machine. */
export function pageSize(): number {
  const vector = readFileSync('/proc/self/auxv')
  for (let at = 0; at + 16 <= vector.length; at += 16)
    if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8))
  return 4096
}

/** Direct children of a process; empty when there is none or it can't be told. */
export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    return text.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

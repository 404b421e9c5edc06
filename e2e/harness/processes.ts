/**
 * Starts programs for a test and ends them by their id. Whatever a test starts carries a mark in its environment, so
 * that at the end nothing of it is left, also where a parent died first.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { until } from './time-limit.ts'

export interface Started {
  child: ChildProcess
  pid: number
  /** What it wrote so far, both streams. */
  output(): string
  /** Resolves with the exit code (128 after a signal). */
  ended: Promise<number>
  /** SIGTERM, then SIGKILL after `graceMs`. */
  end(graceMs?: number): Promise<void>
}

/** Another user of this machine; only root can start programs as one. */
export interface User {
  name: string
  uid: number
  gid: number
}

export function start(
  command: string,
  args: string[],
  env: Record<string, string | undefined>,
  options: { input?: string; cwd?: string; extraPipes?: number; user?: User } = {},
): Started {
  const extra = Array.from({ length: options.extraPipes ?? 0 }, () => 'pipe' as const)
  const child = spawn(command, args, {
    env,
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe', ...extra],
    uid: options.user?.uid,
    gid: options.user?.gid,
  })
  let output = ''
  const keep = (text: Buffer) => {
    output = `${output}${text}`.slice(-200_000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  child.stdin?.on('error', () => {})
  child.stdin?.end(options.input ?? '')
  const ended = new Promise<number>((resolve) => {
    child.on('error', (error) => {
      output += error.message
      resolve(127)
    })
    child.on('exit', (code) => resolve(code ?? 128))
  })
  const end = async (graceMs = 1_000) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await ended
    clearTimeout(timer)
  }
  return { child, pid: child.pid ?? -1, output: () => output, ended, end }
}

/** Process ids of all that descend from `pid`, the deepest last. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const { id, parent } of processTable()) children.set(parent, [...(children.get(parent) ?? []), id])
  const found: number[] = []
  const walk = (id: number) => {
    for (const child of children.get(id) ?? []) {
      found.push(child)
      walk(child)
    }
  }
  walk(pid)
  return found
}

export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** A process's command line, its words parted by spaces (Chromium's children write it so themselves); empty when it is gone. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** Kills these and waits until they are gone. */
export async function killAll(pids: number[]): Promise<void> {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It was gone already.
    }
  }
  await until(() => pids.every((pid) => !isAlive(pid)), 5_000, `killing ${pids.join(', ')}`)
}

/** Processes whose environment holds `NAME=value`. */
export function processesWith(name: string, value: string): number[] {
  return processTable()
    .map(({ id }) => id)
    .filter((id) => {
      try {
        return (
          id !== process.pid &&
          readFileSync(`/proc/${id}/environ`, 'latin1').split('\0').includes(`${name}=${value}`)
        )
      } catch {
        return false
      }
    })
    .filter(isAlive)
}

function processTable(): { id: number; parent: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name of the program stands in parentheses and may hold anything; the parent comes after it.
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
        const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
        return [{ id: Number(name), parent: Number(parent) }]
      } catch {
        return []
      }
    })
}

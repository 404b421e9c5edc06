/**
 * Whether programs can be contained on this computer: what is installed, and on Linux whether bubblewrap may start at
 * all. Some systems let no user make namespaces (Ubuntu since 23.10, many containers); there it is installed and fails.
 */
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import type { ContainedFacts } from '../../ports.ts'

export interface SandboxLook {
  /** What is installed now, and what the last try said. */
  now(): ContainedFacts
  /** Tries bubblewrap first, where that was not tried yet; what has failed is tried again when some seconds have gone by. */
  look(): Promise<ContainedFacts>
}

const CONTAINED: ContainedFacts = {
  available: true,
  text: 'Programs run in bubblewrap, with the agent’s folders and hosts.',
  lacks: 'nothing',
}
/** What a contained program needs of the system, around the one program that every system has in its place. */
const SMALLEST = [
  ...['--die-with-parent', '--unshare-net', '--unshare-pid', '--ro-bind', '/', '/'],
  ...['--dev', '/dev', '--proc', '/proc', '--', '/bin/sh', '-c', ':'],
]
const TRY_MS = 5_000
const AGAIN_MS = 5_000

/** What can be told without starting anything. */
export function sandboxFacts(searchPath: string): ContainedFacts {
  if (process.platform === 'darwin')
    return { ...CONTAINED, text: 'Programs run in Seatbelt, with the agent’s folders and hosts.' }
  if (process.platform !== 'linux')
    return lacking('system', 'Programs can’t be contained on this system, so none is run.')
  const missing = ['bwrap', 'socat', 'rg'].filter((name) => !find(searchPath, name))
  if (missing.length === 0) return CONTAINED
  const packages = missing.map((name) => ({ bwrap: 'bubblewrap', rg: 'ripgrep' })[name] ?? name)
  return lacking(
    'programs',
    `Programs can’t be contained here, so none is run. Install ${packages.join(' and ')}, then try again.`,
  )
}

/** @param now milliseconds, of any clock that goes on */
export function lookAtSandbox(searchPath: string, now: () => number = () => performance.now()): SandboxLook {
  /** What bubblewrap said when it was tried; null when it works, undefined before the first try. */
  let said: string | null | undefined
  let triedAt = 0
  let trying: Promise<void> | null = null

  function facts(): ContainedFacts {
    const seen = sandboxFacts(searchPath)
    if (!seen.available || said === null || said === undefined) return seen
    return lacking(
      'permission',
      `Programs can’t be contained here, so none is run: bubblewrap can not start (${said}).`,
    )
  }
  async function tryIt(bwrap: string): Promise<void> {
    said = await sayings(bwrap)
    triedAt = now()
    trying = null
  }
  return {
    now: facts,
    async look() {
      const bwrap = process.platform === 'linux' && find(searchPath, 'bwrap')
      const isDue = said === undefined || (said !== null && now() - triedAt >= AGAIN_MS)
      if (bwrap && isDue && sandboxFacts(searchPath).available) {
        trying ??= tryIt(bwrap)
        await trying
      }
      return facts()
    },
  }
}

/** Null when it came to its end. */
function sayings(bwrap: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(bwrap, SMALLEST, { env: {}, timeout: TRY_MS, killSignal: 'SIGKILL' }, (error, _, stderr) => {
      if (error === null) return resolve(null)
      const [line] = stderr.trim().split('\n')
      resolve((line || error.message).slice(0, 200))
    })
  })
}

function lacking(lacks: ContainedFacts['lacks'], text: string): ContainedFacts {
  return { available: false, text, lacks }
}

function find(searchPath: string, name: string): string | undefined {
  return searchPath
    .split(':')
    .map((folder) => path.join(folder, name))
    .find(isRunnable)
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

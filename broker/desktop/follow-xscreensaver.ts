/**
 * Whether XScreenSaver has locked the screen: it tells no bus of it, and has a command that does. The state is asked for
 * (`-time`); that it changed is told by `-watch`, which is only a reason to ask again. Whoever kills XScreenSaver leaves
 * its last word on the screen's root window, so it is asked again now and then: the command knows that nobody is there.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import type { ScreenSeen } from './watch-screen-lock.ts'

export interface XScreenSaverOptions {
  /** `xscreensaver-command`; null where there is none, or no X display that it could ask. */
  command: string | null
  /** `DISPLAY`, and what is needed to be let in there. */
  env: NodeJS.ProcessEnv
  tell(seen: ScreenSeen): void
}

const ANSWER_MS = 5_000
const AGAIN_MS = 60_000
const NOBODY: ScreenSeen = { locked: null, by: '' }

/** Where the system keeps it: a search path of the person's may lead to another one. */
export function findXScreenSaver({ DISPLAY }: NodeJS.ProcessEnv): string | null {
  if (process.platform !== 'linux' || !DISPLAY) return null
  const places = ['/usr/bin', '/usr/local/bin'].map((folder) => path.join(folder, 'xscreensaver-command'))
  return places.find(isRunnable) ?? null
}

export function followXScreenSaver({ command, env, tell }: XScreenSaverOptions) {
  let watching: ChildProcess | null = null
  let timer: NodeJS.Timeout | undefined
  let ended = false
  let looking: Promise<void> | null = null
  let again = false

  function look(): Promise<void> {
    again = true
    looking ??= (async () => {
      while (again && !ended) {
        again = false
        const seen = await askNow()
        if (ended) return
        tell(seen)
        if (seen.locked !== null) watch()
      }
    })().finally(() => {
      looking = null
    })
    return looking
  }
  const askNow = () =>
    new Promise<ScreenSeen>((resolve) => {
      const options = { env: { ...env, LC_ALL: 'C' }, timeout: ANSWER_MS }
      execFile(command as string, ['-time'], options, (error, stdout) => {
        const state = / screen (locked|blanked|non-blanked) since /.exec(stdout)?.[1]
        resolve(error || !state ? NOBODY : { locked: state === 'locked', by: 'XScreenSaver' })
      })
    })
  /** If this process is killed, it ends at the next change, which it can tell nobody. */
  function watch(): void {
    if (watching) return
    const child = spawn(command as string, ['-watch'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    watching = child
    child.unref()
    child.stdout.on('data', () => void look())
    const gone = () => {
      if (watching === child) watching = null
    }
    child.once('error', gone)
    child.once('exit', gone)
  }

  if (command !== null) timer = setInterval(() => void look(), AGAIN_MS).unref()
  return {
    ready: command === null ? Promise.resolve() : look(),
    end() {
      ended = true
      clearInterval(timer)
      watching?.kill()
    },
  }
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The real XScreenSaver on a display without a screen. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findXScreenSaver } from './follow-xscreensaver.ts'
import { type ScreenSeen, watchScreenLock } from './watch-screen-lock.ts'

const command = findXScreenSaver({ DISPLAY: ':0' })
const can = command !== null && isThere('Xvfb')

let home: string
let env: NodeJS.ProcessEnv
let running: ChildProcess[]
let seen: ScreenSeen[]
let end: () => void
/** It locks nothing for root. */
const NOBODY = 65_534
const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

function isThere(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
function start(program: string, args: string[], more: object) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], ...more })
  running.push(child)
  return child
}
/** What tells it gives up, or waits without end, where it is just starting or busy: then it is told again. */
async function tellIt(word: string) {
  for (let tries = 1; ; tries++) {
    try {
      return execFileSync(command as string, [word], { env, ...as, stdio: 'ignore', timeout: 5_000 })
    } catch (error) {
      if (tries === 100) throw error
      await sleep(100)
    }
  }
}
async function startSaver() {
  for (let tries = 1; ; tries++) {
    const saver = start('xscreensaver', ['--no-splash'], { env, ...as })
    try {
      await tellIt('-time')
      return saver
    } catch (error) {
      if (tries === 3) throw error
      saver.kill('SIGKILL')
    }
  }
}

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'xscreensaver-'))
  if (as.uid) chownSync(home, NOBODY, NOBODY)
  writeFileSync(path.join(home, '.xscreensaver'), 'lock:\tTrue\nmode:\tblank\n')
  running = []
  seen = []
  end = () => {}
})
afterEach(async () => {
  end()
  for (const child of running.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(home, { recursive: true, force: true })
})

describe.skipIf(!can)('a screen that XScreenSaver locks', () => {
  beforeEach(async () => {
    const display = start(
      'Xvfb',
      ['-displayfd', '1', '-screen', '0', '320x240x24', '-ac', '-nolisten', 'tcp'],
      {},
    )
    const [number] = (await once(display.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
    env = { PATH: process.env.PATH, HOME: home, DISPLAY: `:${String(number).trim()}` }
  })
  const now = () => seen.at(-1) ?? { locked: null, by: '' }
  async function watch() {
    const watching = watchScreenLock({
      openBus: () => Promise.reject(new Error('There is none.')),
      ...{ systemBus: null, sessionBus: null, firstMs: 60_000 },
      xscreensaver: { command: findXScreenSaver(env), env },
      onChange: (next) => void seen.push(next),
    })
    end = watching.end
    await watching.ready
  }

  it('is known to be locked from the first word on', async () => {
    await startSaver()
    await tellIt('-lock')
    await watch()
    await expect.poll(now, { timeout: 10_000 }).toEqual({ locked: true, by: 'XScreenSaver' })
  })

  it('is known to be locked when that comes', async () => {
    await startSaver()
    await watch()
    expect(now()).toEqual({ locked: false, by: 'XScreenSaver' })
    await tellIt('-lock')
    await expect.poll(now, { timeout: 10_000 }).toEqual({ locked: true, by: 'XScreenSaver' })
  })

  it('is not known where none runs, or none runs any more', async () => {
    await watch()
    expect(now().locked).toBe(null)
    end()
    const saver = await startSaver()
    await tellIt('-lock')
    saver.kill('SIGTERM')
    await once(saver, 'exit')
    await watch()
    expect(now().locked).toBe(null)
  })
})

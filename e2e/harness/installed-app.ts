/**
 * The packaged app as a person installs it: makes the .deb, installs it with apt, starts it as a plain user with
 * Chromium's own sandbox on, and takes it away again. For root on Debian or Ubuntu.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import { pinnedNode } from '../../scripts/project.mjs'
import type { Desktop } from './desktop.ts'
import { commandLine, descendants, killAll, type Started, start, type User } from './processes.ts'
import { until, withLimit } from './time-limit.ts'

const root = path.resolve(import.meta.dirname, '../..')
const MINUTE = 60_000

export const canInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

const run = (command: string, args: string[], limitMs: number) =>
  execFileSync(command, args, {
    cwd: root,
    timeout: limitMs,
    stdio: 'pipe',
    encoding: 'utf8',
    // The system's own tools lie where a plain PATH may not look.
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, DEBIAN_FRONTEND: 'noninteractive' },
  })

/** Makes the package and installs it; returns the package's file. */
export function installPackage(): string {
  run(pinnedNode() as string, ['scripts/package.mjs', '--quick'], 10 * MINUTE)
  const name = readdirSync(path.join(root, 'release')).find((file) => file.endsWith('.deb'))
  if (!name) throw new Error('npm run package made no .deb')
  const file = path.join(root, 'release', name)
  run('apt-get', ['install', '-y', '--no-install-recommends', '--reinstall', file], 5 * MINUTE)
  return file
}

export function removePackage(): void {
  if (!existsSync('/var/lib/dpkg/info/sallyport.list')) return
  run('apt-get', ['purge', '-y', 'sallyport'], 2 * MINUTE)
}

/** A user for the test alone; what an earlier test left of it goes first. */
export function addUser(name: string): User {
  removeUser(name)
  run('useradd', ['--create-home', '--shell', '/bin/sh', name], 30_000)
  const id = (flag: string) => Number(run('id', [flag, name], 10_000))
  return { name, uid: id('-u'), gid: id('-g') }
}

export function removeUser(name: string): void {
  if (!readFileSync('/etc/passwd', 'utf8').includes(`\n${name}:`)) return
  run('userdel', ['--remove', '--force', name], 30_000)
}

export interface InstalledApp {
  browser: Browser
  mainWindow(): Promise<Page>
  consentWindow(limitMs?: number): Promise<Page>
  /** Process ids of the renderers. */
  renderers(): number[]
  processes(): number[]
  output(): string
  close(): Promise<void>
}

export async function startInstalledApp(desktop: Desktop, user: User): Promise<InstalledApp> {
  const app = start(
    '/usr/bin/sallyport-desktop',
    ['--remote-debugging-port=0', '--disable-gpu'],
    desktop.env,
    {
      user,
      cwd: desktop.home,
    },
  )
  try {
    const address = await until(
      () => /DevTools listening on (ws:\S+)/.exec(app.output())?.[1],
      30_000,
      'waiting for the installed app',
    )
    await until(() => hasWindow(address), 30_000, 'waiting for its window')
    const browser = await withLimit(
      chromium.connectOverCDP(address),
      30_000,
      'connecting to the installed app',
    )
    for (const context of browser.contexts()) context.setDefaultTimeout(15_000)
    return describe(app, browser)
  } catch (error) {
    await app.end()
    throw new Error(`${error}\n${app.output()}`)
  }
}

// Connecting while the first window is still being made can hang, so it must be there first.
async function hasWindow(address: string): Promise<boolean> {
  const list = await fetch(`http://${new URL(address).host}/json/list`).catch(() => undefined)
  const targets = ((await list?.json().catch(() => [])) ?? []) as { url: string }[]
  return targets.some(({ url }) => url.includes('/index.html'))
}

function describe(app: Started, browser: Browser): InstalledApp {
  const pages = () => browser.contexts().flatMap((context) => context.pages())
  const windowAt = (address: string, limitMs: number) =>
    until(() => pages().find((page) => page.url().includes(address)), limitMs, `waiting for ${address}`)
  return {
    browser,
    mainWindow: () => windowAt('sallyport/index.html', 30_000),
    consentWindow: (limitMs = 30_000) => windowAt('consent-window', limitMs),
    renderers: () => descendants(app.pid).filter((pid) => commandLine(pid).includes(' --type=renderer')),
    processes: () => [app.pid, ...descendants(app.pid)],
    output: app.output,
    close: async () => {
      const all = [app.pid, ...descendants(app.pid)]
      await withLimit(browser.close(), 5_000, 'letting go of the app').catch(() => {})
      await app.end(5_000)
      await killAll(all)
    },
  }
}

/** Who a process runs as, and how strongly the kernel holds it (2 is a seccomp filter); undefined when it is gone. */
export function heldBy(pid: number): { uid: number; seccomp: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
    return { uid: field('Uid'), seccomp: field('Seccomp') }
  } catch {
    return undefined
  }
}

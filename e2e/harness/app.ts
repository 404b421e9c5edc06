/** Starts the real app on a test's desktop, and ends it cleanly whatever state it is in. */
import path from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { findElectron } from '../../scripts/electron-runtime.mjs'
import { pinnedNode } from '../../scripts/project.mjs'
import type { Desktop } from './desktop.ts'
import { descendants, isAlive, killAll } from './processes.ts'
import { until, withLimit } from './time-limit.ts'

const root = path.resolve(import.meta.dirname, '../..')
const holdStart = ['-r', path.join(import.meta.dirname, 'wait-for-playwright.cjs')]
const START_LIMIT_MS = 60_000
const CLOSE_LIMIT_MS = 5_000

export interface LaunchOptions {
  args?: string[]
  env?: Record<string, string>
}
export interface RunningApp {
  electron: ElectronApplication
  pid: number
  /** The window with the pages; waits until it has drawn something. */
  mainWindow(): Promise<Page>
  /** The window that asks; waits until it is there. */
  consentWindow(limitMs?: number): Promise<Page>
  /** Process ids of broker, sandboxes, renderers: all below the shell. */
  processes(): number[]
  output(): string
  /** Asks the app to quit; kills what is left after that. Says what was left. */
  close(): Promise<{ killed: number[] }>
  /** SIGKILL to the shell alone, as a crash. */
  crash(): Promise<void>
}

export async function launchApp(
  desktop: Desktop,
  { args = [], env = {} }: LaunchOptions = {},
): Promise<RunningApp> {
  const runtime = findElectron()
  if (!runtime) throw new Error('There is no Electron runtime. Run: npm run set-up')
  const electron = await withLimit(
    _electron.launch({
      executablePath: runtime.binary,
      args: ['--disable-gpu', ...holdStart, root, ...args],
      cwd: desktop.home,
      env: { ...desktop.env, SALLYPORT_NODE: pinnedNode() ?? '', ...env },
      chromiumSandbox: process.getuid?.() !== 0,
      timeout: START_LIMIT_MS,
    }),
    START_LIMIT_MS + 5_000,
    'starting the app',
  )
  return describe(electron)
}

function describe(electron: ElectronApplication): RunningApp {
  const child = electron.process()
  const pid = child.pid as number
  let output = ''
  const keep = (text: Buffer) => {
    output = `${output}${text}`.slice(-200_000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const windowWhere = async (fits: (url: string) => boolean, limitMs: number, what: string) => {
    const page = await until(
      () => electron.windows().find((each) => !each.isClosed() && fits(each.url())),
      limitMs,
      `${what}\n${output.slice(-2_000)}`,
    )
    await page.waitForLoadState('domcontentloaded')
    return page
  }
  const isConsent = (url: string) => url.includes('consent-window')
  const isMain = (url: string) => !isConsent(url) && url.includes('index.html')
  return {
    electron,
    pid,
    mainWindow: async () => {
      const page = await windowWhere(isMain, START_LIMIT_MS, 'waiting for the main window')
      await page.locator('body *').first().waitFor({ state: 'attached' })
      return page
    },
    consentWindow: (limitMs = 30_000) => windowWhere(isConsent, limitMs, 'waiting for the consent window'),
    processes: () => descendants(pid),
    output: () => output,
    close: () => closeApp(electron, pid),
    crash: () => killAll([pid]),
  }
}

async function closeApp(electron: ElectronApplication, pid: number): Promise<{ killed: number[] }> {
  const before = [pid, ...descendants(pid)]
  if (isAlive(pid)) {
    const quit = electron.evaluate(({ app }) => app.quit()).catch(() => {})
    await withLimit(quit, CLOSE_LIMIT_MS, 'asking the app to quit').catch(() => {})
  }
  await until(() => before.every((each) => !isAlive(each)), CLOSE_LIMIT_MS, 'quitting').catch(() => {})
  const killed = before.filter(isAlive)
  await killAll(killed)
  await withLimit(electron.close(), CLOSE_LIMIT_MS, 'letting go of the app').catch(() => {})
  return { killed }
}

/** kill -9 of each process in the middle of a run: nothing lost from the log, a clear word, and everything back. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from '@playwright/test'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { call, makeAgent, runEnded, startRun } from '../harness/agent.ts'
import type { LaunchOptions, RunningApp } from '../harness/app.ts'
import type { Desktop } from '../harness/desktop.ts'
import type { ModelServer } from '../harness/model-server.ts'
import { commandLine } from '../harness/processes.ts'
import { nextQuestion } from '../harness/question.ts'
import { expect, test } from '../harness/test.ts'
import { until } from '../harness/time-limit.ts'

const brokerPid = async (page: Page) => (await call(page, 'status.get', {})).pid
const backAgain = (page: Page, before: number) =>
  until(
    async () => {
      const status = await call(page, 'status.get', {}).catch(() => null)
      return status && status.pid !== before ? status : null
    },
    30_000,
    'waiting for the next broker',
  )

interface Parts {
  launch: (options?: LaunchOptions) => Promise<RunningApp>
  desktop: Desktop
  modelServer: ModelServer
}

/** Calls a broker method in the main page, as its own script would. */
function callThroughShell(app: RunningApp, method: string, params: unknown): Promise<unknown> {
  return app.electron.evaluate(
    ({ BrowserWindow }, script) =>
      BrowserWindow.getAllWindows()
        .find(({ webContents }) => !webContents.getURL().includes('consent-window'))
        ?.webContents.executeJavaScript(script),
    `window.sallyport.call(${JSON.stringify(method)}, ${JSON.stringify(params)})`,
  )
}

async function askedToWrite({ launch, desktop, modelServer }: Parts) {
  const folder = path.join(desktop.home, 'work')
  await mkdir(folder)
  const file = path.join(folder, 'b.txt')
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, { folders: [{ path: folder, write: 'ask' }] })
  modelServer.says([
    { toolCalls: [{ name: 'files__write', input: { path: file, text: 'b' } }] },
    { text: 'Done.' },
  ])
  const run = await startRun(page, agent, 'Write b.txt')
  await nextQuestion(app)
  return { app, page, agent, run, file, folder }
}

test('the broker killed in the middle of a run: said, started again, and the run stands as interrupted', async ({
  launch,
  desktop,
  modelServer,
  sallyport,
  tray,
}) => {
  const { app, page, run } = await askedToWrite({ launch, desktop, modelServer })
  const before = await brokerPid(page)
  process.kill(before, 'SIGKILL')
  await backAgain(page, before)
  expect(await call(page, 'runs.get', { id: run })).toMatchObject({ state: 'interrupted' })
  expect(
    (await call(page, 'activity.query', { kinds: ['crash'] })).rows.map((row) => row.subject).join(),
  ).not.toBe('')
  expect((await sallyport(['log', 'verify'])).output).toContain('whole')
  await expect.poll(async () => (await tray.read()).tooltip).toContain('nothing is running')
  await expect
    .poll(() =>
      app.electron.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().some(
          (each) => each.webContents.getURL().includes('consent-window') && each.isVisible(),
        ),
      ),
    )
    .toBe(false)
})

test('a broker that comes up while the screen is locked lets nobody resume', async ({ launch }) => {
  const app = await launch()
  const page = await app.mainWindow()
  const setLocked = (locked: boolean) =>
    app.electron.evaluate(({ powerMonitor }, now) => {
      powerMonitor.getSystemIdleState = () => (now ? 'locked' : 'active')
      powerMonitor.emit(now ? 'lock-screen' : 'unlock-screen')
    }, locked)
  await call(page, 'stop.now', {})
  const resume = () =>
    page.evaluate(() =>
      (window as unknown as { sallyport: PageBridge }).sallyport.call('stop.resume', {}).then(
        () => 'resumed',
        ({ text }: { text: string }) => text,
      ),
    )
  await setLocked(true)
  await expect.poll(resume).toContain('The screen is locked')
  const before = await brokerPid(page)
  process.kill(before, 'SIGKILL')
  await backAgain(page, before)
  expect(await resume()).toContain('The screen is locked')
  await setLocked(false)
  await expect.poll(resume).toBe('resumed')
})

test('the page killed in the middle of a run: loaded again with a word, and the run goes on', async ({
  launch,
  desktop,
  modelServer,
  notifications,
}) => {
  const { app, run } = await askedToWrite({ launch, desktop, modelServer })
  const pid = await app.electron.evaluate(
    ({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find(
          (each) =>
            each.webContents.getURL().endsWith('index.html') &&
            !each.webContents.getURL().includes('consent'),
        )
        ?.webContents.getOSProcessId() ?? 0,
  )
  process.kill(pid, 'SIGKILL')
  const loadedAgain = () =>
    app.electron.evaluate(
      ({ BrowserWindow }, old) =>
        BrowserWindow.getAllWindows().some(
          ({ webContents }) =>
            !webContents.getURL().includes('consent') &&
            !webContents.isCrashed() &&
            !webContents.isLoading() &&
            webContents.getOSProcessId() !== old,
        ),
      pid,
    )
  await until(loadedAgain, 30_000, 'loading the page again')
  await (await nextQuestion(app)).allow('once')
  // Playwright gives up a page that crashed once, so it is asked through the shell.
  const ended = await until(
    async () => {
      const view = (await callThroughShell(app, 'runs.get', { id: run })) as {
        state: string
        endedAt: number | null
      }
      return view.endedAt === null ? null : view
    },
    20_000,
    'ending the run',
  )
  expect(ended.state).toBe('done')
  const { rows } = (await callThroughShell(app, 'activity.query', { kinds: ['crash'] })) as {
    rows: unknown[]
  }
  expect(rows.length).toBeGreaterThan(0)
  await notifications.find('loaded again')
})

test('the consent window killed while it asks: that call is a no, and the next question finds a window', async ({
  launch,
  desktop,
  modelServer,
}) => {
  const { app, page, run, file, agent } = await askedToWrite({ launch, desktop, modelServer })
  const pid = await app.electron.evaluate(
    ({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find((each) => each.webContents.getURL().includes('consent-window'))
        ?.webContents.getOSProcessId() ?? 0,
  )
  process.kill(pid, 'SIGKILL')
  await runEnded(page, run)
  const { rows } = await call(page, 'activity.query', { runId: run, capability: 'fs.write' })
  expect(rows.every((row) => row.decision !== 'allow')).toBe(true)
  modelServer.says([
    { toolCalls: [{ name: 'files__write', input: { path: file, text: 'b' } }] },
    { text: 'Done.' },
  ])
  const second = await startRun(page, agent, 'Write b.txt again')
  await (await nextQuestion(app)).allow('once')
  expect(await runEnded(page, second)).toMatchObject({ state: 'done' })
})

test('a sandbox killed in the middle of a call: that call has an answer, and the next one works', async ({
  launch,
  desktop,
  modelServer,
}) => {
  const { app, page, run, folder, agent } = await askedToWrite({ launch, desktop, modelServer })
  const sandboxes = app
    .processes()
    .filter((pid) => commandLine(pid).includes(path.join('sandbox', 'main.cjs')))
  expect(sandboxes.length).toBeGreaterThan(0)
  for (const pid of sandboxes) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended with the one above it.
    }
  }
  expect(await runEnded(page, run)).toMatchObject({ state: 'done' })
  await writeFile(path.join(folder, 'a.txt'), 'first')
  modelServer.says([
    { toolCalls: [{ name: 'files__read', input: { path: path.join(folder, 'a.txt') } }] },
    { text: 'Read.' },
  ])
  expect(await runEnded(page, await startRun(page, agent, 'Read a.txt'))).toMatchObject({ state: 'done' })
})

test('a broker that hangs: the window says so, and Stop ends it within two seconds', async ({
  launch,
  desktop,
  modelServer,
  sallyport,
}) => {
  const { page } = await askedToWrite({ launch, desktop, modelServer })
  const before = await brokerPid(page)
  process.kill(before, 'SIGSTOP')
  await expect(page.getByText(/does not answer/i).first()).toBeVisible({ timeout: 20_000 })
  const start = Date.now()
  const receipt = await call(page, 'stop.now', {})
  expect(Date.now() - start).toBeLessThan(2_500)
  expect(receipt.survivors).toEqual([])
  const status = await backAgain(page, before)
  expect(status.stop).toMatchObject({ stopped: true })
  expect((await sallyport(['resume'])).code).toBe(0)
})

test('a broker that hangs: the command line stops it too', async ({ launch, sallyport }) => {
  const app = await launch()
  const page = await app.mainWindow()
  await until(async () => (await sallyport(['status'])).code === 0, 20_000, 'waiting for the broker')
  const before = await brokerPid(page)
  process.kill(before, 'SIGSTOP')
  expect((await sallyport(['stop', '--json'])).code).toBe(0)
  expect((await backAgain(page, before)).stop).toMatchObject({ stopped: true })
})

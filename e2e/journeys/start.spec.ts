/** Starting, starting again while it runs, closing the window, and starting after an end of every kind. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { findElectron } from '../../scripts/electron-runtime.mjs'
import { brokerAnswers, call } from '../harness/agent.ts'
import { commandLine } from '../harness/processes.ts'
import { expect, test } from '../harness/test.ts'
import { until, withLimit } from '../harness/time-limit.ts'
import { startTrayHost } from '../harness/tray-host.ts'

const brokersBelow = (pids: number[]) =>
  pids.filter((pid) => commandLine(pid).includes(path.join('broker', 'main.js')))

test('opens a window that paints, with one broker, and the command line reaches it', async ({
  launch,
  sallyport,
}) => {
  expect((await sallyport(['status'])).code).toBe(3)
  const app = await launch()
  const page = await app.mainWindow()
  const status = await until(
    () => call(page, 'status.get', {}).catch(() => null),
    30_000,
    'waiting for the broker',
  )
  expect(brokersBelow(app.processes())).toEqual([status.pid])

  const told = await sallyport(['status', '--json'])
  expect(told.code).toBe(0)
  expect(JSON.parse(told.output)).toMatchObject({ pid: status.pid, state: 'running' })

  const reach = await page.evaluate(() => ({
    node: typeof (globalThis as { require?: unknown }).require,
    process: typeof (globalThis as { process?: unknown }).process,
    bridge: Object.keys((window as unknown as { sallyport: object }).sallyport).sort(),
  }))
  expect(reach).toEqual({
    node: 'undefined',
    process: 'undefined',
    bridge: ['call', 'desktop', 'on', 'onBroker', 'platform'],
  })
})

test('a second start brings the first one to the front and ends; there still is one broker', async ({
  launch,
  desktop,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  await brokerAnswers(page)
  await app.electron.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) if (window.isVisible()) window.minimize()
  })
  const runtime = findElectron()
  const second = spawn(
    runtime?.binary as string,
    ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), path.resolve('.')],
    { env: desktop.env, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  let said = ''
  second.stdout.on('data', (text) => {
    said += text
  })
  const code = await withLimit(
    new Promise((resolve) => second.once('exit', resolve)),
    20_000,
    'ending the second start',
  )
  expect(code).toBe(0)
  expect(said).toContain('running already')
  await until(
    () =>
      app.electron.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().some((window) => window.isVisible() && !window.isMinimized()),
      ),
    30_000,
    'bringing the window to the front',
  )
  expect(brokersBelow(app.processes())).toHaveLength(1)
})

test('quitting leaves no process, and the next start finds everything as it was', async ({
  launch,
  sallyport,
}) => {
  const first = await launch()
  const page = await first.mainWindow()
  await brokerAnswers(page)
  await call(page, 'pause.set', { paused: true })
  expect((await first.close()).killed).toEqual([])

  const again = await launch()
  const after = await again.mainWindow()
  const status = await until(
    () => call(after, 'status.get', {}).catch(() => null),
    30_000,
    'waiting for the broker',
  )
  expect(status.state).toBe('paused')
  expect((await sallyport(['log', 'verify'])).code).toBe(0)
})

test('the shell killed, its broker and all below it end too, and the next start works', async ({
  launch,
  sallyport,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  await brokerAnswers(page)
  const below = brokersBelow(app.processes())
  await app.crash()
  await until(() => below.every((pid) => commandLine(pid).length === 0), 30_000, 'ending the broker')
  expect((await sallyport(['status'])).code).toBe(3)
  const again = await launch()
  await again.mainWindow()
  await until(async () => (await sallyport(['status'])).code === 0, 30_000, 'starting again')
})

test('closing the window hides it where a tray can bring it back, and says so', async ({
  launch,
  tray,
  notifications,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  await tray.read()
  await brokerAnswers(page)
  const visible = () =>
    app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().some((window) => window.getTitle() === 'Sallyport' && window.isVisible()),
    )
  await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .find((window) => window.webContents.getURL().endsWith('/index.html') && window.isVisible())
      ?.close(),
  )
  await until(async () => !(await visible()), 30_000, 'hiding the window')
  await notifications.find('keeps running')
  await tray.click('Open Sallyport')
  await until(visible, 30_000, 'showing the window')
})

test('closing the window where no tray could bring it back quits', async ({ launch }) => {
  const app = await launch()
  const page = await app.mainWindow()
  await brokerAnswers(page)
  const ended = new Promise((resolve) => app.electron.process().once('exit', resolve))
  await app.electron
    .evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find((window) => window.isVisible())
        ?.close(),
    )
    .catch(() => {})
  await withLimit(ended, 30_000, 'quitting')
})

test('a tray that comes later gets the icon', async ({ launch, desktop }) => {
  const app = await launch()
  const page = await app.mainWindow()
  await brokerAnswers(page)
  const late = await startTrayHost(desktop.busAddress)
  expect((await late.read()).tooltip).toContain('Sallyport')
  late.close()
  const later = await startTrayHost(desktop.busAddress)
  expect((await later.read()).menu.map(({ label }) => label)).toContain('Stop everything')
  later.close()
})

test('the record of one who only uses the terminal verifies from the first use on', async ({ sallyport }) => {
  for (let n = 0; n < 3; n++) {
    expect((await sallyport(['log', 'search', 'anything'])).code).toBe(0)
    const { code, output } = await sallyport(['log', 'verify', '--json'])
    expect(JSON.parse(output)).toMatchObject({ ok: true, firstBad: null })
    expect(code).toBe(0)
  }
})

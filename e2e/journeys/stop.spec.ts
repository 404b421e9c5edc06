import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from '@playwright/test'
import type { Result } from '../../contract/broker-api.ts'
import { brokerAnswers, call, makeAgent, startRun } from '../harness/agent.ts'
import type { RunningApp } from '../harness/app.ts'
import type { CommandLine } from '../harness/command-line.ts'
import type { Desktop } from '../harness/desktop.ts'
import { installTool } from '../harness/install-tool.ts'
import { expect, test } from '../harness/test.ts'
import { until } from '../harness/time-limit.ts'
import type { TrayHost } from '../harness/tray-host.ts'

interface Hand {
  app: RunningApp
  page: Page
  desktop: Desktop
  tray: TrayHost
  sallyport: CommandLine
}
const WAYS: Record<string, (hand: Hand) => Promise<unknown>> = {
  'the window': ({ page }) => page.getByRole('button', { name: 'Stop everything' }).click(),
  'the tray': ({ tray }) => tray.click(/stop everything/i),
  'the shortcut': ({ desktop }) => desktop.pressKeys('ctrl+alt+shift+s'),
  'the command line': async ({ sallyport }) => expect((await sallyport(['stop', '--json'])).code).toBe(0),
}

for (const [way, stop] of Object.entries(WAYS)) {
  test(`stop from ${way} ends a tool that loops for ever and one that writes for ever`, async ({
    launch,
    desktop,
    tray,
    modelServer,
    sallyport,
  }) => {
    const folder = path.join(desktop.home, 'work')
    const file = path.join(folder, 'scribble.txt')
    await mkdir(folder)
    await installTool(desktop, 'spinner')
    const app = await launch()
    const page = await app.mainWindow()
    const agent = await makeAgent(page, modelServer, {
      folders: [{ path: folder, write: 'allow' }],
      tools: ['spinner'],
    })
    modelServer.says((request) => ({
      toolCalls: JSON.stringify(request.messages).includes('Spin now')
        ? [{ name: 'spinner__spin', input: {} }]
        : [{ name: 'spinner__scribble', input: { file } }],
    }))
    const spin = await startRun(page, agent, 'Spin now')
    // Another agent: two runs of one agent share a tool's process, and the loop would keep it.
    const writer = await makeAgent(page, modelServer, {
      name: 'Writer',
      folders: [{ path: folder, write: 'allow' }],
      tools: ['spinner'],
    })
    const scribble = await startRun(page, writer, `Write to ${file}`)
    await until(
      () =>
        stat(file)
          .then((found) => found.size > 20)
          .catch(() => false),
      20_000,
      'waiting for the scribble',
    )

    await stop({ app, page, desktop, tray, sallyport })
    await until(async () => (await call(page, 'status.get', {})).stop.stopped, 30_000, 'waiting for Stop')
    const { receipt } = await until(
      async () => {
        const { stop: state } = await call(page, 'status.get', {})
        return state.receipt ? state : null
      },
      30_000,
      'waiting for the receipt',
    )
    const size = (await stat(file)).size
    expect(receipt?.runs).toBe(2)
    expect(receipt?.survivors).toEqual([])
    for (const id of [spin, scribble]) expect((await call(page, 'runs.get', { id })).state).toBe('stopped')
    await expect(page.getByText(/everything is stopped|stopped/i).first()).toBeVisible()

    // Nothing starts, nothing is written, until a person resumes; also not after a restart.
    await expect(startRun(page, agent, 'Again')).rejects.toThrow()
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect((await stat(file)).size).toBe(size)
    if (way !== 'the window') return
    await app.close()
    const again = await launch()
    const after = await again.mainWindow()
    await until(
      () =>
        call(after, 'status.get', {})
          .then((status) => status.stop.stopped)
          .catch(() => false),
      20_000,
      'waiting for the second start',
    )
    await after
      .getByRole('button', { name: /^resume/i })
      .first()
      .click()
    await after
      .getByRole('dialog')
      .or(after.getByRole('alertdialog'))
      .getByRole('button', { name: /resume/i })
      .click()
    await until(async () => !(await call(after, 'status.get', {})).stop.stopped, 30_000, 'waiting for resume')
    modelServer.says([{ text: 'Back.' }])
    await startRun(after, agent, 'Say hello')
  })
}

test('stop from the tray works while the window hangs', async ({
  launch,
  desktop,
  tray,
  modelServer,
  sallyport,
}) => {
  const folder = path.join(desktop.home, 'work')
  const file = path.join(folder, 'scribble.txt')
  await mkdir(folder)
  await installTool(desktop, 'spinner')
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, {
    folders: [{ path: folder, write: 'allow' }],
    tools: ['spinner'],
  })
  modelServer.says(() => ({ toolCalls: [{ name: 'spinner__scribble', input: { file } }] }))
  await startRun(page, agent, `Write to ${file}`)
  const size = () =>
    stat(file)
      .then((found) => found.size)
      .catch(() => 0)
  await until(async () => (await size()) > 20, 20_000, 'waiting for the scribble')
  // The page never comes back from this; nothing of it is asked for any more.
  page
    .evaluate(() => {
      for (;;);
    })
    .catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 300))
  const before = await size()
  await until(
    async () => (await size()) > before,
    30_000,
    'seeing that the tool goes on beside a page that hangs',
  )

  const pressed = Date.now()
  await tray.click(/stop everything/i)
  const status = async () =>
    JSON.parse((await sallyport(['status', '--json'])).output) as Result<'status.get'>
  const { receipt } = await until(
    async () => {
      const { stop: state } = await status()
      return state.receipt ? state : null
    },
    30_000,
    'waiting for the receipt',
  )
  expect(receipt).toMatchObject({ scope: 'all', runs: 1, survivors: [] })
  expect((await stat(file)).mtimeMs - pressed).toBeLessThan(5_000)
  const after = await size()
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(await size()).toBe(after)
})

test('a drill stops for real and is on record as one', async ({ launch, sallyport }) => {
  const app = await launch()
  const page = await app.mainWindow()
  await brokerAnswers(page)
  const { code, output } = await sallyport(['stop', '--drill', '--json'])
  expect(code, output).toBe(0)
  expect(JSON.parse(output)).toMatchObject({ drill: true, scope: 'all', survivors: [] })
  await expect(page.getByRole('region', { name: 'Everything is stopped' })).toBeVisible()
  const found = await sallyport(['log', 'search', 'Drill', '--json'])
  const { rows } = JSON.parse(found.output) as Result<'activity.query'>
  expect(rows.map(({ subject }) => subject).join()).toMatch(/Drill: stopped everything in \d+ ms/)
  expect((await sallyport(['resume'])).code).toBe(0)
  await expect(page.getByRole('region', { name: 'Everything is stopped' })).toBeHidden()
})

test('a drill from Settings ends everything, says how fast, and is on record as a drill', async ({
  launch,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  await brokerAnswers(page)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Hold a drill' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stop everything' }).click()
  const banner = page.getByRole('region', { name: 'Everything is stopped' })
  await expect(banner).toContainText(/A drill\. .* in \d+ ms/)
  const { rows } = await call(page, 'activity.query', { kinds: ['stop'] })
  expect(rows.map(({ subject }) => subject).join()).toContain('Drill: stopped everything')
  await expect(page.getByRole('button', { name: 'Hold a drill' })).toBeDisabled()
})

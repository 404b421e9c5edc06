/** The tray, really clicked over D-Bus: it says what state everything is in, and pauses and resumes. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { call, makeAgent, runEnded, startRun } from '../harness/agent.ts'
import { nextQuestion } from '../harness/question.ts'
import { expect, test } from '../harness/test.ts'
import { until } from '../harness/time-limit.ts'

test('pause and resume from the tray: what an agent asked for waits, and nothing is lost', async ({
  launch,
  desktop,
  tray,
  modelServer,
}) => {
  const folder = path.join(desktop.home, 'work')
  await mkdir(folder)
  await writeFile(path.join(folder, 'a.txt'), 'first')
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, { name: 'Reader', folders: [{ path: folder }] })
  await expect.poll(async () => (await tray.read()).tooltip).toContain('nothing is running')

  await tray.click('Pause all')
  await expect.poll(async () => (await tray.read()).tooltip).toContain('paused')
  modelServer.says([
    { toolCalls: [{ name: 'files__read', input: { path: path.join(folder, 'a.txt') } }] },
    { text: 'I have read it.' },
  ])
  const run = await startRun(page, agent, 'Read a.txt')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect((await call(page, 'runs.get', { id: run })).endedAt).toBeNull()
  expect((await call(page, 'activity.query', { runId: run, capability: 'fs.read' })).rows).toEqual([])

  await tray.click('Resume all')
  expect(await runEnded(page, run)).toMatchObject({ state: 'done' })
  expect(
    (await call(page, 'activity.query', { runId: run, capability: 'fs.read' })).rows.length,
  ).toBeGreaterThan(0)
})

test('one agent is paused by name while the others go on', async ({ launch, tray, modelServer }) => {
  const app = await launch()
  const page = await app.mainWindow()
  const one = await makeAgent(page, modelServer, { name: 'One' })
  const two = await makeAgent(page, modelServer, { name: 'Two' })
  await tray.click('Pause One')
  await until(
    async () => (await call(page, 'status.get', {})).stop.pausedAgents.includes(one),
    30_000,
    'pausing one agent',
  )
  modelServer.says([{ text: 'Here.' }])
  expect(await runEnded(page, await startRun(page, two, 'Say hello'))).toMatchObject({ state: 'done' })
  await tray.click('Resume One')
  await until(
    async () => (await call(page, 'status.get', {})).stop.pausedAgents.length === 0,
    30_000,
    'resuming it',
  )
})

test('a question shows in the tray and as a notification while the window is hidden, and is answered in its own window', async ({
  launch,
  desktop,
  tray,
  notifications,
  modelServer,
}) => {
  const folder = path.join(desktop.home, 'work')
  await mkdir(folder)
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, { folders: [{ path: folder, write: 'ask' }] })
  await app.electron.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) window.hide()
  })
  modelServer.says([
    { toolCalls: [{ name: 'files__write', input: { path: path.join(folder, 'b.txt'), text: 'b' } }] },
    { text: 'Done.' },
  ])
  const run = await startRun(page, agent, 'Write b.txt')
  await expect.poll(async () => (await tray.read()).tooltip).toContain('1 question waits')
  const note = await notifications.find('An agent asks')
  expect(note.actions.join(' ')).not.toMatch(/allow|deny/i)
  const consent = () =>
    app.electron.evaluate(({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows().find((each) =>
        each.webContents.getURL().includes('consent-window'),
      )
      return { visible: window?.isVisible() ?? false, onTop: window?.isAlwaysOnTop() ?? false }
    })
  await expect.poll(consent).toEqual({ visible: true, onTop: true })
  await (await nextQuestion(app)).allow('once')
  expect(await runEnded(page, run)).toMatchObject({ state: 'done' })
  await expect.poll(async () => (await consent()).visible).toBe(false)
  await expect.poll(async () => (await tray.read()).tooltip).toContain('nothing is running')
})

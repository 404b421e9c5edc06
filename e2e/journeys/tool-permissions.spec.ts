/** Granting and denying tool by tool: on the Tools page and on the terminal, for every agent, from the next request on. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { call, makeAgent, runEnded, startRun } from '../harness/agent.ts'
import { nextQuestion } from '../harness/question.ts'
import { expect, test } from '../harness/test.ts'

test('a tool is denied one kind of thing, asks before it, and is back at the rules', async ({
  launch,
  desktop,
  sallyport,
  modelServer,
}, testInfo) => {
  const folder = path.join(desktop.home, 'work')
  await mkdir(folder)
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, {
    folders: [{ path: folder, read: 'allow', write: 'allow' }],
  })
  const writes = async (name: string) => {
    const file = `${folder}/${name}`
    modelServer.says([
      { toolCalls: [{ name: 'files__write', input: { path: file, text: 'here' } }] },
      { text: 'Done.' },
    ])
    return { file, run: await startRun(page, agent, `Write ${name}`) }
  }
  await page.getByRole('link', { name: 'Tools' }).first().click()
  await page
    .getByRole('navigation', { name: 'Tools' })
    .getByRole('link', { name: /^Files/ })
    .click()
  const choice = page.getByRole('radiogroup', { name: /^Create, change and move files/ })
  await expect(choice.getByRole('radio', { name: 'By the rules' })).toBeChecked()
  await choice.getByRole('radio', { name: 'Never' }).click()
  await expect(choice.getByRole('radio', { name: 'Never' })).toBeChecked()
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.screenshot({ path: testInfo.outputPath(`tools-${scheme}.png`) })
  }

  const denied = await writes('denied.txt')
  const ended = await runEnded(page, denied.run)
  expect(existsSync(denied.file)).toBe(false)
  expect(JSON.stringify(ended.items)).toContain('The Tools page changes that')
  expect(JSON.stringify(modelServer.requests.at(-1)?.messages)).toContain('never does this')

  expect((await sallyport(['tool', 'set', 'files', 'fs.write', 'ask'])).code).toBe(0)
  await expect(choice.getByRole('radio', { name: 'Ask first' })).toBeChecked()
  const asked = await writes('asked.txt')
  const question = await nextQuestion(app)
  expect(await question.title()).toContain('asked.txt')
  await question.allow('once')
  await runEnded(page, asked.run)
  expect(existsSync(asked.file)).toBe(true)

  await choice.getByRole('radio', { name: 'By the rules' }).click()
  await expect(choice.getByRole('radio', { name: 'By the rules' })).toBeChecked()
  const silent = await writes('silent.txt')
  await runEnded(page, silent.run)
  expect(existsSync(silent.file)).toBe(true)
  expect((await sallyport(['tool', 'set', 'files', 'fs.write', 'allow'])).code).not.toBe(0)
  const { rows } = await call(page, 'activity.query', { kinds: ['settings'], limit: 10 })
  expect(rows.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining([
      'Set for the tool files: fs.write never',
      'Set for the tool files: fs.write asks first',
    ]),
  )
})

test('a paused tool is held: what it is asked for waits, and is done when the person lets it go on', async ({
  launch,
  desktop,
  sallyport,
  modelServer,
}, testInfo) => {
  const folder = path.join(desktop.home, 'work')
  await mkdir(folder)
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, {
    folders: [{ path: folder, read: 'allow', write: 'allow' }],
  })
  const tools = page.getByRole('navigation', { name: 'Tools' })
  await page.getByRole('link', { name: 'Tools' }).first().click()
  await tools.getByRole('link', { name: /^Files/ }).click()
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await expect(page.getByText('What it is asked for waits')).toBeVisible()
  await expect(tools.getByRole('link', { name: /^Files/ })).toContainText('Paused')
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.screenshot({ path: testInfo.outputPath(`paused-${scheme}.png`) })
  }

  const file = `${folder}/later.txt`
  modelServer.says([
    { toolCalls: [{ name: 'files__write', input: { path: file, text: 'here' } }] },
    { text: 'Done.' },
  ])
  const run = await startRun(page, agent, 'Write later.txt')
  await expect.poll(() => modelServer.requests.length).toBe(1)
  await page.waitForTimeout(1_500)
  expect(existsSync(file)).toBe(false)
  expect(modelServer.requests.length).toBe(1)

  expect((await sallyport(['tool', 'resume', 'files'])).code).toBe(0)
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible()
  await runEnded(page, run)
  expect(existsSync(file)).toBe(true)
})

/** As a newcomer does it, all by hand in the window: an agent of one's own, a task, a question about a command, the end. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { makeAgent } from '../harness/agent.ts'
import { nextQuestion } from '../harness/question.ts'
import { expect, test } from '../harness/test.ts'

test('an agent made in the form runs a program after one question, and its reach is drawn as it was set', async ({
  launch,
  folder,
  modelServer,
}, testInfo) => {
  await writeFile(path.join(folder, 'a.txt'), 'first\nsecond\n')
  const app = await launch()
  const page = await app.mainWindow()
  const shoot = async (name: string, shot = page) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await shot.emulateMedia({ colorScheme })
      await shot.screenshot({ path: testInfo.outputPath(`${name}-${colorScheme}.png`) })
    }
  }

  await page.getByRole('link', { name: 'Agents' }).first().click()
  await page
    .getByRole('link', { name: 'New agent' })
    .or(page.getByRole('button', { name: 'New agent' }))
    .first()
    .click()
  await page.getByRole('button', { name: 'Create agent' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Give it a name.' }).first()).toBeVisible()
  await page.getByLabel('Name', { exact: true }).fill('Counter')
  await page.getByLabel('Address', { exact: true }).fill(modelServer.baseUrl)
  await page.getByLabel('Model', { exact: true }).fill(modelServer.modelName)
  await page.getByLabel('Folder path').fill(folder)
  await page.getByLabel('Folder path').press('Enter')
  for (const tool of [/Files/, /Notes/, /Web/])
    await expect(page.getByRole('checkbox', { name: tool })).toBeChecked()
  await expect(page.getByRole('checkbox', { name: /Commands/ })).not.toBeChecked()
  await page.getByLabel('Command', { exact: true }).fill('wc')
  await page.getByLabel('Command', { exact: true }).press('Enter')
  await expect(page.getByRole('checkbox', { name: /Commands/ })).toBeChecked()
  await page.getByLabel('Command', { exact: true }).scrollIntoViewIfNeeded()
  await shoot('form')
  await page.getByRole('button', { name: 'Create agent' }).click()
  await expect(page.getByRole('heading', { name: 'What it can reach, at most' })).toBeVisible()
  await expect(page.getByText(/\bwc\b/).first()).toBeVisible()
  await shoot('reach')

  modelServer.says([
    { toolCalls: [{ name: 'commands__run', input: { argv: ['wc', '-l', 'a.txt'], folder } }] },
    { text: 'It has two lines.' },
  ])
  await page.getByRole('link', { name: 'Runs' }).first().click()
  await page.getByLabel('Agent', { exact: true }).selectOption({ label: 'Counter' })
  await page.getByLabel('Task', { exact: true }).fill(`Count the lines of ${folder}/a.txt`)
  await page.getByLabel('Task', { exact: true }).press('Control+Enter')
  const question = await nextQuestion(app)
  expect(await question.title()).toContain('wc -l a.txt')
  const exact = await question.exact()
  expect(exact).toContain(`Count the lines of ${folder}/a.txt`)
  expect(exact).toMatch(/\bcommands \d+\.\d+\.\d+/)
  await shoot('question', question.page)
  await question.allow('once')
  await expect(page.getByText('It has two lines.')).toBeVisible()
  await shoot('run')
  const told = JSON.stringify(modelServer.requests.at(-1)?.messages.at(-1))
  expect(told).toContain('2 a.txt')
})

test('what an agent can reach is shown whole, also two long names that differ in their last word, and a line leads to each', async ({
  launch,
  modelServer,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  const long = `/srv/${'a folder with a long name/'.repeat(9)}`
  const id = await makeAgent(page, modelServer, {
    folders: [{ path: `${long}one` }, { path: `${long}two` }],
    hosts: [{ host: 'api.example.org' }],
  })
  await page.evaluate((hash) => {
    location.hash = hash
  }, `#/agents/${id}`)
  const map = page.locator('.exposure')
  await expect(map.getByText(`${long}two`)).toBeVisible()
  for (const words of await map.locator('.target, .words').all())
    expect(await words.evaluate((element) => element.scrollHeight - element.clientHeight)).toBeLessThan(2)

  // Where the lines end is where the things stand.
  const middles = await map
    .locator('li:has(.shape) .shape')
    .evaluateAll((shapes) =>
      shapes.map((shape) => shape.getBoundingClientRect()).map(({ top, height }) => top + height / 2),
    )
  const ends = await map.locator('path.allow, path.ask, path.deny').evaluateAll((lines) =>
    lines.map((line) => {
      const path = line as unknown as SVGPathElement
      const { top } = (path.ownerSVGElement as SVGElement).getBoundingClientRect()
      return top + Number(/ C [\d.]+ [\d.]+ [\d.]+ ([\d.]+)/.exec(path.getAttribute('d') ?? '')?.[1])
    }),
  )
  expect(ends).toHaveLength(middles.length)
  for (const [n, middle] of middles.entries()) expect(Math.abs((ends[n] ?? 0) - middle)).toBeLessThan(3)
})

import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { nextQuestion } from '../harness/question.ts'
import { expect, test } from '../harness/test.ts'

test('first start to finished tour: asked once, tidied, the hostile note stopped, all of it on record', async ({
  launch,
  desktop,
  sallyport,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  await page.getByRole('button', { name: /take the tour/i }).click()

  const question = await nextQuestion(app)
  expect(await question.title()).toMatch(/^Move \d+ items/)
  expect(await question.exact()).toContain('invoice-0311.html')
  await question.allow('once')

  await expect(page.getByText('Done', { exact: true }).first()).toBeVisible()
  await expect(page.getByText(/paste\.example\.net/).first()).toBeVisible()
  await expect(
    page
      .locator('.run-state, [class*="mark"]')
      .getByText(/denied|refused/i)
      .first(),
  ).toBeVisible({ timeout: 20_000 })
  await expect
    .poll(async () => (await sallyport(['status', '--json'])).output, { timeout: 20_000 })
    .toContain('"runsActive":0')
  // Who reads along at the end sees the end, with what can be done now.
  await expect(page.getByRole('button', { name: 'Show in activity' })).toBeInViewport({ ratio: 1 })

  const tour = path.join(desktop.home, 'Sallyport tour')
  expect(existsSync(path.join(tour, 'invoice-0311.html'))).toBe(false)
  const summary = await readFile(path.join(tour, 'What happened.md'), 'utf8')
  expect(summary.length).toBeGreaterThan(50)
  expect((await readdir(tour)).length).toBeGreaterThan(2)

  const verified = await sallyport(['log', 'verify', '--json'])
  expect(verified.code, verified.output).toBe(0)
  expect(JSON.parse(verified.output)).toMatchObject({ ok: true })

  // What undo would do is shown where the person looks, also from the end of a long run, and again when it was left.
  const panel = page.getByRole('region', { name: 'Undo' })
  for (const _ of ['first', 'again']) {
    await page.locator('.page').evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await page.getByRole('button', { name: /^Undo \d+ changes/ }).click()
    await expect(panel.getByRole('button', { name: /^Put back \d+ changes/ })).toBeInViewport({ ratio: 1 })
    await expect(panel).toBeFocused()
  }
  await panel.getByRole('button', { name: /^Put back \d+ changes/ }).click()
  await expect(panel.getByRole('button', { name: 'Nothing to put back' })).toBeInViewport({ ratio: 1 })
  expect(await readdir(tour)).toContain('invoice-0311.html')
})

test('the tour goes on to its end when the person says no', async ({ launch, desktop }) => {
  const app = await launch()
  const page = await app.mainWindow()
  await page.getByRole('button', { name: /take the tour/i }).click()
  const question = await nextQuestion(app)
  await question.deny()
  await expect
    .poll(() => existsSync(path.join(desktop.home, 'Sallyport tour', 'What happened.md')), {
      timeout: 20_000,
    })
    .toBe(true)
  expect(existsSync(path.join(desktop.home, 'Sallyport tour', 'invoice-0311.html'))).toBe(true)
})

import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { brokerAnswers } from '../harness/agent.ts'
import { nextQuestion } from '../harness/question.ts'
import { expect, test } from '../harness/test.ts'

const PAGES = [
  'home',
  'runs',
  'agents',
  'tools',
  'permissions',
  'activity',
  'secrets',
  'readiness',
  'settings',
]

/** WCAG 2.2 A and AA, as far as a machine can see. */
async function faults(page: Page) {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze()
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ target }) => target.join(' '))
        .slice(0, 3)
        .join(', ')}`,
  )
}

test('every page and the question can be used without a mouse and without seeing, light and dark', async ({
  launch,
}) => {
  // Twenty audits, each some seconds of computing on a busy machine.
  test.setTimeout(300_000)
  const app = await launch()
  const page = await app.mainWindow()
  await brokerAnswers(page)
  await page.getByRole('button', { name: /take the tour/i }).click()
  const question = await nextQuestion(app)
  for (const colorScheme of ['light', 'dark'] as const) {
    await question.page.emulateMedia({ colorScheme })
    expect(await faults(question.page), `the question, ${colorScheme}`).toEqual([])
  }
  expect(await question.page.evaluate(() => document.activeElement?.getAttribute('data-control'))).toBe(
    'deny',
  )
  await question.page.keyboard.press('Escape')

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const name of PAGES) {
      await page.evaluate((hash) => {
        location.hash = hash
      }, `#/${name}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForTimeout(400)
      expect(await faults(page), `${name}, ${colorScheme}`).toEqual([])
    }
  }
})

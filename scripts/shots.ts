/**
 * Pictures of the real app for the README and for looking at: each page, light and dark, while the guided tour asks
 * and after it. `npm run shots` writes docs/img/; `npm run shots -- FOLDER` writes elsewhere.
 */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import type { Page } from '@playwright/test'
import { call, runEnded } from '../e2e/harness/agent.ts'
import { launchApp } from '../e2e/harness/app.ts'
import { startDesktop } from '../e2e/harness/desktop.ts'
import { nextQuestion } from '../e2e/harness/question.ts'
import { until } from '../e2e/harness/time-limit.ts'

const folder = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../docs/img'))
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
/** Long enough for fonts, transitions and the 500 ms before a yes. */
const SETTLE_MS = 900

await mkdir(folder, { recursive: true })
const desktop = await startDesktop()
const app = await launchApp(desktop)
try {
  const page = await app.mainWindow()
  await until(() => call(page, 'status.get', {}).catch(() => null), 15_000, 'waiting for the broker')
  await inBothThemes(page, 'first-start')

  await page.getByRole('button', { name: /take the tour/i }).click()
  const question = await nextQuestion(app)
  await inBothThemes(question.page, 'consent')
  await inBothThemes(page, 'run-asking')
  await question.allow('once')
  const run = await until(
    async () => (await call(page, 'runs.list', {})).runs[0],
    5_000,
    'waiting for the run',
  )
  await runEnded(page, run.id)
  await inBothThemes(page, 'run')

  await call(page, 'secrets.add', {
    rules: { name: 'mail-token', bindings: [{ host: 'imap.example.org' }] },
    value: 'made-up-for-the-picture',
  })
  for (const name of PAGES) {
    await page.evaluate((hash) => {
      location.hash = hash
    }, `#/${name}`)
    await inBothThemes(page, name)
  }
  await page.getByRole('button', { name: 'Stop everything' }).click()
  await until(async () => (await call(page, 'status.get', {})).stop.stopped, 5_000, 'waiting for Stop')
  await inBothThemes(page, 'stopped')
  process.stdout.write(`Pictures are in ${folder}\n`)
} finally {
  await app.close()
  await desktop.stop()
}

async function inBothThemes(pictured: Page, name: string) {
  for (const close of await pictured.locator('.toast').getByRole('button', { name: 'Close' }).all())
    await close.click()
  for (const theme of ['light', 'dark'] as const) {
    await pictured.emulateMedia({ colorScheme: theme })
    await pictured.waitForTimeout(SETTLE_MS)
    await pictured.screenshot({ path: path.join(folder, `${name}-${theme}.png`) })
  }
}

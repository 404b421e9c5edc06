/** The consent window as a person uses it: waits for a question, reads it, chooses, answers. */
import { expect, type Page } from '@playwright/test'
import type { RunningApp } from './app.ts'
import { until } from './time-limit.ts'

export interface AskedQuestion {
  page: Page
  title(): Promise<string>
  exact(): Promise<string>
  deny(): Promise<void>
  /** Waits until Allow is live, then clicks or holds it. */
  allow(scope?: 'once' | 'run' | 'hour' | 'today' | 'always'): Promise<void>
}

/** The next question on screen. */
export async function nextQuestion(
  app: Pick<RunningApp, 'consentWindow'>,
  limitMs = 30_000,
): Promise<AskedQuestion> {
  // The window may be made anew while one waits: each try looks for the one that is there now.
  const page = await until(
    async () => {
      const found = await app.consentWindow(limitMs)
      const asks = await found
        .getByRole('alertdialog')
        .waitFor({ timeout: 2_000 })
        .then(() => true)
        .catch(() => false)
      return asks ? found : null
    },
    limitMs,
    'waiting for a question',
  )
  const title = () =>
    page
      .locator('#question')
      .innerText()
      .then((text) => text.replaceAll(/\s+/g, ' '))
  const asked = await title()
  const gone = (timeout = 10_000) =>
    expect
      .poll(async () => ((await page.getByRole('alertdialog').count()) === 0 ? '' : await title()), {
        timeout,
      })
      .not.toBe(asked)
  // A press that began just as the window was laid out anew counts for nothing, and is made again, as a person would.
  const pressAllow = async (tries: number): Promise<void> => {
    const allow = page.locator('[data-control="allow"]')
    await expect(allow).toHaveAttribute('aria-disabled', 'false', { timeout: 10_000 })
    const hold = (await allow.innerText()).startsWith('Hold')
    await allow.click(hold ? { delay: 3_000 } : {})
    if (tries === 1) return gone()
    await gone(3_000).catch(() => pressAllow(tries - 1))
  }
  return {
    page,
    title,
    exact: () => page.getByRole('alertdialog').innerText(),
    async deny() {
      await page.locator('[data-control="deny"]').click()
      await gone()
    },
    async allow(scope = 'once') {
      // What can only ever be given once (a secret) leaves no choice.
      const choice = page.locator(`[data-control="scope-${scope}"]`)
      if (scope !== 'once' || (await choice.count()) > 0) await choice.check({ force: true })
      // Everything must have been in sight, to its end.
      await page.evaluate(() => {
        for (const box of document.querySelectorAll('*'))
          if (box.scrollHeight > box.clientHeight) box.scrollTop = box.scrollHeight
      })
      await pressAllow(3)
    },
  }
}

/** The consent window as a person uses it: waits for a question, reads it, chooses, answers. */
import { expect, type Page } from '@playwright/test'
import type { RunningApp } from './app.ts'
import { until } from './time-limit.ts'

const LIMIT_MS = 30_000

export interface AskedQuestion {
  page: Page
  title(): Promise<string>
  exact(): Promise<string>
  deny(): Promise<void>
  /** Waits until Allow is live, then clicks or holds it. */
  allow(scope?: 'once' | 'run' | 'hour' | 'today' | 'always'): Promise<void>
}

/**
 * The next question on screen.
 * @param about part of its title: of two questions that follow each other without an answer by this hand, the first may
 *   still be there for a moment
 */
export async function nextQuestion(
  app: Pick<RunningApp, 'consentWindow'>,
  about = '',
): Promise<AskedQuestion> {
  // The window may be made anew while one waits: each try looks for the one that is there now.
  const page = await until(
    async () => {
      const found = await app.consentWindow(LIMIT_MS)
      const asks = await found
        .getByRole('alertdialog')
        .filter({ hasText: about })
        .waitFor({ timeout: 2_000 })
        .then(() => true)
        .catch(() => false)
      return asks ? found : null
    },
    LIMIT_MS,
    `waiting for a question ${about}`,
  )
  // Waits for nothing: a question may go between two looks, and then there is no title to wait for.
  const title = async () =>
    (await page.locator('#question').allInnerTexts()).join(' ').replaceAll(/\s+/g, ' ')
  const asked = await title()
  const isGone = async () => page.isClosed() || (await title()) !== asked
  const gone = (timeout = LIMIT_MS) => expect.poll(isGone, { timeout }).toBe(true)
  // A press that began just as the window was laid out anew counts for nothing, and is made again, as a person would.
  const pressAllow = async (tries: number): Promise<void> => {
    const allow = page.locator('[data-control="allow"]')
    const live = allow.and(page.locator('[aria-disabled="false"]'))
    await expect
      .poll(async () => (await isGone()) || (await live.count()) > 0, { timeout: LIMIT_MS })
      .toBe(true)
    const words = (await allow.allInnerTexts()).join()
    if (await isGone()) return
    await allow.click(words.startsWith('Hold') ? { delay: 3_000 } : {})
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

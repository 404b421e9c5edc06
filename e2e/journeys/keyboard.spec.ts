/** The whole app by keyboard: each page is reached, each control on it met, and no dialog loses the focus or keeps it. */
import type { Page } from '@playwright/test'
import { brokerAnswers, call } from '../harness/agent.ts'
import { expect, test } from '../harness/test.ts'

const PAGES = [
  'Home',
  'Runs',
  'Agents',
  'Tools',
  'Permissions',
  'Activity',
  'Secrets',
  'Readiness',
  'Settings',
]
/** More than any page has controls. */
const MOST_TABS = 150

/** Gives each control that Tab must meet a number, and tells of those that were not met. */
const numberControls = (page: Page) =>
  page.evaluate(() => {
    const wanted = 'a[href], button, input, select, textarea, summary, [tabindex="0"]'
    let count = 0
    for (const each of document.querySelectorAll<HTMLElement>(wanted)) {
      const { disabled } = each as HTMLButtonElement
      if (disabled || each.tabIndex < 0 || !each.checkVisibility()) continue
      // A group whose arrows lead from one to the next is met by one of them.
      if (each.matches('[role="radiogroup"], [role="group"], [role="tablist"]')) continue
      // Of a group of radio buttons the chosen one is met; arrows lead to the others.
      if (each instanceof HTMLInputElement && each.type === 'radio' && !each.checked) continue
      each.dataset.number = String(count++)
    }
    return count
  })

/** What has the focus: its number and name, and whether one sees that it has it. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const now = document.activeElement as HTMLElement | null
    if (!now || now === document.body) return null
    let marked = false
    for (let at: HTMLElement | null = now; at && !marked; at = at.parentElement) {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at)
      marked = (outlineStyle !== 'none' && outlineWidth !== '0px') || (at === now && boxShadow !== 'none')
      if (at !== now && !at.matches(':focus-within')) break
    }
    // A switch or a choice shows it on what is drawn beside the control.
    const drawn = now.parentElement?.querySelectorAll<HTMLElement>('*') ?? []
    const beside = [...drawn].some((each) => getComputedStyle(each).outlineStyle !== 'none')
    const name = now.getAttribute('aria-label') ?? now.innerText ?? ''
    return {
      number: now.dataset.number ?? null,
      seen: marked || beside,
      name: name.slice(0, 40),
      tag: now.tagName,
    }
  })

async function tabTo(page: Page, name: string): Promise<void> {
  for (let times = 0; times < MOST_TABS; times++) {
    await page.keyboard.press('Tab')
    if ((await focused(page))?.name.startsWith(name)) return
  }
  throw new Error(`Tab never came to ${name}`)
}

test('each page is reached by keyboard, each of its controls is met with the focus in sight, and none keeps it', async ({
  launch,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  await brokerAnswers(page)
  await call(page, 'secrets.add', {
    rules: { name: 'mail-token', bindings: [{ host: 'imap.example.org' }] },
    value: 'a-value-of-no-use',
  })
  for (const name of PAGES) {
    await tabTo(page, name)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
    await page.waitForTimeout(300)
    const count = await numberControls(page)
    const met = new Set<string>()
    const unseen = new Set<string>()
    for (let times = 0; times < count + 15; times++) {
      await page.keyboard.press('Tab')
      const now = await focused(page)
      if (now?.number) met.add(now.number)
      if (now && !now.seen) unseen.add(`${now.tag} ${now.name}`)
    }
    expect([...unseen], `${name}: the focus is not seen on`).toEqual([])
    const missed = await page.evaluate(
      (numbers) =>
        [...document.querySelectorAll<HTMLElement>('[data-number]')]
          .filter((each) => !numbers.includes(each.dataset.number ?? ''))
          .map((each) => `${each.tagName} ${each.getAttribute('aria-label') ?? each.innerText}`.slice(0, 60)),
      [...met],
    )
    expect(missed, `${name}: Tab does not meet`).toEqual([])
  }
})

test('a dialog holds the focus while it is open, Escape closes it, and the focus is where it was', async ({
  launch,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  await brokerAnswers(page)
  await call(page, 'secrets.add', {
    rules: { name: 'mail-token', bindings: [{ host: 'imap.example.org' }] },
    value: 'a-value-of-no-use',
  })
  await tabTo(page, 'Secrets')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'))
  const holds = () => dialog.evaluate((each) => each.contains(document.activeElement))
  const walk = async () => {
    await expect(dialog).toBeVisible()
    await expect.poll(holds).toBe(true)
    for (let times = 0; times < 25; times++) {
      await page.keyboard.press('Tab')
      expect(await holds(), 'the focus left the dialog').toBe(true)
    }
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
  }
  await tabTo(page, 'Add a secret')
  await page.keyboard.press('Enter')
  await walk()
  await expect.poll(async () => (await focused(page))?.name).toBe('Add a secret')
  for (const item of ['Hosts', 'Rotate', 'Revoke', 'Delete']) {
    await tabTo(page, 'More for mail-token')
    await page.keyboard.press('Enter')
    const entry = page.getByRole('menuitem', { name: item })
    await expect(entry).toBeVisible()
    for (
      let times = 0;
      times < 6 && !(await entry.evaluate((each) => each === document.activeElement));
      times++
    )
      await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await walk()
    await expect
      .poll(async () => (await focused(page))?.name, { message: item, timeout: 5_000 })
      .toBe('More for mail-token')
  }
})

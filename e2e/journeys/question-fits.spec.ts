/** The consent window on small screens and with large text: whole on the screen, its buttons always in sight. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { makeAgent, startRun } from '../harness/agent.ts'
import type { RunningApp } from '../harness/app.ts'
import type { Desktop } from '../harness/desktop.ts'
import type { ModelServer } from '../harness/model-server.ts'
import { type AskedQuestion, nextQuestion } from '../harness/question.ts'
import { expect, test } from '../harness/test.ts'

/** How far the window reaches beyond the screen, in pixels; 0 when it is whole on it. */
function beyondScreen({ electron }: RunningApp): Promise<number> {
  return electron.evaluate(({ BrowserWindow, screen }) => {
    const asking = BrowserWindow.getAllWindows().find((each) =>
      each.webContents.getURL().includes('consent-window'),
    )
    if (!asking) return Number.POSITIVE_INFINITY
    const { x, y } = asking.getBounds()
    const [width = 0, height = 0] = asking.getContentSize()
    const { workArea } = screen.getDisplayMatching(asking.getBounds())
    return Math.max(
      0,
      x + width - workArea.x - workArea.width,
      y + height - workArea.y - workArea.height,
      workArea.x - x,
      workArea.y - y,
    )
  })
}

async function fits(app: RunningApp, { page }: AskedQuestion): Promise<void> {
  // What grows is laid out, measured and placed within a few frames.
  await page.waitForTimeout(500)
  await expect.poll(() => beyondScreen(app)).toBe(0)
  for (const name of ['deny', 'deny-pause', 'allow'])
    await expect(page.locator(`[data-control="${name}"]`)).toBeInViewport({ ratio: 1 })
}

/** A short question is on the screen, and a long one waits behind it. */
async function askTwice(app: RunningApp, desktop: Desktop, modelServer: ModelServer): Promise<AskedQuestion> {
  const folder = path.join(desktop.home, 'work')
  await mkdir(folder)
  const text = 'a line of text, long enough to be seen\n'.repeat(40)
  const calls = {
    short: { name: 'files__makeFolder', input: { path: `${folder}/new` } },
    long: { name: 'files__write', input: { path: `${folder}/${'deeper/'.repeat(60)}/a.txt`, text } },
  }
  modelServer.says(({ messages }) => {
    const asked = messages.at(-1)
    if (asked?.role !== 'user') return { text: 'Done.' }
    return { toolCalls: [JSON.stringify(asked.content).includes('short') ? calls.short : calls.long] }
  })
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, { folders: [{ path: folder }] })
  await startRun(page, agent, 'Take the short one')
  const question = await nextQuestion(app, 'new')
  await startRun(page, agent, `Take the other one, ${'and say what came of it '.repeat(12)}`)
  await expect(question.page.getByText('1 other question after this one.')).toBeVisible()
  return question
}

test('a question that grows where it stands, or is followed by a longer one, stays whole on the screen', async ({
  launch,
  desktop,
  modelServer,
}) => {
  const app = await launch()
  const question = await askTwice(app, desktop, modelServer)
  await fits(app, question)
  // The ladder opens below the choice.
  await question.page.locator('[data-control="scope-always"]').check({ force: true })
  await fits(app, question)
  await question.deny()
  await fits(app, await nextQuestion(app, 'a.txt'))
})

test.describe('on a small screen', () => {
  test.use({ display: '1024x640' })

  test('a question is whole too, and where the text is larger in the pages, a line of it holds as much', async ({
    launch,
    desktop,
    modelServer,
  }) => {
    const app = await launch()
    const question = await askTwice(app, desktop, modelServer)
    await fits(app, question)
    await app.electron.evaluate(({ BrowserWindow }) => {
      for (const each of BrowserWindow.getAllWindows())
        if (!each.webContents.getURL().includes('consent-window')) each.webContents.setZoomFactor(1.5)
    })
    await expect.poll(() => question.page.evaluate(() => devicePixelRatio)).toBe(1.5)
    await expect.poll(() => question.page.evaluate(() => innerWidth)).toBe(560)
    await fits(app, question)
    await question.deny()
    await fits(app, await nextQuestion(app, 'a.txt'))
  })
})

test('a large replacement is asked for with its first changes and the count of all, beside the new text', async ({
  launch,
  desktop,
  modelServer,
}) => {
  const folder = path.join(desktop.home, 'work')
  await mkdir(folder)
  const file = path.join(folder, 'fares.csv')
  const lines = Array.from({ length: 12_000 }, (_, at) => `${at},tram,2.40`)
  await writeFile(file, `${lines.join('\n')}\n`)
  const text = `${lines.map((line, at) => (at % 10 === 3 ? line.replace('2.40', '2.80') : line)).join('\n')}\n`
  modelServer.says(({ messages }) =>
    messages.at(-1)?.role === 'user'
      ? { toolCalls: [{ name: 'files__write', input: { path: file, text, mode: 'replace' } }] }
      : { text: 'Done.' },
  )
  const app = await launch()
  const page = await app.mainWindow()
  await startRun(page, await makeAgent(page, modelServer, { folders: [{ path: folder }] }), 'Raise the fares')
  const question = await nextQuestion(app, 'fares.csv')
  const changes = question.page.getByRole('region', { name: 'What changes' })
  await expect(changes).toContainText('1,200 places change: 1,200 lines go, 1,200 lines come')
  await expect(changes).toContainText('3,tram,2.80')
  await expect(question.page.getByText(`${Buffer.byteLength(text)} bytes`, { exact: true })).toBeVisible()
  await fits(app, question)
  // Both are read to their end.
  await question.page.evaluate(() => {
    for (const box of document.querySelectorAll('.long-text')) box.scrollTop = box.scrollHeight
  })
  await question.allow('once')
  await expect.poll(() => readFile(file, 'utf8')).toBe(text)
})

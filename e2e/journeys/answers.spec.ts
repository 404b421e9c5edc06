import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { call, makeAgent, runEnded, startRun } from '../harness/agent.ts'
import { nextQuestion } from '../harness/question.ts'
import { expect, test } from '../harness/test.ts'

const write = (file: string, text: string) => ({
  toolCalls: [{ name: 'files__write', input: { path: file, text } }],
})

test('allow once lets exactly one write through, and the next one asks again', async ({
  launch,
  folder,
  modelServer,
}) => {
  modelServer.says([
    write(`${folder}/one.txt`, 'first'),
    write(`${folder}/two.txt`, 'second'),
    { text: 'Both tried.' },
  ])
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, { folders: [{ path: folder }] })
  const run = await startRun(page, agent, `Write one.txt and two.txt in ${folder}`)

  const first = await nextQuestion(app)
  expect(await first.title()).toContain('one.txt')
  expect(existsSync(`${folder}/one.txt`)).toBe(false)
  await first.allow('once')
  const second = await nextQuestion(app)
  expect(await second.title()).toContain('two.txt')
  expect(await readFile(`${folder}/one.txt`, 'utf8')).toBe('first')
  await second.deny()

  const ended = await runEnded(page, run)
  expect(ended.state).toBe('done')
  expect(existsSync(`${folder}/two.txt`)).toBe(false)
  expect(JSON.stringify(modelServer.requests.at(-1)?.messages)).toContain('denied-by-person')
  expect((await call(page, 'grants.list', {})).grants).toEqual([])
})

test('always in a folder holds until it is revoked in the middle of a run, and then asks at once', async ({
  launch,
  folder,
  modelServer,
}) => {
  await writeFile(`${folder}/start.txt`, 'here')
  let revoked = false
  modelServer.says((_request, turn) =>
    turn < 3 || (revoked && turn < 5)
      ? { ...write(`${folder}/${turn}.txt`, `turn ${turn}`), delayMs: 5 }
      : { text: 'Enough.' },
  )
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, { folders: [{ path: folder }] })
  const run = await startRun(page, agent, `Write some files in ${folder}`)

  const question = await nextQuestion(app)
  await question.page.locator('[data-control="scope-always"]').check({ force: true })
  const slider = question.page.locator('[data-control="step"]')
  await slider.press('ArrowRight')
  expect(await question.exact()).toMatch(/below|everything in/i)
  await question.allow('always')
  expect((await runEnded(page, run)).state).toBe('done')
  expect(existsSync(`${folder}/2.txt`)).toBe(true)

  await page
    .getByRole('link', { name: /permissions/i })
    .or(page.getByRole('button', { name: /permissions/i }))
    .first()
    .click()
  await expect(page.getByText(/work/).first()).toBeVisible()
  const { grants } = await call(page, 'grants.list', {})
  expect(grants).toHaveLength(1)
  expect(grants[0]).toMatchObject({ uses: 3, effect: 'allow', end: { kind: 'unused' } })
  await page
    .getByRole('button', { name: /^revoke/i })
    .first()
    .click()
  await expect
    .poll(async () =>
      (await call(page, 'grants.list', {})).grants.filter((grant) => grant.revokedAt === null),
    )
    .toEqual([])

  revoked = true
  modelServer.says([write(`${folder}/after.txt`, 'x'), { text: 'Done.' }])
  const second = await startRun(page, agent, `Write after.txt in ${folder}`)
  const again = await nextQuestion(app)
  await again.deny()
  await runEnded(page, second)
  expect(existsSync(`${folder}/after.txt`)).toBe(false)
})

test('closing the consent window is a no to that one call, and the run goes on', async ({
  launch,
  folder,
  modelServer,
}) => {
  modelServer.says([write(`${folder}/one.txt`, 'x'), write(`${folder}/two.txt`, 'y'), { text: 'Done.' }])
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, { folders: [{ path: folder }] })
  const run = await startRun(page, agent, `Write in ${folder}`)
  await nextQuestion(app)
  await app.electron.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows())
      if (window.webContents.getURL().includes('consent-window')) window.close()
  })
  const second = await nextQuestion(app, 'two.txt')
  await second.allow('once')
  expect((await runEnded(page, run)).state).toBe('done')
  const { rows } = await call(page, 'activity.query', { runId: run, capability: 'fs.write' })
  expect(rows.some((row) => row.decision === 'deny')).toBe(true)
  expect(rows.some((row) => row.decision === 'allow' && row.state === 'ok')).toBe(true)
  expect(existsSync(`${folder}/one.txt`)).toBe(false)
  expect(existsSync(`${folder}/two.txt`)).toBe(true)
})

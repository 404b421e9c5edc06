import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from '@playwright/test'
import type { Params } from '../../contract/broker-api.ts'
import { brokerAnswers, call, runEnded, startRun } from '../harness/agent.ts'
import { installTool } from '../harness/install-tool.ts'
import type { ModelServer } from '../harness/model-server.ts'
import { nextQuestion } from '../harness/question.ts'
import { expect, test } from '../harness/test.ts'

type Wish = Partial<Params<'agents.create'>['perimeter']>

async function makeHand(page: Page, model: ModelServer, perimeter: Wish): Promise<string> {
  await brokerAnswers(page)
  const agent = await call(page, 'agents.create', {
    name: 'Handy',
    model: { provider: 'openai-compatible', model: model.modelName, baseUrl: model.baseUrl },
    perimeter: { tools: [{ name: 'hands' }], ...perimeter } as never,
  })
  return agent.id
}
const use = (name: string, input: unknown) => ({ toolCalls: [{ name: `hands__${name}`, input }] })
/** What the model was told of its last call. */
const told = (model: ModelServer) =>
  String(
    model.requests
      .at(-1)
      ?.messages.filter(({ role }) => role === 'tool')
      .at(-1)?.content,
  )

test('what a program writes is shown while it runs, and when the sandbox was in its way that is said', async ({
  launch,
  desktop,
  modelServer,
}, testInfo) => {
  const folder = path.join(desktop.home, 'work')
  await mkdir(folder)
  const outside = path.join(desktop.home, 'outside.txt')
  await writeFile(outside, 'not theirs')
  // It goes on when it is told to: what is shown while it runs is looked at while it runs, however slow the machine.
  const goOn = path.join(folder, 'go-on')
  const script = `echo step 1; echo step 2; until [ -e ${goOn} ]; do echo waiting; sleep 0.2; done; echo step 3; echo almost there >&2; cat ${outside}`
  await installTool(desktop, 'hands')
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeHand(page, modelServer, {
    folders: [{ path: folder, read: 'allow', write: 'allow' }],
    commands: [{ program: 'sh', args: ['-c', script], run: 'allow' }],
  } as never)
  modelServer.says([use('run', { script, cwd: folder }), { text: 'Done.' }])
  const id = await startRun(page, agent, 'Run the steps')
  await page.evaluate((run) => {
    location.hash = `#/runs/${run}`
  }, id)
  const output = page.getByRole('region', { name: 'What the program writes' })
  await expect(output).toContainText('step 2')
  expect(await output.innerText()).not.toContain('step 3')
  await page.screenshot({ path: testInfo.outputPath('while-it-runs.png') })
  await writeFile(goOn, '')
  const run = await runEnded(page, id)
  expect(run.state).toBe('done')
  await page.getByRole('button', { name: 'hands.run' }).click()
  const written = page.getByRole('region', { name: 'What the tool’s code wrote' })
  await expect(written).toContainText('info: The program is over: {')
  // Each line stands whole, whatever the other stream wrote meanwhile.
  await expect(output).toContainText('step 3')
  await written.scrollIntoViewIfNeeded()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: testInfo.outputPath(`what-it-wrote-${colorScheme}.png`) })
  }
  const result = told(modelServer)
  // What is written comes in pieces of any size: what could be the beginning of a secret waits for the rest.
  const { parts } = JSON.parse(/\{"parts".*\}/s.exec(result)?.[0] ?? '') as {
    parts: { stream: string; text: string }[]
  }
  const said = (stream: string) => parts.flatMap((part) => (part.stream === stream ? part.text : [])).join('')
  expect(said('stdout')).toMatch(/^step 1\nstep 2\n(waiting\n)*step 3\n$/)
  expect(said('stderr')).toMatch(/almost there\n.*outside\.txt: No such file/s)
  expect(result).toContain('The sandbox keeps')
  expect(result).toContain('perimeter')
  expect(result).not.toContain('not theirs')

  // A folder that it may not look at is refused before anything starts, whether it is there or not.
  for (const cwd of [desktop.home, path.join(desktop.home, 'nowhere')]) {
    modelServer.says([use('run', { script, cwd }), { text: 'Done.' }])
    await runEnded(page, await startRun(page, agent, 'Run the steps'))
    expect(told(modelServer)).toContain(`${cwd} is in none of the folders of this agent`)
  }
})

test('clipboard, notifications and opening: what is asked shows it whole, and limits hold', async ({
  launch,
  desktop,
  modelServer,
  notifications,
}, testInfo) => {
  await installTool(desktop, 'hands')
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeHand(page, modelServer, {
    clipboard: { read: 'ask', write: 'ask' },
    notify: 'allow',
    open: 'ask',
  } as never)
  const during = async (turn: ReturnType<typeof use>, act: () => Promise<unknown>) => {
    modelServer.says([turn, { text: 'Done.' }])
    const id = await startRun(page, agent, 'Do it')
    await act()
    await runEnded(page, id)
    return told(modelServer)
  }

  const written = await during(use('copy', { text: 'first line\nsecond line' }), async () => {
    const question = await nextQuestion(app)
    expect(await question.exact()).toContain('second line')
    await question.allow()
  })
  expect(written).toContain('22')
  const read = await during(use('paste', {}), async () => {
    const question = await nextQuestion(app)
    expect(await question.exact()).toContain('Text on the clipboard: 22 characters, 2 lines')
    await question.page.screenshot({ path: testInfo.outputPath('clipboard.png') })
    await question.allow()
  })
  expect(read).toContain('second line')
  const denied = await during(use('paste', {}), async () => (await nextQuestion(app)).deny())
  expect(denied).toContain('denied-by-person')
  expect(denied).not.toContain('second line')

  const shown = await during(use('tell', { title: 'Tea is ready', times: 7 }), async () => {
    expect((await notifications.find('Tea is ready 1')).title).toBe('Handy: Tea is ready 1')
  })
  expect(shown).toMatch(/(shown.{1,8}){5}(budget.{1,8}){2}/s)
  expect(notifications.shown.filter(({ title }) => title.includes('Tea is ready'))).toHaveLength(5)

  const address = `https://example.org/${'a/very/long/way/'.repeat(20)}end?to=the&very=last`
  const refusedOpen = await during(use('open', { target: address }), async () => {
    const question = await nextQuestion(app)
    expect((await question.exact()).replaceAll(/\s/g, '')).toContain(address)
    await question.page.screenshot({ path: testInfo.outputPath('open.png') })
    await question.deny()
  })
  expect(refusedOpen).toContain('denied-by-person')
})

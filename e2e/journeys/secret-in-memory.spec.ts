/**
 * After a secret was added in the app and used by a tool, only the broker holds its value: not the pages and not the
 * shell, through which it came, and no sandbox, which never saw it.
 */
import { addSecret, call, makeAgent, runEnded, startRun } from '../harness/agent.ts'
import { installTool } from '../harness/install-tool.ts'
import { memoryHolds, pageHeap, processesRunning, shellHeap } from '../harness/memory.ts'
import { nextQuestion } from '../harness/question.ts'
import { expect, test } from '../harness/test.ts'

const VALUE = 'heap-5b1f0c9d77ae42-value'

test('a secret’s value is in no page, not in the shell and in no sandbox', async ({
  launch,
  desktop,
  modelServer,
  echoServer,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, {
    name: 'Heap witness',
    hosts: [
      {
        ...{ scheme: 'http', host: '127.0.0.1', port: echoServer.port },
        ...{ methods: ['GET', 'POST'], read: 'allow', send: 'allow' },
      },
    ],
    secrets: [{ name: 'heap-token', use: 'allow' }],
  })
  await addSecret(page, { name: 'heap-token', value: VALUE, host: `http://127.0.0.1:${echoServer.port}` })

  modelServer.says([
    {
      toolCalls: [
        {
          name: 'web__request',
          input: {
            url: `${echoServer.origin}/inbox`,
            headers: { Authorization: 'Bearer {{secret:heap-token}}' },
          },
        },
      ],
    },
    { text: 'Done.' },
  ])
  const ended = await runEnded(page, await startRun(page, agent, `Read ${echoServer.origin}/inbox`))
  expect(ended.state, JSON.stringify(ended.items)).toBe('done')
  expect(echoServer.received.at(-1)?.headers.authorization).toBe(`Bearer ${VALUE}`)
  await call(page, 'secrets.list', {})

  const inPage = await pageHeap(app.electron, page)
  expect(inPage, 'the snapshot is of this page').toContain('heap-token')
  expect(inPage.includes(VALUE), 'the main page').toBe(false)
  const inShell = await shellHeap(app.electron, desktop.home)
  expect(inShell.length).toBeGreaterThan(100_000)
  expect(inShell.includes(VALUE), 'the shell').toBe(false)

  const pids = app.processes()
  const sandboxes = processesRunning(pids, 'sandbox/main')
  expect(sandboxes.length, 'the tool’s sandbox still runs').toBeGreaterThan(0)
  for (const pid of sandboxes) expect(memoryHolds(pid, VALUE), `sandbox ${pid}`).toBe(false)
  // The search finds what is there: the broker must know the value to look for it.
  const broker = processesRunning(pids, 'broker/main')
  expect(broker.some((pid) => memoryHolds(pid, VALUE))).toBe(true)
})

test('a secret that an agent asked for is in no window after it was given: not in the one that took it', async ({
  launch,
  desktop,
  modelServer,
  echoServer,
}) => {
  await installTool(desktop, 'asker')
  const app = await launch()
  const page = await app.mainWindow()
  const host = `http://127.0.0.1:${echoServer.port}`
  const agent = await makeAgent(page, modelServer, {
    name: 'Heap witness',
    hosts: [
      {
        ...{ scheme: 'http', host: '127.0.0.1', port: echoServer.port },
        ...{ methods: ['GET'], read: 'allow', send: 'allow' },
      },
    ],
    tools: ['asker', 'web'],
  })
  modelServer.says([{ toolCalls: [{ name: 'asker__ask', input: { host } }] }, { text: 'Thank you.' }])
  const asking = await startRun(page, agent, `Get what you need for ${host}`)
  const question = await nextQuestion(app)
  await question.page.locator('[data-control="secret"]').fill(VALUE)
  await question.allow()
  expect((await runEnded(page, asking)).state).toBe('done')
  modelServer.says([
    {
      toolCalls: [
        {
          name: 'web__request',
          input: { url: `${host}/inbox`, headers: { Authorization: 'Bearer {{secret:asked-token}}' } },
        },
      ],
    },
    { text: 'Done.' },
  ])
  const ended = await runEnded(page, await startRun(page, agent, `Read ${host}/inbox`))
  expect(ended.state, JSON.stringify(ended.items)).toBe('done')
  expect(echoServer.received.at(-1)?.headers.authorization, JSON.stringify(ended.items)).toBe(
    `Bearer ${VALUE}`,
  )

  const consent = await pageHeap(app.electron, question.page)
  expect(consent.length, 'the window is still there to be looked at').toBeGreaterThan(100_000)
  expect(consent.includes(VALUE), 'the consent window').toBe(false)
  expect((await pageHeap(app.electron, page)).includes(VALUE), 'the main page').toBe(false)
  expect((await shellHeap(app.electron, desktop.home)).includes(VALUE), 'the shell').toBe(false)
  const sandboxes = processesRunning(app.processes(), 'sandbox/main')
  expect(sandboxes.length).toBeGreaterThan(0)
  for (const pid of sandboxes) expect(memoryHolds(pid, VALUE), `sandbox ${pid}`).toBe(false)
})

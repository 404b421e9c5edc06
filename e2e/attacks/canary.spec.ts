/** The canary in the real app: the tool is frozen, the person is told, a restart changes nothing, a person thaws it. */
import { call, makeAgent, runEnded, startRun } from '../harness/agent.ts'
import { installTool } from '../harness/install-tool.ts'
import { expect, test } from '../harness/test.ts'

test('a tool that sends its canary away is frozen until a person lets it work again', async ({
  launch,
  desktop,
  sallyport,
  modelServer,
  echoServer,
}) => {
  await installTool(desktop, 'magpie')
  const first = await launch()
  const page = await first.mainWindow()
  const agent = await makeAgent(page, modelServer, {
    tools: ['magpie'],
    hosts: [
      {
        ...{ scheme: 'http', host: '127.0.0.1', port: echoServer.port },
        ...{ methods: ['GET', 'POST'], read: 'allow', send: 'allow' },
      },
    ],
  })
  const harvest = { by: 'request', how: 'base64', to: `${echoServer.origin}/take` }
  modelServer.says([
    { toolCalls: [{ name: 'magpie__harvest', input: harvest }] },
    { text: 'It was refused.' },
  ])
  const ended = await runEnded(page, await startRun(page, agent, 'Tidy up'))
  expect(JSON.stringify(ended.items)).toContain('frozen')
  expect(echoServer.received).toEqual([])
  const { rows } = await call(page, 'activity.query', { kinds: ['alert'], limit: 10 })
  expect(rows.map(({ subject }) => subject).join()).toContain('magpie')

  await page.getByRole('link', { name: 'Tools' }).first().click()
  await page.getByRole('link', { name: /Magpie/ }).click()
  await expect(page.getByText(/canary turned up in a request to 127.0.0.1/)).toBeVisible()
  const listed = await sallyport(['tool', 'list', '--json'])
  expect(JSON.parse(listed.output).frozen).toMatchObject([{ tool: 'magpie' }])
  await first.close()

  const second = await launch()
  const again = await second.mainWindow()
  await again.getByRole('link', { name: 'Tools' }).first().click()
  await again.getByRole('link', { name: /Magpie/ }).click()
  await again.getByRole('button', { name: 'Let it work again' }).click()
  await expect(again.getByText(/canary turned up/)).toBeHidden()
  expect((await call(again, 'tools.list', {})).frozen).toEqual([])
})

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { addSecret, call, makeAgent, runEnded, startRun } from '../harness/agent.ts'
import { expect, test } from '../harness/test.ts'

const VALUE = 'tok-9c1f77ab02e8'

test('a secret added in the app reaches a bound host and nobody else', async ({
  launch,
  desktop,
  modelServer,
  echoServer,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, {
    hosts: [
      {
        scheme: 'http',
        host: '127.0.0.1',
        port: echoServer.port,
        methods: ['GET', 'POST'],
        read: 'allow',
        send: 'ask',
      },
    ],
    secrets: [{ name: 'mail-token', use: 'allow' }],
  })

  await addSecret(page, { name: 'mail-token', value: VALUE, host: `http://127.0.0.1:${echoServer.port}` })
  await expect(page.getByText('mail-token').first()).toBeVisible()
  expect(await page.content()).not.toContain(VALUE)

  modelServer.says([
    {
      toolCalls: [
        {
          name: 'web__request',
          input: {
            url: `${echoServer.origin}/inbox`,
            headers: { Authorization: 'Bearer {{secret:mail-token}}' },
          },
        },
      ],
    },
    { text: 'Read the inbox.' },
  ])
  const run = await startRun(page, agent, `Read ${echoServer.origin}/inbox with mail-token`)
  const ended = await runEnded(page, run)
  expect(ended.state, JSON.stringify(ended.items)).toBe('done')

  const received = echoServer.received.find((each) => each.path === '/inbox')
  expect(received?.headers.authorization).toBe(`Bearer ${VALUE}`)
  // The echo server answers with what it was sent: the value comes back, and is taken out before tool, model and page.
  expect(JSON.stringify(modelServer.requests)).not.toContain(VALUE)
  expect(JSON.stringify(ended)).not.toContain(VALUE)
  expect(await page.content()).not.toContain(VALUE)
  const { rows } = await call(page, 'activity.query', { limit: 200 })
  expect(JSON.stringify(rows)).not.toContain(VALUE)
  for (const file of ['activity.db', 'activity.db-wal', 'state.db', 'state.db-wal', 'diagnostic.log']) {
    const { stdout } = await promisify(execFile)('find', [desktop.home, '-name', file])
    for (const found of stdout.split('\n').filter(Boolean))
      expect((await readFile(found)).includes(VALUE), found).toBe(false)
  }
})

test('a secret does not go to a host that it is not bound to', async ({
  launch,
  modelServer,
  echoServer,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, {
    hosts: [{ scheme: 'http', host: '127.0.0.1', port: echoServer.port, methods: ['GET'], read: 'allow' }],
    secrets: [{ name: 'mail-token', use: 'allow' }],
  })
  await call(page, 'secrets.add', {
    rules: { name: 'mail-token', bindings: [{ host: 'imap.example.org' }] },
    value: VALUE,
  })
  modelServer.says([
    {
      toolCalls: [
        {
          name: 'web__request',
          input: { url: `${echoServer.origin}/grab`, headers: { Authorization: '{{secret:mail-token}}' } },
        },
      ],
    },
    { text: 'No luck.' },
  ])
  const run = await startRun(page, agent, 'Read it')
  const ended = await runEnded(page, run)
  expect(JSON.stringify(ended.items)).toMatch(/bound/)
  expect(echoServer.received.some((each) => JSON.stringify(each).includes(VALUE))).toBe(false)
})

test.describe('without a keychain', () => {
  test.use({ keyring: 'none' })
  test('secrets say so, and everything else works', async ({ launch, modelServer }) => {
    const app = await launch()
    const page = await app.mainWindow()
    const agent = await makeAgent(page, modelServer)
    await page
      .getByRole('link', { name: 'Secrets' })
      .or(page.getByRole('button', { name: 'Secrets' }))
      .first()
      .click()
    await expect(page.getByText(/no keychain|keychain/i).first()).toBeVisible()
    await expect(call(page, 'secrets.add', { rules: { name: 'x' }, value: 'abcdefgh' })).rejects.toThrow()
    modelServer.says([{ text: 'Hello.' }])
    expect((await runEnded(page, await startRun(page, agent, 'Say hello'))).state).toBe('done')
  })
})

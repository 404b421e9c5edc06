/** The Secrets page as a person uses it: keys of several lines, who may use one, a rotation that takes its time. */
import { call, makeAgent, runEnded, startRun } from '../harness/agent.ts'
import { expect, test } from '../harness/test.ts'

const KEY = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkq'.repeat(4)}\n${'hkiG9w0BAQEFAASC'.repeat(4)}\n-----END PRIVATE KEY-----\n`

test('a key of several lines is stored as it was pasted, for the agents that are named', async ({
  launch,
  modelServer,
  echoServer,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  const here = { scheme: 'http', host: '127.0.0.1', port: echoServer.port }
  const agent = await makeAgent(page, modelServer, {
    name: 'Travel Helper',
    hosts: [{ ...here, methods: ['POST'], read: 'allow', send: 'allow' }],
    secrets: [{ name: 'deploy-key', use: 'allow' }],
  })
  await page.getByRole('link', { name: 'Secrets' }).first().click()
  await page
    .getByRole('button', { name: /add a secret/i })
    .first()
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('deploy-key')
  await app.electron.evaluate(({ clipboard }, text) => clipboard.writeText(text), KEY)
  await dialog.getByLabel('Value', { exact: true }).focus()
  await page.keyboard.press('Control+V')
  await expect(dialog.getByText('5 lines')).toBeVisible()
  expect(await page.content()).not.toContain('MIIEvQIBADANBgkq')
  await dialog.getByLabel('Host', { exact: true }).fill(`http://127.0.0.1:${echoServer.port}`)
  await dialog.getByLabel('Where in the request').selectOption('body')
  await dialog.getByLabel('Agents').fill('Travel Helper, Nobody')
  await expect(dialog.getByText('There is no agent “Nobody” now.')).toBeVisible()
  await dialog.getByLabel('Agents').fill('Travel Helper')
  await dialog.getByRole('button', { name: 'Store', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText('only Travel Helper')).toBeVisible()

  modelServer.says([
    {
      toolCalls: [
        {
          name: 'web__request',
          input: {
            ...{ url: `${echoServer.origin}/deploy`, method: 'POST', body: '{{secret:deploy-key}}' },
            headers: { 'Content-Type': 'text/plain' },
          },
        },
      ],
    },
    { text: 'Deployed.' },
  ])
  const prompt = `Post the deploy-key to ${echoServer.origin}/deploy`
  const ended = await runEnded(page, await startRun(page, agent, prompt))
  expect(ended.state, JSON.stringify(ended.items)).toBe('done')
  expect(echoServer.received.find(({ path }) => path === '/deploy')?.body, JSON.stringify(ended.items)).toBe(
    KEY,
  )
})

test('an old value can still be tried when the dialog is opened again, until its provider refuses it', async ({
  launch,
  echoServer,
}) => {
  const [old, fresh] = ['tok-5577aa01b2c3', 'tok-99ee77dd5511']
  const good = new Set([old, fresh])
  echoServer.answer('/user', ({ headers }, response) => {
    const known = good.has(String(headers.authorization).replace('Bearer ', ''))
    response.writeHead(known ? 200 : 401).end('{}')
  })
  const app = await launch()
  const page = await app.mainWindow()
  await expect
    .poll(() =>
      call(page, 'secrets.add', {
        rules: { name: 'bank', bindings: [{ scheme: 'http', host: '127.0.0.1', port: echoServer.port }] },
        value: old,
      }).then(
        () => 'stored',
        (error) => String(error),
      ),
    )
    .toMatch(/stored|already/)
  await page.getByRole('link', { name: 'Secrets' }).first().click()
  const dialog = page.getByRole('dialog')
  const openRotate = async () => {
    await page.getByRole('button', { name: 'More for bank' }).click()
    await page.getByRole('menuitem', { name: /Rotate/ }).click()
  }
  await openRotate()
  await dialog.getByLabel('Put it here').fill(fresh)
  await dialog.getByRole('button', { name: 'Store the new value' }).click()
  await expect(dialog.getByText('The new value is stored.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Done' }).click()

  await openRotate()
  await dialog.getByLabel('Address').fill(`${echoServer.origin}/user`)
  await dialog.getByRole('button', { name: 'Check the old one' }).click()
  await expect(dialog.getByRole('status')).toContainText('still works')
  good.delete(old)
  await dialog.getByRole('button', { name: 'Check the old one' }).click()
  await expect(dialog.getByRole('status')).toContainText('refuses the old one')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await openRotate()
  await expect(dialog.getByLabel('Put it here')).toBeVisible()
})

test('the value of a stored secret in a task is told as that, and its name takes its place', async ({
  launch,
  modelServer,
}) => {
  const value = 'correct-horse-battery-77'
  const app = await launch()
  const page = await app.mainWindow()
  await makeAgent(page, modelServer)
  await call(page, 'secrets.add', { rules: { name: 'mail-token' }, value })
  await page.getByRole('link', { name: 'Runs' }).first().click()
  const task = page.getByRole('textbox', { name: 'Task' })
  await task.fill(`Sign in with ${value}, please`)
  await page.keyboard.press('Control+Enter')
  const found = page.getByRole('alert').filter({ hasText: 'This is a secret of yours' })
  await expect(found).toContainText('mail-token')
  await expect(found.getByPlaceholder(/Name, for example/)).toHaveCount(0)
  await found.getByRole('button', { name: 'Put its name there' }).click()
  await expect(task).toHaveValue('Sign in with {{secret:mail-token}}, please')
  expect(modelServer.requests).toEqual([])
})

test('a secret that a terminal stores, changes and deletes is the one that the page shows and a tool sends', async ({
  launch,
  modelServer,
  echoServer,
  sallyport,
}) => {
  const [first, second] = ['tok-1188cc02d3e4', 'tok-77ab88bc99cd']
  // No app runs yet: the command opens the gate by itself.
  const words = ['--host', echoServer.origin, '--agent', 'Buyer']
  const added = await sallyport(['secrets', 'add', 'shop', ...words], { input: `${first}\n` })
  expect(added.code, added.output).toBe(0)
  expect(added.output).not.toContain(first)
  const app = await launch()
  const page = await app.mainWindow()
  const here = { scheme: 'http', host: '127.0.0.1', port: echoServer.port }
  const agent = await makeAgent(page, modelServer, {
    name: 'Buyer',
    hosts: [{ ...here, methods: ['GET'], read: 'allow', send: 'allow' }],
    secrets: [{ name: 'shop', use: 'allow' }],
  })
  const send = async (to: string) => {
    const input = {
      url: `${echoServer.origin}/${to}`,
      headers: { Authorization: 'Bearer {{secret:shop}}' },
    }
    modelServer.says([{ toolCalls: [{ name: 'web__request', input }] }, { text: 'Done.' }])
    await runEnded(page, await startRun(page, agent, `Ask ${input.url}`))
    return echoServer.received.find(({ path }) => path === `/${to}`)?.headers.authorization
  }
  await page.getByRole('link', { name: 'Secrets' }).first().click()
  await expect(page.getByText('only Buyer')).toBeVisible()
  expect(await send('first')).toBe(`Bearer ${first}`)

  const rotated = await sallyport(['secrets', 'rotate', 'shop'], { input: `${second}\n` })
  expect(rotated.code, rotated.output).toBe(0)
  expect(await send('second')).toBe(`Bearer ${second}`)

  const deleted = await sallyport(['secrets', 'delete', 'shop'])
  expect(deleted.code, deleted.output).toBe(0)
  await page.getByRole('link', { name: 'Secrets' }).first().click()
  await expect(page.getByText('only Buyer')).toBeHidden()
  expect(await send('third')).toBeUndefined()
})

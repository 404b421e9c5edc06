/** What a person is told when something is not as it was: a new user of a secret, a changed record, a weaker sandbox. */
import { createHash, createHmac } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from '@playwright/test'
import { sallyportPaths } from '../../contract/paths.ts'
import { addSecret, brokerAnswers, call, makeAgent, runEnded, startRun } from '../harness/agent.ts'
import type { Desktop } from '../harness/desktop.ts'
import type { ReceivedRequest } from '../harness/echo-server.ts'
import { installTool } from '../harness/install-tool.ts'
import { expect, test } from '../harness/test.ts'
import { until } from '../harness/time-limit.ts'

const VALUE = 'k9-Zr4tLw0qUxY7bN2mE5s'

test('a key signs in each form without being seen, and its use by a new tool is told', async ({
  launch,
  desktop,
  modelServer,
  echoServer,
  sallyport,
}) => {
  await installTool(desktop, 'courier')
  const app = await launch()
  const page = await app.mainWindow()
  const here = { scheme: 'http', host: '127.0.0.1', port: echoServer.port }
  const agent = await makeAgent(page, modelServer, {
    tools: ['web', 'courier'],
    hosts: [{ ...here, methods: ['GET', 'POST'], read: 'allow', send: 'allow' }],
    secrets: [{ name: 'shop', use: 'allow' }],
  })
  await addSecret(page, { name: 'shop', value: VALUE, host: echoServer.origin })
  const aws = { accessKeyId: 'AKEXAMPLE', region: 'eu-central-1', service: 'execute-api' }
  const carry = (to: string, sign: Record<string, string>) => ({
    name: 'courier__carry',
    input: { url: `${echoServer.origin}/${to}`, body: '{"parcels":3}', sign: { secret: 'shop', ...sign } },
  })
  const calls = [
    {
      name: 'web__request',
      input: { url: `${echoServer.origin}/first`, headers: { Authorization: 'Bearer {{secret:shop}}' } },
    },
    carry('bearer', { scheme: 'bearer' }),
    carry('basic', { scheme: 'basic', user: 'ada' }),
    carry('hmac', { scheme: 'hmac-sha256' }),
    carry('aws?b=2&a=1%202', { scheme: 'aws-sigv4', ...aws }),
  ]
  // A run each: what a run sends after it has had an answer from outside is asked about.
  let told = ''
  for (const one of calls) {
    modelServer.says([{ toolCalls: [one] }, { text: 'Carried.' }])
    const ended = await runEnded(page, await startRun(page, agent, `Carry the parcels to ${one.input.url}`))
    expect(ended.state, JSON.stringify(ended.items)).toBe('done')
    told += JSON.stringify(ended.items)
  }
  const sent = (where: string) => {
    const found = echoServer.received.find((one) => one.path.startsWith(`/${where}`))
    if (!found) throw new Error(`nothing came to /${where}: ${told}`)
    return found
  }
  expect(sent('first').headers.authorization).toBe(`Bearer ${VALUE}`)
  expect(sent('bearer').headers.authorization).toBe(`Bearer ${VALUE}`)
  expect(sent('basic').headers.authorization).toBe(`Basic ${btoa(`ada:${VALUE}`)}`)
  expect(sent('hmac').headers['x-signature']).toContain(
    createHmac('sha256', VALUE).update('{"parcels":3}').digest('hex'),
  )
  expect(sent('aws').headers.authorization).toBe(signatureOf(sent('aws'), VALUE, aws))
  expect(told).not.toContain(VALUE)

  await page.getByRole('link', { name: 'Home' }).first().click()
  const alerts = page.getByRole('region', { name: 'Alerts' })
  const alert = alerts.getByRole('button', { name: /courier.*“shop” for the first time/i })
  await expect(alert).toHaveCount(1)
  await alert.click()
  await expect(page.getByRole('region', { name: 'The rule' })).toContainText('A secret used by a new tool')
  await page.getByRole('button', { name: 'Show the entry that it is about' }).click()
  await expect(page.getByText('Carry').first()).toBeVisible()

  // Muted by the person: the next new user of a secret is on record, and nobody is told.
  const muted = await sallyport(['alerts', 'mute', 'secret-used-by-new-tool'])
  expect(muted.code, muted.output).toBe(0)
})

test('a record that was changed while the app was closed is told, with the first entry that is not as it was', async ({
  launch,
  desktop,
  sallyport,
}) => {
  const first = await launch()
  await brokerAnswers(await first.mainWindow())
  await first.close()
  const changed = forgeAnEntry(desktop)

  const second = await launch()
  const page = await second.mainWindow()
  await brokerAnswers(page)
  const subject = await alertOf(page, 'chain-broken')
  expect(subject).toMatch(/record|entry|log/i)
  await page.getByRole('link', { name: 'Home' }).first().click()
  await page.getByRole('region', { name: 'Alerts' }).getByRole('listitem').getByRole('button').first().click()
  await expect(page.getByRole('region', { name: 'The rule' })).toContainText('The record was changed')
  const verified = await sallyport(['log', 'verify', '--json'])
  expect(verified.code).not.toBe(0)
  expect(JSON.parse(verified.output)).toMatchObject({ ok: false, firstBad: { seq: changed } })
})

test('a sandbox that an update of the system has switched off is told at the next start, and nothing runs unsaid', async ({
  launch,
  desktop,
}) => {
  const first = await launch()
  const page = await first.mainWindow()
  await brokerAnswers(page)
  await noted(page, /Tools run inside bubblewrap/)
  await first.close()

  const second = await launch({ env: { PATH: await bubblewrapThatMayNot(desktop) } })
  const after = await second.mainWindow()
  await brokerAnswers(after)
  expect(await alertOf(after, 'sandbox-weaker')).toMatch(/bubblewrap/)
  await after.getByRole('link', { name: 'Readiness' }).first().click()
  await expect(after.getByText(/setting up uid map/).first()).toBeVisible()
  await expect(after.getByText(/lets no user’s program make namespaces/).first()).toBeVisible()
})

/** AWS’s Signature Version 4, worked out anew from what arrived. */
function signatureOf(
  { method, path: target, headers, body }: ReceivedRequest,
  key: string,
  { accessKeyId, region, service }: { accessKeyId: string; region: string; service: string },
): string {
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? ''
  const time = String(headers['x-amz-date'])
  const [where = '', query = ''] = target.split('?')
  const sha = (text: string) => createHash('sha256').update(text).digest('hex')
  const canonical = [
    method,
    where,
    query.split('&').toSorted().join('&'),
    ...signed.split(';').map((name) => `${name}:${headers[name]}`),
    '',
    signed,
    sha(body),
  ].join('\n')
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`
  const step = (by: string | Buffer, text: string) => createHmac('sha256', by).update(text).digest()
  const derived = scope.split('/').reduce<string | Buffer>((by, part) => step(by, part), `AWS4${key}`)
  const signature = step(derived, ['AWS4-HMAC-SHA256', time, scope, sha(canonical)].join('\n')).toString(
    'hex',
  )
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
}

/** Waits for an alert of this rule, and answers with what it says. */
async function alertOf(page: Page, rule: string): Promise<string> {
  return until(
    async () => {
      const { rows } = await call(page, 'activity.query', { kinds: ['alert'], limit: 20 })
      for (const { seq, subject } of rows) {
        const { entry } = await call(page, 'activity.entry', { seq })
        if (entry.details.rule === rule) return subject
      }
      return null
    },
    60_000,
    `waiting for an alert of ${rule}`,
  )
}

async function noted(page: Page, words: RegExp): Promise<void> {
  await until(
    async () => {
      const { rows } = await call(page, 'activity.query', { kinds: ['app'], limit: 50 })
      return rows.some(({ subject }) => words.test(subject)) || null
    },
    30_000,
    `waiting for an entry that says ${words}`,
  )
}

/** Another word in an entry of the record, its chain value left as it was; answers with its number. */
function forgeAnEntry(desktop: Desktop): number {
  const { data } = sallyportPaths(desktop.env, process.platform, desktop.home)
  const db = new DatabaseSync(path.join(data, 'activity.db'))
  try {
    const row = db
      .prepare("SELECT seq, text FROM entry WHERE text LIKE '%started%' ORDER BY seq LIMIT 1")
      .get()
    const { seq, text } = row as { seq: number; text: string }
    db.prepare('UPDATE entry SET text = ? WHERE seq = ?').run(text.replace('started', 'startled'), seq)
    return seq
  } finally {
    db.close()
  }
}

/** A PATH on which bubblewrap says what it says where the system no longer lets a user make namespaces. */
async function bubblewrapThatMayNot(desktop: Desktop): Promise<string> {
  const folder = path.join(desktop.home, 'bin')
  const file = path.join(folder, 'bwrap')
  await mkdir(folder, { recursive: true })
  await writeFile(file, '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2\nexit 1\n')
  await chmod(file, 0o755)
  await chmod(folder, 0o755)
  return `${folder}${path.delimiter}${desktop.env.PATH}`
}

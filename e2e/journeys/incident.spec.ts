/** The worst day: one click on incident mode, what it leaves behind, and the way back to normal, step by step. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import path from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { canonicalJson } from '../../broker/activity/canonical-json.ts'
import { sallyportPaths } from '../../contract/paths.ts'
import { call, makeAgent, runEnded, startRun } from '../harness/agent.ts'
import type { Desktop } from '../harness/desktop.ts'
import { expect, test } from '../harness/test.ts'

const OLD = 'tok-5577aa01b2c3'
const NEW = 'tok-99ee77dd5511'
const BEFORE = `Rent: 900\nNote to self: ${OLD}\n`

test('incident mode stops, seals, locks, revokes and writes a bundle; the list leads back to normal', async ({
  launch,
  desktop,
  modelServer,
  echoServer,
  sallyport,
}) => {
  const folder = path.join(desktop.home, 'work')
  const file = path.join(folder, 'budget.txt')
  await mkdir(folder)
  await writeFile(file, BEFORE)
  const good = new Set([OLD, NEW])
  echoServer.answer('/user', ({ headers }, response) => {
    const known = good.has(String(headers.authorization).replace('Bearer ', ''))
    response.writeHead(known ? 200 : 401).end('{}')
  })
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, {
    folders: [{ path: folder, write: 'allow' }],
    hosts: [
      {
        scheme: 'http',
        host: '127.0.0.1',
        port: echoServer.port,
        methods: ['GET'],
        read: 'allow',
        send: 'ask',
      },
    ],
    secrets: [{ name: 'bank-token', use: 'allow' }],
    tools: ['files', 'web'],
  })
  await call(page, 'secrets.add', {
    rules: {
      name: 'bank-token',
      bindings: [{ scheme: 'http', host: '127.0.0.1', port: echoServer.port }],
      rotateUrl: 'https://bank.example/keys',
    },
    value: OLD,
  })
  const useSecret = {
    toolCalls: [
      {
        name: 'web__request',
        input: {
          url: `${echoServer.origin}/user`,
          headers: { Authorization: 'Bearer {{secret:bank-token}}' },
        },
      },
    ],
  }
  modelServer.says([
    { toolCalls: [{ name: 'files__write', input: { path: file, text: 'Rent: 1\n', mode: 'replace' } }] },
    useSecret,
    { text: 'Done.' },
  ])
  const prompt = `Write "Rent: 1" to ${file}, then read ${echoServer.origin}/user`
  const ended = await runEnded(page, await startRun(page, agent, prompt))
  expect(ended.state, JSON.stringify(ended.items)).toBe('done')
  expect(await readFile(file, 'utf8')).toBe('Rent: 1\n')
  const paths = pathsOf(desktop)
  const token = (await readFile(paths.tokenFile, 'utf8')).trim()
  expect(await greet(paths.socket, token)).toMatchObject({ ok: true })

  // One click.
  await page.getByRole('link', { name: 'Activity' }).first().click()
  await page.getByRole('button', { name: 'Incident mode' }).click()
  const banner = page.getByRole('region', { name: 'Everything is stopped' })
  await expect(banner).toBeVisible()
  await expect(banner.getByText(/steps back to normal/)).toBeVisible()
  await expect(page.getByText('Incident bundle written', { exact: true })).toBeVisible()
  const { incident } = await call(page, 'incident.current', {})
  expect(incident?.faults).toEqual([])
  await picture(page, 'incident')

  // Stopped; who came in over the socket must come anew; secrets fill nothing in.
  expect((await call(page, 'status.get', {})).stop.stopped).toBe(true)
  expect(await greet(paths.socket, token)).toMatchObject({ ok: false })
  const bundle = await readBundle(incident?.folder as string)
  expectBundle(bundle, file, echoServer.port)
  const report = await app.electron.evaluate(
    async ({ BrowserWindow }, target) => {
      const window = new BrowserWindow({
        show: false,
        webPreferences: { partition: 'reader', sandbox: true },
      })
      await window.loadFile(target)
      const text = await window.webContents.executeJavaScript('document.body.innerText')
      window.destroy()
      return text
    },
    path.join(incident?.folder as string, 'report.html'),
  )
  for (const words of ['bank-token', 'budget.txt', '127.0.0.1', 'files', 'Proof'])
    expect(report).toContain(words)

  // The frozen head is one to hold the record against, from outside.
  const { head } = bundle.json('proof.json') as { head: { seq: number; hash: string } }
  const verified = await sallyport(['log', 'verify', '--head', `${head.seq}:${head.hash}`, '--json'])
  expect(verified.code, verified.output).toBe(0)

  // The credential: its own page, a new value, and a tick only when the provider says no to the old one.
  const opened = await catchOpened(app.electron)
  const line = banner.getByRole('listitem').filter({ hasText: 'bank-token' })
  await line.getByRole('button', { name: 'Open its page' }).click()
  await expect.poll(opened).toEqual(['https://bank.example/keys'])
  await line.getByRole('button', { name: /^Rotate/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Put it here').fill(NEW)
  await dialog.getByRole('button', { name: 'Store the new value' }).click()
  await dialog.getByLabel('Address').fill(`${echoServer.origin}/user`)
  await picture(page, 'rotate')
  await dialog.getByRole('button', { name: 'Check the old one' }).click()
  await expect(dialog.getByRole('status')).toContainText('still works')
  const credential = async () =>
    (await call(page, 'incident.current', {})).incident?.checklist.find(({ kind }) => kind === 'rotate')
  expect((await credential())?.doneAt).toBeNull()
  good.delete(OLD)
  await dialog.getByRole('button', { name: 'Check the old one' }).click()
  await expect(dialog.getByRole('status')).toContainText('refuses the old one')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await expect(line.getByRole('checkbox')).toBeChecked({ timeout: 15_000 })
  await expect(line).toContainText('the old one no longer works')

  // Back to normal. Agents stay stopped until the last step.
  for (const words of ['Read the report', 'what was changed', 'what was reached', 'tool that went bad'])
    await banner.getByRole('listitem').filter({ hasText: words }).getByRole('checkbox').click()
  await expect(startRun(page, agent, 'Again')).rejects.toThrow()
  // Without a grant there is none to revoke.
  const grants = banner.getByRole('listitem').filter({ hasText: 'grants that' })
  await expect(grants.getByRole('checkbox')).toBeChecked()
  await expect(banner.getByRole('button', { name: 'Write an incident bundle' })).toHaveCount(0)
  await banner.getByRole('button', { name: 'Hide the steps' }).click()
  await expect(grants).toBeHidden()
  await banner.getByRole('button', { name: 'Show the steps' }).click()
  const unlock = banner.getByRole('listitem').filter({ hasText: 'Unlock the secrets' })
  await unlock.getByRole('button', { name: 'Unlock' }).click()
  await expect(unlock.getByRole('checkbox')).toBeChecked()
  await banner.getByRole('listitem').filter({ hasText: 'socket' }).getByRole('checkbox').click()
  await picture(page, 'incident-end')
  await expect(banner.getByText('1 step back to normal')).toBeVisible()
  // A terminal finds its new token by itself.
  const listed = await sallyport(['incident', 'list', '--json'])
  const left = (
    JSON.parse(listed.output) as { incident: { checklist: { id: string; doneAt: number | null }[] } }
  ).incident
  expect(left.checklist.filter(({ doneAt }) => doneAt === null).map(({ id }) => id)).toEqual(['resume'])
  await banner
    .getByRole('listitem')
    .filter({ hasText: 'Let agents work' })
    .getByRole('button', { name: 'Resume' })
    .click()
  await page
    .getByRole('alertdialog')
    .or(page.getByRole('dialog'))
    .getByRole('button', { name: 'Resume' })
    .click()
  await expect(banner).toBeHidden()
  expect((await call(page, 'incident.current', {})).incident).toBeNull()

  modelServer.says([useSecret, { text: 'Read.' }])
  const again = await runEnded(page, await startRun(page, agent, `Read ${echoServer.origin}/user`))
  expect(again.state, JSON.stringify(again.items)).toBe('done')
  expect(echoServer.received.at(-1)?.headers.authorization).toBe(`Bearer ${NEW}`)
  const told = await call(page, 'activity.query', { kinds: ['stop'], limit: 100 })
  const subjects = told.rows.map(({ subject }) => subject).join('\n')
  for (const words of ['record frozen', 'Secrets unlocked', 'Incident over', 'Resume after a stop'])
    expect(subjects).toContain(words)
})

test('an alert shows in a corner and in its list, is muted, and is in the bundle of an incident', async ({
  launch,
  modelServer,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, { name: 'Knocker', tools: ['web'] })
  const knock = async () => {
    const request = { name: 'web__request', input: { url: 'http://127.0.0.1:9/door' } }
    modelServer.says([{ toolCalls: Array(12).fill(request) }, { text: 'No way in.' }])
    await runEnded(page, await startRun(page, agent, 'Knock at the door'))
  }
  const alerts = () => call(page, 'activity.query', { kinds: ['alert'], limit: 50 })
  await knock()
  const toast = page.locator('.toast').filter({ hasText: 'A burst of denials' })
  await expect(toast).toContainText(/Knocker was refused 1\d times within a minute/)
  await page.getByRole('link', { name: 'Home' }).first().click()
  const list = page.getByRole('region', { name: 'Alerts' })
  await expect(list.getByText(/Knocker was refused/)).toBeVisible()
  await picture(page, 'alert')

  // From the list to the rule and its switch.
  await list.getByRole('button', { name: /Knocker was refused/ }).click()
  const entry = page.getByRole('complementary', { name: 'Entry' })
  await expect(entry.getByRole('region', { name: 'The rule' })).toContainText(
    'refused 10 times within a minute',
  )
  await picture(page, 'alert-entry')
  await entry.getByRole('button', { name: 'Show the entry that it is about' }).click()
  await expect(entry.getByRole('heading', { name: /127\.0\.0\.1:9\/door/ })).toBeVisible()
  await toast.getByRole('button', { name: 'Show the record' }).click()
  await expect(entry.getByRole('region', { name: 'The rule' })).toBeVisible()
  await entry.getByRole('button', { name: /All rules/ }).click()
  const rule = page
    .getByRole('region', { name: 'Alerts' })
    .getByRole('listitem')
    .filter({ hasText: 'A burst of denials' })
  await expect(rule).toContainText('refused 10 times within a minute')
  await rule.getByRole('switch').click()
  await expect(rule.getByRole('switch')).not.toBeChecked()
  await rule.scrollIntoViewIfNeeded()
  await picture(page, 'alert-rules')
  const before = (await alerts()).total
  await expect(toast).toHaveCount(0)
  await knock()
  // What an alert would have told of is on record all the same.
  const refused = await call(page, 'activity.query', { decision: 'deny', limit: 1 })
  expect(refused.total).toBeGreaterThanOrEqual(20)
  expect((await alerts()).total).toBe(before)
  await expect(toast).toHaveCount(0)
  await rule.getByRole('switch').click()
  await expect(rule.getByRole('switch')).toBeChecked()

  await page.getByRole('link', { name: 'Activity' }).first().click()
  await page.getByRole('button', { name: 'Incident mode' }).click()
  await expect(page.getByRole('region', { name: 'Back to normal' })).toBeVisible()
  const { incident } = await call(page, 'incident.current', {})
  const { json } = await readBundle(incident?.folder as string)
  expect(json('alerts.json')).toEqual([expect.objectContaining({ rule: 'burst-of-denials' })])
  // It is there again after a restart, on every page.
  await app.close()
  const later = await (await launch()).mainWindow()
  await expect(later.getByRole('region', { name: 'Back to normal' })).toBeVisible({ timeout: 30_000 })
})

interface Bundle {
  names: string[]
  text(name: string): string
  json(name: string): unknown
}

async function readBundle(folder: string): Promise<Bundle> {
  const files = new Map<string, string>()
  for (const each of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (each.isFile()) {
      const full = path.join(each.parentPath, each.name)
      files.set(path.relative(folder, full), await readFile(full, 'utf8'))
    }
  const text = (name: string) => files.get(name) ?? ''
  return { names: [...files.keys()], text, json: (name) => JSON.parse(text(name)) }
}

function expectBundle({ names, text, json }: Bundle, file: string, port: number) {
  // Redacted: what a person would hand on holds no value, also not where a changed file had it.
  for (const name of names) expect(text(name).includes(OLD), name).toBe(false)
  const { sha256 } = json('manifest.json') as { sha256: Record<string, string> }
  for (const [name, hash] of Object.entries(sha256))
    expect(createHash('sha256').update(text(name)).digest('hex'), name).toBe(hash)
  expect(names.filter((name) => name !== 'manifest.json').sort()).toEqual(Object.keys(sha256).sort())

  const entries = text('timeline.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(entries.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['intent', 'outcome', 'stop']))
  for (const { hash, prev, ...entry } of entries)
    expect(
      createHash('sha256')
        .update(prev + canonicalJson(entry))
        .digest('hex'),
      JSON.stringify(entry),
    ).toBe(hash)
  expect(json('secrets.json')).toEqual([
    expect.objectContaining({
      name: 'bank-token',
      uses: 1,
      rotateUrl: 'https://bank.example/keys',
      tools: ['web'],
    }),
  ])
  expect(json('hosts.json')).toEqual([expect.objectContaining({ host: `127.0.0.1:${port}`, by: ['Helper'] })])
  expect(json('tools.json')).toContainEqual({
    ...{ name: 'web', version: expect.any(String), from: 'built-in', title: expect.any(String) },
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  const changed = json('files.json') as { path: string; before: string; note: string }[]
  expect(changed).toEqual([
    expect.objectContaining({
      path: file,
      before: expect.stringContaining('before/'),
      note: 'secrets in it are taken out',
    }),
  ])
  expect(text(changed[0]?.before ?? '')).toMatch(/^Rent: 900\nNote to self: .*bank-token.*\n$/)
  expect(json('proof.json')).toMatchObject({ head: { sealed: true }, verified: { ok: true } })
  expect(names).toContain('grants.json')
  expect(text('policies/policy.jsonc')).not.toBe('')
  expect(text('report.md')).toContain('127.0.0.1')
  expect(text('report.md')).toContain('bank-token')
  expect(json('stop-receipt.json')).toMatchObject({ scope: 'all', survivors: [] })
}

/** Where the app would open a page in the browser: kept instead. */
async function catchOpened(electron: ElectronApplication): Promise<() => Promise<string[]>> {
  await electron.evaluate(({ shell }) => {
    const opened: string[] = []
    ;(globalThis as { opened?: string[] }).opened = opened
    shell.openExternal = async (url) => void opened.push(url)
  })
  return () => electron.evaluate(() => (globalThis as { opened?: string[] }).opened ?? [])
}

function pathsOf(desktop: Desktop) {
  return sallyportPaths(desktop.env, process.platform, desktop.home)
}

/** What the socket's door says to a token. */
async function greet(socketPath: string, token: string): Promise<unknown> {
  const socket = createConnection(socketPath)
  await once(socket, 'connect')
  socket.write(`${JSON.stringify({ hello: 'sallyport', protocol: 1, token, role: 'cli' })}\n`)
  const [bytes] = await once(socket, 'data')
  socket.destroy()
  return JSON.parse(String(bytes).split('\n')[0] as string)
}

/** Pictures to look at, where a folder for them is named. */
async function picture(page: Page, name: string) {
  const target = process.env.SALLYPORT_PICTURES
  if (!target) return
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await page.waitForTimeout(600)
    await page.screenshot({ path: path.join(target, `${name}-${theme}.png`) })
  }
}

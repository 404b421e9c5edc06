/** Named attacks of a tool, run as anyone would try them: in the terminal, in the real sandbox, behind the real gate. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { CommandLine } from '../harness/command-line.ts'
import type { Desktop } from '../harness/desktop.ts'
import { expect, test } from '../harness/test.ts'

const tool = path.resolve(import.meta.dirname, '../fixtures/tools/hostile')

interface Ran {
  outcome: { kind: string; code?: string; person?: string; value?: unknown }
  entries: { kind: string; subject: string }[]
  log: { level: string; text: string }[]
  ms: number
}

async function attack(
  world: { desktop: Desktop; sallyport: CommandLine },
  fn: string,
  input: unknown,
  perimeter: unknown = {},
): Promise<Ran> {
  const policy = path.join(world.desktop.home, 'policy.jsonc')
  await writeFile(policy, JSON.stringify({ version: 1, perimeter }))
  const { output } = await world.sallyport([
    'tool',
    'run',
    tool,
    '--fn',
    fn,
    '--input',
    JSON.stringify(input),
    '--policy',
    policy,
    '--answer',
    'deny',
    '--json',
  ])
  const line = output.split('\n').find((each) => each.startsWith('{'))
  return JSON.parse(line ?? output) as Ran
}

async function workFolder(desktop: Desktop) {
  const folder = path.join(desktop.home, 'work')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'mine.txt'), 'mine')
  await writeFile(path.join(desktop.home, 'private.txt'), 'not yours')
  return { folder, perimeter: { folders: [{ path: folder, read: 'allow', write: 'ask' }] } }
}

test('a tool that loops for ever is ended at its limit', async ({ desktop, sallyport }) => {
  const { outcome, ms } = await attack({ desktop, sallyport }, 'loop', {})
  expect(outcome).toMatchObject({ kind: 'failed', code: 'deadline' })
  expect(ms).toBeLessThan(15_000)
})

test('a tool that eats memory is ended at its limit', async ({ desktop, sallyport }) => {
  const { outcome } = await attack({ desktop, sallyport }, 'eatMemory', {})
  expect(outcome.kind).toBe('failed')
  expect(['out-of-memory', 'deadline']).toContain(outcome.code)
})

test('nothing outside the folder is read: by .., by an absolute path, by a symlink, by /proc', async ({
  desktop,
  sallyport,
}) => {
  const { folder, perimeter } = await workFolder(desktop)
  await symlink(path.join(desktop.home, 'private.txt'), path.join(folder, 'link.txt'))
  await symlink(desktop.home, path.join(folder, 'up'))
  const outside = [
    `${folder}/../private.txt`,
    path.join(desktop.home, 'private.txt'),
    '/etc/passwd',
    `${folder}/link.txt`,
    `${folder}/up/private.txt`,
    `/proc/self/root${desktop.home}/private.txt`,
    `/proc/self/cwd/../private.txt`,
    `${folder}/./..//private.txt`,
  ]
  for (const file of outside) {
    const { outcome } = await attack({ desktop, sallyport }, 'read', { path: file }, perimeter)
    expect(outcome, file).toMatchObject({ kind: 'refused' })
    expect(JSON.stringify(outcome)).not.toContain('not yours')
  }
  const { outcome } = await attack({ desktop, sallyport }, 'read', { path: `${folder}/mine.txt` }, perimeter)
  expect(outcome).toEqual({ kind: 'ok', value: 'mine' })
})

test('no host outside its manifest or the perimeter is asked, and no private address', async ({
  desktop,
  sallyport,
  echoServer,
}) => {
  const wide = { hosts: [{ host: '*' }, { host: 'api.example.org' }] }
  const addresses = [
    'https://evil.example.net/take',
    'https://user:pass@api.example.org/',
    `http://127.0.0.1:${echoServer.port}/`,
    `http://localhost:${echoServer.port}/`,
    `http://[::1]:${echoServer.port}/`,
    `http://[::ffff:127.0.0.1]:${echoServer.port}/`,
    `http://0x7f000001:${echoServer.port}/`,
    `http://2130706433:${echoServer.port}/`,
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1/',
    'file:///etc/passwd',
  ]
  for (const url of addresses) {
    const { outcome } = await attack({ desktop, sallyport }, 'fetchFrom', { url }, wide)
    expect(outcome, url).toMatchObject({ kind: 'refused' })
  }
  expect(echoServer.received).toEqual([])
})

test('a flood of log lines and of refusals ends within bounds', async ({ desktop, sallyport }) => {
  const lines = await attack({ desktop, sallyport }, 'floodLog', {})
  expect(lines.entries.length).toBeLessThan(50)
  expect(lines.log).toHaveLength(21)
  expect(lines.log.at(-1)?.text).toContain('left out')
  const refusals = await attack({ desktop, sallyport }, 'floodRefusals', {})
  expect(refusals.entries.length).toBeLessThan(150)
})

test('a tool can’t answer its own question', async ({ desktop, sallyport }) => {
  const { folder, perimeter } = await workFolder(desktop)
  const file = path.join(folder, 'mine.txt')
  const { outcome } = await attack({ desktop, sallyport }, 'answerItself', { file }, perimeter)
  expect(outcome).toEqual({ kind: 'ok', value: 'denied-by-person' })
  expect(await readFile(file, 'utf8')).toBe('mine')
})

test('a thenable and a hostile error stay in the box', async ({ desktop, sallyport }) => {
  const thenable = await attack({ desktop, sallyport }, 'thenable', {})
  expect(['ok', 'failed']).toContain(thenable.outcome.kind)
  const thrown = await attack({ desktop, sallyport }, 'hostileError', {})
  expect(thrown.outcome.kind).toBe('failed')
  expect(thrown.ms).toBeLessThan(15_000)
})

test('what its manifest does not name is not there', async ({ desktop, sallyport }) => {
  const { outcome } = await attack({ desktop, sallyport }, 'undeclared', {})
  expect(['not there', 'not-in-manifest']).toContain(outcome.value)
})

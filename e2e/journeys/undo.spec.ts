import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from '@playwright/test'
import type { Result } from '../../contract/broker-api.ts'
import { call, makeAgent, runEnded, startRun } from '../harness/agent.ts'
import type { CommandLine } from '../harness/command-line.ts'
import type { ModelServer } from '../harness/model-server.ts'
import { expect, test } from '../harness/test.ts'
import { until } from '../harness/time-limit.ts'

const tree = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()

async function changeFiles(page: Page, modelServer: ModelServer, agent: string, folder: string) {
  const at = (name: string) => path.join(folder, name)
  const one = (name: string, input: unknown) => ({ toolCalls: [{ name: `files__${name}`, input }] })
  modelServer.says([
    one('write', { path: at('plan.txt'), text: 'Monday\nLunch at two\n', mode: 'replace' }),
    one('makeFolder', { path: at('archive') }),
    one('move', {
      moves: [
        { from: at('a.txt'), to: at('archive/a.txt') },
        { from: at('b.txt'), to: at('archive/b.txt') },
      ],
    }),
    one('write', { path: at('archive/note.txt'), text: 'new', mode: 'create' }),
    one('trash', { paths: [at('old.txt')] }),
    { text: 'Done.' },
  ])
  const id = await startRun(page, agent, `Tidy up ${folder}`)
  const run = await runEnded(page, id)
  expect(run.state, JSON.stringify(run.items)).toBe('done')
  return id
}

async function preview(sallyport: CommandLine, id: string): Promise<Result<'runs.undoPreview'>> {
  const { code, output } = await sallyport(['undo', id, '--json'])
  expect(code, output).toBe(0)
  return JSON.parse(output)
}

test('a run is looked at and taken back from the command line: a file, a call, and the rest of it after a restart', async ({
  launch,
  desktop,
  modelServer,
  sallyport,
}) => {
  const folder = path.join(desktop.home, 'work')
  const at = (name: string) => path.join(folder, name)
  await mkdir(folder)
  await writeFile(at('plan.txt'), 'Monday\nLunch at one\n', { mode: 0o640 })
  for (const name of ['a.txt', 'b.txt', 'old.txt']) await writeFile(at(name), name)
  const before = await tree(folder)
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, {
    folders: [{ path: folder, write: 'allow' }],
    tools: ['files'],
  })
  const id = await changeFiles(page, modelServer, agent, folder)
  const after = await tree(folder)
  expect(after).toEqual(['archive', 'archive/a.txt', 'archive/b.txt', 'archive/note.txt', 'plan.txt'])

  // Looked at: a diff of what would come back, and nothing is done.
  const said = await sallyport(['undo', id])
  expect(said.output).toContain('-Lunch at two')
  expect(said.output).toContain('+Lunch at one')
  expect(said.output).toContain('--yes')
  const { changes } = await preview(sallyport, id)
  expect(changes.map(({ state }) => state)).toEqual(changes.map(() => 'can-undo'))
  expect(await tree(folder)).toEqual(after)

  // One file; then one call, of two files; each by itself.
  const plan = changes.find((change) => change.path === at('plan.txt'))
  expect(await sallyport(['undo', id, '--change', plan?.id ?? '', '--yes'])).toMatchObject({ code: 0 })
  expect(await readFile(at('plan.txt'), 'utf8')).toBe('Monday\nLunch at one\n')
  expect((await stat(at('plan.txt'))).mode & 0o777).toBe(0o640)
  expect(await tree(folder)).toEqual(after)
  const moved = changes.find((change) => change.path === at('archive/a.txt'))
  expect(await sallyport(['undo', id, '--call', moved?.callId ?? '', '--yes'])).toMatchObject({ code: 0 })
  expect(await tree(folder)).toEqual(['a.txt', 'archive', 'archive/note.txt', 'b.txt', 'plan.txt'])

  // What a person changed since is said, and left; the rest comes back, after a restart too.
  await writeFile(at('archive/note.txt'), 'mine now')
  await app.close()
  await launch()
  await until(
    async () => (await sallyport(['status', '--json'])).code === 0,
    20_000,
    'waiting for the second start',
  )
  const rest = await sallyport(['undo', id, '--yes'])
  expect(rest.code).toBe(1)
  expect(rest.output).toContain('left alone')
  expect(rest.output).toContain('changed since')
  expect(await readFile(at('archive/note.txt'), 'utf8')).toBe('mine now')
  expect(await tree(folder)).toEqual([...before, 'archive', 'archive/note.txt'].sort())
})

test('after Stop the window puts back what the run did', async ({
  launch,
  desktop,
  modelServer,
  sallyport,
}, testInfo) => {
  const folder = path.join(desktop.home, 'work')
  const at = (name: string) => path.join(folder, name)
  await mkdir(folder)
  for (const name of ['plan.txt', 'a.txt', 'b.txt', 'old.txt']) await writeFile(at(name), `${name}\n`)
  const before = await tree(folder)
  const app = await launch()
  const page = await app.mainWindow()
  const agent = await makeAgent(page, modelServer, {
    folders: [{ path: folder, write: 'allow' }],
    tools: ['files'],
  })
  const id = await changeFiles(page, modelServer, agent, folder)
  expect((await sallyport(['stop', '--json'])).code).toBe(0)
  await until(async () => (await call(page, 'status.get', {})).stop.stopped, 30_000, 'waiting for Stop')
  await page.evaluate((run) => {
    location.hash = `#/runs/${run}`
  }, id)
  await page
    .getByRole('button', { name: /put files back|undo/i })
    .first()
    .click()
  const panel = page.getByRole('region', { name: 'Undo' })
  await expect(panel.getByText('plan.txt').first()).toBeVisible()
  await panel.getByRole('button', { name: 'Show' }).first().click()
  await page.screenshot({ path: testInfo.outputPath('undo.png') })
  await panel.getByRole('button', { name: /^Put back \d+ changes/ }).click()
  await expect(panel.getByRole('button', { name: 'Nothing to put back' })).toBeVisible()
  expect(await tree(folder)).toEqual(before)
  expect(await readFile(at('plan.txt'), 'utf8')).toBe('plan.txt\n')
})

/** A tool's log reaches whoever watches the call, whole and in order, and without what no log may hold. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import { makeTool } from '../../e2e/fixtures/open-test-lane.ts'
import { createLogTeller } from './tell-log.ts'

let house: TestHouse
beforeAll(async () => {
  house = await openTestHouse()
})
afterAll(() => house.close())

async function logOf(source: string): Promise<string[]> {
  const lines: string[] = []
  const tool = makeTool(source)
  await house.tellModel(tool, 'main', {}, {}, { onLog: (level, text) => lines.push(`${level} ${text}`) })
  return lines
}

describe('what a tool writes', () => {
  it('is told line by line, with its level', async () => {
    expect(
      await logOf(
        'export const main = async () => { console.log("one", { two: 2 }); console.warn("three") }',
      ),
    ).toEqual(['info one {two: 2}', 'warn three'])
  })
  it('says where it failed, in the lines of its own source', async () => {
    const [line = ''] = await logOf('export const main = async () => {\n  throw new Error("no luck")\n}')
    expect(line).toMatch(/^error Error: no luck\n.*tool\.js:2/s)
  })
  it('holds no credential', async () => {
    const token = ['ghp', '1234567890abcdefghijABCDEFGHIJ123456'].join('_')
    const lines = await logOf(`export const main = async () => console.log('the key is ${token}')`)
    expect(lines.join()).toContain('the key is ')
    expect(lines.join()).not.toContain(token)
  })
})

it('keeps its order when some lines take longer to look through', async () => {
  const told: string[] = []
  const scan = (text: string) => {
    const done = { hits: [], redacted: text }
    return text.startsWith('slow') ? new Promise<typeof done>((end) => setTimeout(end, 5, done)) : done
  }
  const teller = createLogTeller(
    { scan },
    (_level, text) => told.push(text),
    (error) => expect.unreachable(String(error)),
  )
  for (const text of ['a', 'slow b', 'c', 'slow d', 'e']) teller.line('info', text)
  expect(told).toEqual(['a'])
  await teller.told()
  expect(told).toEqual(['a', 'slow b', 'c', 'slow d', 'e'])
})

it('fails no call when whoever watches fails, and tells the lines that follow', async () => {
  const told: string[] = []
  const tool = makeTool(
    'export const main = async () => { for (const line of ["one", "bad", "two"]) console.log(line); return 7 }',
  )
  const onLog = (_level: string, text: string) => {
    if (text === 'bad') throw new Error('The watcher fails.')
    told.push(text)
  }
  expect(JSON.stringify(await house.tellModel(tool, 'main', {}, {}, { onLog }))).toContain('7')
  expect(told).toEqual(['one', 'two'])
})

it('fails no call when whoever watches what it does fails', async () => {
  const tool = makeTool('export const main = async ({ path }) => (await sallyport.fs.stat({ path })).kind')
  tool.manifest = { ...tool.manifest, capabilities: ['fs.list'] }
  const perimeter = { folders: [{ path: house.home, read: 'allow', write: 'deny' }] } as const
  const onEffect = () => {
    throw new Error('The watcher fails.')
  }
  const before = [house.entries.length, house.faults.length] as const
  const { outcome } = await house.tellModel(
    tool,
    'main',
    { path: house.home },
    { folders: [...perimeter.folders] },
    { onEffect },
  )
  expect(outcome).toEqual({ kind: 'ok', value: 'folder' })
  expect(house.entries.slice(before[0]).map(({ kind }) => kind)).toContain('outcome')
  expect(house.faults.slice(before[1]).map(String)).toContain('Error: The watcher fails.')
})

it('goes on after a line that could not be told, whether it took long to look through or not', async () => {
  const told: string[] = []
  const faults: string[] = []
  const scan = (text: string) => {
    const done = { hits: [], redacted: text }
    return text.startsWith('slow') ? new Promise<typeof done>((end) => setTimeout(end, 5, done)) : done
  }
  const teller = createLogTeller(
    { scan },
    (_level, text) => {
      if (text.endsWith('bad')) throw new Error(text)
      told.push(text)
    },
    (error) => faults.push((error as Error).message),
  )
  for (const text of ['a', 'bad', 'b', 'slow bad', 'slow c', 'd']) teller.line('info', text)
  await teller.told()
  expect(told).toEqual(['a', 'b', 'slow c', 'd'])
  expect(faults).toEqual(['bad', 'slow bad'])
})

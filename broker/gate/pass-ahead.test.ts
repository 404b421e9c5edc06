import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { LogUnavailable } from '../../contract/activity.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import { aheadArgs } from './ahead-args.ts'

let house: TestHouse
let folder: string
let file: string
beforeAll(async () => {
  house = await openTestHouse()
  folder = path.join(house.home, 'work')
  file = path.join(folder, 'note.txt')
  mkdirSync(folder)
  writeFileSync(file, 'what it says')
})
afterAll(() => house.close())
beforeEach(() => {
  house.entries.length = 0
  house.questions.length = 0
})
const kinds = () => house.entries.map(({ kind }) => kind)
const read = (perimeter: Parameters<TestHouse['callTool']>[3], at = file) =>
  house.callTool('files', 'read', { path: at }, perimeter)

describe('a read that the manifest announces', () => {
  it('is made once, before the code asks for it, and is in the log like any other', async () => {
    const outcome = await read({ folders: [{ path: folder, read: 'allow', write: 'deny' }] })
    expect(outcome).toMatchObject({ kind: 'ok', value: { text: 'what it says' } })
    expect(kinds()).toEqual(['tool.call', 'intent', 'outcome', 'tool.result'])
  })

  it('is not made where a person would be asked: the code asks, once', async () => {
    // Its code runs by then: nobody is asked for what nobody has asked for.
    let running = 0
    house.says(() => {
      running = house.lane.stats().busy
      return 'allow'
    })
    const outcome = await read({ folders: [{ path: folder, read: 'ask', write: 'deny' }] })
    expect(outcome).toMatchObject({ kind: 'ok', value: { text: 'what it says' } })
    expect(house.questions).toHaveLength(1)
    expect(running).toBe(1)
    expect(kinds()).toEqual(['tool.call', 'question', 'answer', 'intent', 'outcome', 'tool.result'])
  })

  it('is refused once where it is denied, with its reason', async () => {
    const outcome = await read({
      folders: [{ path: path.join(house.home, 'elsewhere'), read: 'allow', write: 'deny' }],
    })
    expect(outcome).toMatchObject({ kind: 'refused', code: 'outside-perimeter' })
    expect(kinds()).toEqual(['tool.call', 'decision', 'tool.result'])
  })

  it('that fails, fails once and in its own words', async () => {
    const missing = path.join(folder, 'missing.txt')
    const outcome = await read({ folders: [{ path: folder, read: 'allow', write: 'deny' }] }, missing)
    expect(outcome).toMatchObject({ kind: 'failed', code: 'not-found' })
    expect(kinds()).toEqual(['tool.call', 'intent', 'outcome', 'tool.result'])
  })

  it('is of no use while its entries can’t be written', async () => {
    const commit = vi.spyOn(house.log, 'commit').mockRejectedValue(new LogUnavailable('The disk is full.'))
    try {
      const outcome = await read({ folders: [{ path: folder, read: 'allow', write: 'deny' }] })
      expect(outcome).toMatchObject({ kind: 'refused', code: 'unavailable' })
      expect(JSON.stringify(outcome)).not.toContain('what it says')
      expect(commit).toHaveBeenCalled()
    } finally {
      commit.mockRestore()
    }
  })

  it('waits with everything else while the agent is paused', async () => {
    await house.stop.setPaused('test', true, 'agent_test')
    const outcome = read({ folders: [{ path: folder, read: 'allow', write: 'deny' }] })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(kinds()).not.toContain('intent')
    await house.stop.setPaused('test', false, 'agent_test')
    expect(await outcome).toMatchObject({ kind: 'ok' })
    expect(kinds().filter((kind) => kind === 'intent')).toHaveLength(1)
  })
})

describe('the arguments of an announced request', () => {
  const request = {
    operation: 'fs.readFile',
    args: {
      path: { input: 'path' },
      offset: { input: 'from', or: 0 },
      encoding: { value: 'utf8' },
      length: { input: 'length' },
    },
  }
  it('come from the input, with what stands in for the absent, in the order of their names', () => {
    expect(JSON.stringify(aheadArgs(request, { path: '/a', from: 7 }))).toBe(
      '{"encoding":"utf8","offset":7,"path":"/a"}',
    )
    expect(JSON.stringify(aheadArgs(request, { path: '/a', length: 1 }))).toBe(
      '{"encoding":"utf8","length":1,"offset":0,"path":"/a"}',
    )
  })
  it('take nothing that is not the input’s own', () => {
    const from = { operation: 'x', args: { a: { input: 'constructor' }, b: { input: '__proto__' } } }
    for (const input of [{}, [], null, 'text', 7]) expect(aheadArgs(from, input)).toEqual({})
  })
})

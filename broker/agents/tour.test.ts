import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { RunItem, RunView } from '../../contract/agent.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'

let house: TestHouse
beforeAll(async () => {
  house = await openTestHouse()
})
afterAll(() => house.close())
beforeEach(() => {
  rmSync(path.join(house.home, 'Sallyport tour'), { recursive: true, force: true })
  house.questions.length = 0
  house.entries.length = 0
  house.faults.length = 0
})

const folder = (...parts: string[]) => path.join(house.home, 'Sallyport tour', ...parts)
async function play(): Promise<RunView> {
  const started = await house.runs.tour({ caller: 'you' })
  if (started.kind !== 'ok') throw new Error(started.person)
  await house.runs.whenEnded(started.value.id)
  const view = house.runs.get(started.value.id)
  if (!view) throw new Error('the run is gone')
  return view
}
const callsIn = (view: RunView) =>
  view.items.filter((item): item is Extract<RunItem, { kind: 'call' }> => item.kind === 'call')
/** What was asked, but for the summary: whether that is asked is the gate's choice once outside text was read. */
const moveQuestions = () =>
  house.questions.filter(({ prepared }) => {
    const file = prepared.needs.map(({ resource }) =>
      resource.kind === 'path' ? path.basename(resource.path) : '',
    )
    return !file.includes('What happened.md')
  })
const textIn = (view: RunView) => view.items.map((item) => (item.kind === 'text' ? item.text : '')).join('\n')
const statesIn = (view: RunView) => callsIn(view).map((call) => `${call.tool}.${call.function} ${call.state}`)

it('with a yes: the files are tidied after one question, the theft is stopped, and all of it is on the record', async () => {
  house.says(() => 'allow')
  const view = await play()
  expect(view).toMatchObject({
    state: 'done',
    tour: true,
    agentName: 'Guided tour',
    calls: 7,
    undoable: 7 + 5,
  })
  expect(statesIn(view)).toEqual([
    'files.list ok',
    'files.read ok',
    'files.read ok',
    'files.read ok',
    'files.move ok',
    'web.request refused',
    'files.write ok',
  ])
  expect(moveQuestions()).toHaveLength(1)
  expect(house.questions[0]?.prepared.sentence).toMatchObject({
    verb: 'Move',
    object: expect.stringMatching(/^7 /),
  })
  expect(readdirSync(folder('Invoices')).sort()).toEqual([
    'invoice-0298.html',
    'invoice-0305.html',
    'invoice-0311.html',
  ])
  expect(readdirSync(folder('Photos'))).toHaveLength(2)
  expect(readdirSync(folder('Duplicates'))).toEqual(['IMG_2041 (1).png'])
  expect(readFileSync(folder('What happened.md'), 'utf8')).toMatch(/7 files were sorted[\s\S]*It was stopped/)
  expect(textIn(view)).toContain('Stopped. That host is not in my perimeter.')
  const theft = callsIn(view).find(({ tool }) => tool === 'web')
  expect(theft?.effects).toMatchObject([
    {
      capability: 'net.request',
      state: 'refused',
      decision: { effect: 'deny', because: [{ layer: 'perimeter' }] },
    },
  ])
  expect(view.lamps).toMatchObject({ outside: true, private: true, send: false })
  const kinds = house.entries.map(({ kind }) => kind)
  for (const kind of [
    'run.start',
    'intent',
    'outcome',
    'question',
    'answer',
    'decision',
    'tool.call',
    'tool.result',
    'run.end',
  ])
    expect(kinds).toContain(kind)
  expect(house.faults).toEqual([])
})

it('with a no: not one file moves, the tour says so and plays on', async () => {
  house.says(({ prepared }) => (prepared.sentence.verb === 'Move' ? 'deny' : 'allow'))
  const view = await play()
  expect(view.state).toBe('done')
  expect(statesIn(view)).toContain('files.move refused')
  expect(statesIn(view)).toContain('web.request refused')
  expect(existsSync(folder('Invoices'))).toBe(false)
  expect(existsSync(folder('invoice-0311.html'))).toBe(true)
  expect(textIn(view)).toContain('The answer was no, so not one file was moved.')
  expect(readFileSync(folder('What happened.md'), 'utf8')).toContain('No file was moved.')
})

it('with a no to everything: it still comes to its end, and claims nothing that was not done', async () => {
  house.says(() => 'deny')
  const view = await play()
  expect(view.state).toBe('done')
  expect(statesIn(view)).toHaveLength(7)
  expect(existsSync(folder('Invoices'))).toBe(false)
  expect(textIn(view)).toContain(
    existsSync(folder('What happened.md')) ? 'The summary is written.' : 'could not be written',
  )
})

it('stopped while it asks: the run is over, nothing moved, and nothing more happens', async () => {
  house.says(async () => {
    await house.stop.stop('you')
    return 'allow' as const
  })
  const view = await play()
  expect(view).toMatchObject({ state: 'stopped', ended: 'Stop was pressed.' })
  expect(existsSync(folder('Invoices'))).toBe(false)
  expect(await house.runs.tour({ caller: 'you' })).toMatchObject({ kind: 'refused', code: 'stopped' })
  house.stop.resume('you')
  await house.lane.warm()
})

it('can be played again: the sample is put back first', async () => {
  house.says(() => 'allow')
  await play()
  const again = await play()
  expect(again.state).toBe('done')
  expect(moveQuestions()).toHaveLength(2)
  expect(moveQuestions()[1]?.prepared.sentence.object).toMatch(/^7 /)
  expect(house.book.list().filter(({ name }) => name === 'Guided tour')).toHaveLength(1)
})

it('does not start in a folder that holds other things', async () => {
  expect(await house.runs.tour({ folder: house.base, caller: 'you' })).toMatchObject({
    kind: 'refused',
    person: expect.stringMatching(/other things/),
  })
})

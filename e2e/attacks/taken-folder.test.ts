/**
 * The agent's own folder taken away whole: moved, trashed, or moved onto its place. What a person allowed for the things
 * in a folder, by a line or by an answer that stays, is no leave for that.
 */
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type FolderLine, Perimeter } from '../../contract/perimeter.ts'
import type { OperationName } from '../../contract/request.ts'
import type { Json } from '../../contract/words.ts'
import { openTestHouse, type TestHouse } from '../fixtures/open-test-house.ts'

let house: TestHouse
let top: string
let count = 0
const at = (name: string) => path.join(top, name)

beforeAll(async () => {
  house = await openTestHouse({ person: () => 'deny' })
})
afterAll(() => house.close())
beforeEach(() => {
  top = path.join(realpathSync(house.home), `top-${++count}`)
  mkdirSync(at('work/inner'), { recursive: true })
  writeFileSync(at('work/inner/a.txt'), 'a')
  house.questions.length = 0
})

async function ask(operation: OperationName, args: Json, folders: FolderLine[]) {
  const outcome = await house.gate.passCapability(
    {
      principal: { id: 'agent_test', kind: 'agent', name: 'Test' },
      perimeter: Perimeter.parse({ folders }),
      run: { id: 'run_taken', title: 'Test' },
      ...{ tool: house.catalog.get('files'), callId: 'call_taken', signal: new AbortController().signal },
    },
    operation,
    args,
  )
  return outcome.kind === 'refused' ? outcome.code : outcome.kind
}
const move = (from: string, to: string) => ({ moves: [{ from: at(from), to: at(to) }] })
const line = (name: string, write: 'allow' | 'ask'): FolderLine => ({ path: at(name), read: 'allow', write })

it('a line that lets it change what is in a folder asks before that folder goes', async () => {
  const folders = [line('work', 'allow'), line('else', 'allow')]
  mkdirSync(at('else'))
  expect(await ask('fs.move', move('work', 'else/work'), folders)).toBe('denied-by-person')
  expect(await ask('fs.trash', { paths: [at('work')] }, folders)).toBe('denied-by-person')
  expect(existsSync(at('work/inner/a.txt'))).toBe(true)
  expect(house.questions).toHaveLength(2)
  // Nothing is ever put in the place of what is there.
  expect(await ask('fs.move', move('work/inner', 'else'), folders)).toBe('failed')
  // What is in it moves in silence, folders too.
  expect(await ask('fs.move', move('work/inner', 'else/inner'), folders)).toBe('ok')
  expect(await ask('fs.trash', { paths: [at('else/inner')] }, folders)).toBe('ok')
  expect(house.questions).toHaveLength(2)
})

it('nor does an answer that stays for what is in a folder', async () => {
  house.grants.add({
    ...{ effect: 'allow', principalId: 'agent_test', capability: 'fs.write', madeAt: Date.now() },
    tool: { name: 'files', hash: house.catalog.get('files')?.hash ?? '' },
    scope: { kind: 'path', path: at('work'), below: true },
    ...{ words: 'Write in work and below', end: { kind: 'unused', days: 14 }, madeBy: '', questionId: null },
    ...{ note: '', reason: '' },
  })
  const folders = [line('', 'ask')]
  expect(await ask('fs.move', move('work/inner', 'work/other'), folders)).toBe('ok')
  expect(house.questions).toHaveLength(0)
  expect(await ask('fs.move', move('work', 'gone'), folders)).toBe('denied-by-person')
  expect(existsSync(at('work/other/a.txt'))).toBe(true)
})

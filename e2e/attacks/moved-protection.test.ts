/**
 * What is protected by its place is moved, and a link is left in its stead, while the broker runs: as people do who keep
 * their settings in a folder of their own. Where it lies now is protected then.
 */
import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Perimeter } from '../../contract/perimeter.ts'
import { openTestHouse, type TestHouse } from '../fixtures/open-test-house.ts'

let house: TestHouse
let home: string

beforeAll(async () => {
  house = await openTestHouse({ person: () => 'allow' })
  home = realpathSync(house.home)
  for (const folder of ['.aws', 'work', '.config', 'dots']) mkdirSync(path.join(home, folder))
  writeFileSync(path.join(home, '.aws/credentials'), 'the key')
})
afterAll(() => house.close())

const at = (file: string) => path.join(home, file)
const ask = async (operation: 'fs.readFile' | 'fs.writeFile', file: string, more: object = {}) => {
  // A look at the disk is not taken for each decision.
  await sleep(300)
  const outcome = await house.gate.passCapability(
    {
      principal: { id: 'agent_test', kind: 'agent', name: 'Test' },
      perimeter: Perimeter.parse({ folders: [{ path: home, read: 'allow', write: 'allow' }] }),
      run: { id: 'run_moved', title: 'Test' },
      tool: null,
      callId: 'call_moved',
      signal: new AbortController().signal,
    },
    operation,
    { path: at(file), encoding: 'utf8', ...more },
  )
  return outcome.kind === 'refused' ? outcome.code : outcome.kind
}
const write = (file: string) => ask('fs.writeFile', file, { data: 'changed' })

it('a folder of keys that is moved, with a link in its stead, is protected where it is now', async () => {
  expect(await ask('fs.readFile', '.aws/credentials')).toBe('outside-perimeter')
  renameSync(at('.aws'), at('work/aws'))
  expect(await ask('fs.readFile', 'work/aws/credentials')).toBe('ok')
  symlinkSync('work/aws', at('.aws'))
  expect(await ask('fs.readFile', 'work/aws/credentials')).toBe('outside-perimeter')
  expect(await write('work/aws/new')).toBe('outside-perimeter')
  expect(await write('work/else')).toBe('ok')
  // The link leads elsewhere, and then is a folder again.
  renameSync(at('work/aws'), at('work/keys'))
  rmSync(at('.aws'))
  symlinkSync('work/keys', at('.aws'))
  expect(await ask('fs.readFile', 'work/keys/credentials')).toBe('outside-perimeter')
  rmSync(at('.aws'))
  expect(await ask('fs.readFile', 'work/keys/credentials')).toBe('ok')
})

it('so is what lies behind a link further up, and what a link leads to by another link', async () => {
  rmSync(at('.config'), { recursive: true })
  symlinkSync('dots', at('.config'))
  expect(await write('dots/nvim/init.lua')).toBe('outside-perimeter')
  mkdirSync(at('one'))
  mkdirSync(at('two'))
  symlinkSync('one', at('current'))
  symlinkSync('current', at('.kube'))
  expect(await write('one/config')).toBe('outside-perimeter')
  rmSync(at('current'))
  symlinkSync('two', at('current'))
  expect(await write('two/config')).toBe('outside-perimeter')
  expect(await write('one/config')).toBe('ok')
})

it('Sallyport’s own folder is guarded where it is now, whatever the perimeter names', async () => {
  const own = path.join(house.base, 'own')
  mkdirSync(own)
  writeFileSync(path.join(own, 'state.db'), 'state')
  expect(await ask('fs.readFile', '../own/state.db')).toBe('outside-perimeter')
  renameSync(own, at('work/own'))
  symlinkSync(at('work/own'), own)
  expect(await ask('fs.readFile', 'work/own/state.db')).toBe('outside-perimeter')
  expect(await write('work/own/state.db')).toBe('outside-perimeter')
})

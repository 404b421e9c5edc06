import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { followPlaces } from './follow-places.ts'
import { resolvePlace } from './look-up-places.ts'

let top: string
let now = 0
const at = (name: string) => path.join(top, name)

beforeEach(() => {
  top = realpathSync(mkdtempSync(path.join(tmpdir(), 'sallyport-follow-')))
})
afterEach(() => rmSync(top, { recursive: true, force: true }))

test('nothing is looked up again while the folders are as they were', async () => {
  mkdirSync(at('home/.config'), { recursive: true })
  let lookedUp = 0
  const resolve = (file: string) => {
    lookedUp++
    return resolvePlace(file)
  }
  const places = followPlaces([at('home/.aws'), at('home/.config/gh')], resolve, () => (now += 300))
  // A folder that has just changed is looked at again, for its times may not tell of the next change.
  await sleep(150)
  const first = places()
  const before = lookedUp
  expect(places()).toBe(first)
  expect(lookedUp).toBe(before)
  // Something else that comes does not change where they lead.
  mkdirSync(at('home/other'))
  expect(places()).toBe(first)
})

test('a look is taken a few times a second at most', () => {
  mkdirSync(at('home'))
  let clock = 0
  const places = followPlaces([at('home/.aws')], resolvePlace, () => clock)
  const first = places()
  symlinkSync('elsewhere', at('home/.aws'))
  mkdirSync(at('home/elsewhere'))
  clock = 200
  expect(places()).toBe(first)
  clock = 260
  expect(places()).toEqual([at('home/elsewhere')])
})

test('links of every kind are seen as they come, change and go', () => {
  mkdirSync(at('home'))
  for (const name of ['one', 'two', 'disk']) mkdirSync(at(name))
  const places = followPlaces(
    [at('home/.aws'), at('home/.config/gh'), at('home/.config')],
    resolvePlace,
    () => (now += 300),
  )
  expect(places()).toEqual([at('home/.aws'), at('home/.config/gh'), at('home/.config')])
  symlinkSync(at('one'), at('home/.config'))
  expect(places()).toEqual([at('home/.aws'), at('one/gh'), at('one')])
  symlinkSync('../two', at('one/gh'))
  expect(places()).toEqual([at('home/.aws'), at('two'), at('one')])
  // A link to a link, of which the further one changes.
  symlinkSync('two', at('current'))
  symlinkSync(at('current'), at('home/.aws'))
  expect(places()[0]).toBe(at('two'))
  rmSync(at('current'))
  symlinkSync('disk', at('current'))
  expect(places()[0]).toBe(at('disk'))
  // The whole home moves.
  renameSync(at('home'), at('disk/home'))
  symlinkSync('disk/home', at('home'))
  expect(places()).toEqual([at('disk'), at('two'), at('one')])
  rmSync(at('disk/home/.aws'))
  expect(places()[0]).toBe(at('disk/home/.aws'))
})

test('one that is put in the place of another within the same moment is seen, whatever its times say', () => {
  for (const name of ['home', 'one', 'two']) mkdirSync(at(name))
  const places = followPlaces([at('home/.aws')], resolvePlace, () => (now += 300))
  places()
  symlinkSync('../one', at('home/.aws'))
  utimesSync(at('home'), 0, 0)
  expect(places()).toEqual([at('one')])
  rmSync(at('home/.aws'))
  symlinkSync('../two', at('home/.aws'))
  utimesSync(at('home'), 0, 0)
  expect(places()).toEqual([at('two')])
})

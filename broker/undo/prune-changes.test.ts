import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { longestTurn } from '../../e2e/harness/longest-turn.ts'
import type { Change } from './change.ts'
import { type ImageStore, openImageStore } from './image-store.ts'
import { pruneChanges } from './prune-changes.ts'

let top: string
let images: ImageStore
let changes: Map<string, Change>
beforeEach(() => {
  top = fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-prune-'))
  images = openImageStore(top)
  changes = new Map()
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

const NOW = 1_800_000_000_000
function add(n: number, hash: string | null): Change {
  const change: Change = {
    ...{ id: `change_${n}`, seq: n, runId: 'run_test', callId: 'call_1', principalId: 'agent_test', at: NOW },
    ...{ what: 'changed', path: `/work/${n}`, from: null, state: 'done', after: null, nowAt: null },
    ...{ nowPrint: null, leaves: null, carried: null, rest: null },
    before: hash === null ? { kind: 'not-kept' } : { kind: 'file', hash, size: 1, mode: 0o600, mtimeMs: NOW },
  }
  changes.set(change.id, change)
  return change
}
const prune = (megabytes: number, isTaking = () => false) =>
  pruneChanges({
    ...{ images, limits: { days: 30, megabytes }, now: NOW, isTaking },
    changes: () => [...changes.values()],
    drop: (id) => void changes.delete(id),
  })
const hashOf = (n: number) => n.toString(16).padStart(64, '0')

test('as many changes as are kept are gone through while everybody else has a turn', async () => {
  const needed = await images.put(Buffer.from('needed'))
  const unneeded = await images.put(Buffer.from('unneeded'))
  for (let n = 1; n < 50_000; n++) add(n, hashOf(n))
  add(50_000, needed)
  expect(await longestTurn(() => prune(500))).toBeLessThan(100)
  expect([changes.size, images.has(needed), images.has(unneeded)]).toEqual([50_000, true, false])
})

test('what gets an image while images are gone through keeps it', async () => {
  const aside = add(1, null)
  const before = await images.put(Buffer.from('set aside'))
  const newer = await images.put(Buffer.from('newer'))
  let looked = 0
  await prune(500, () => {
    if (looked++ > 0) return false
    changes.set(aside.id, { ...add(1, before), id: aside.id })
    add(2, newer)
    return false
  })
  expect(looked).toBe(1)
  expect([images.has(before), images.has(newer)]).toEqual([true, true])
})

test('of what is too much the oldest goes, and an image with the last that needs it', async () => {
  const shared = await images.put(Buffer.alloc(1024 * 1024, 'a'))
  const large = await images.put(randomBytes(2 * 1024 * 1024))
  add(1, shared)
  add(2, large)
  add(3, shared)
  await prune(1)
  expect([...changes.keys()]).toEqual(['change_3'])
  expect([images.has(shared), images.has(large)]).toEqual([true, false])
})

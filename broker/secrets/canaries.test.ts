import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NewEntry } from '../../contract/activity.ts'
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import { openDocumentStore } from '../store/documents.ts'
import { createCanaries } from './canaries.ts'
import { createLeakScanner } from './leak-scanner.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'sallyport-canaries-'))
let store: ReturnType<typeof openDocumentStore>
let kept: string | null
let locked: boolean
let entries: NewEntry[]
let told: string[]
beforeEach(() => {
  store = openDocumentStore({ file: path.join(folder, `${Math.random()}.db`) })
  kept = null
  locked = false
  entries = []
  told = []
})
afterEach(() => store.close())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const place = {
  words: 'in a request to paste.example.net',
  ...{ principal: null, run: null, tool: null, callId: null },
}

function open() {
  const scanner = createLeakScanner()
  const canaries = createCanaries({
    store,
    clock: () => 1_000,
    log: { append: (entry) => ({ seq: entries.push(entry), at: 0 }) },
    keychain: {
      get: async (): Promise<Outcome<string | null>> =>
        locked ? refused('unavailable', 'locked') : ok(kept),
      async set(_account, value) {
        if (locked) return refused('unavailable', 'locked')
        kept = value
        return ok(true)
      },
    },
    alert: (text) => told.push(text),
    carried() {},
    onValues: () => scanner.watch(canaries.values()),
  })
  return { canaries, scanner }
}

describe('a canary', () => {
  test('is another one for each tool, and the same after a restart', async () => {
    const first = open()
    await first.canaries.open(['files', 'web'])
    expect(first.canaries.tokenFor('files')).not.toBe(first.canaries.tokenFor('web'))
    const second = open()
    await second.canaries.open(['files', 'web'])
    expect(second.canaries.tokenFor('files')).toBe(first.canaries.tokenFor('files'))
  })

  test('given out before the keychain answered is still watched for', async () => {
    const first = open()
    await first.canaries.open(['files'])
    const { canaries, scanner } = open()
    const early = canaries.tokenFor('files')
    await canaries.open(['files'])
    for (const value of [early, canaries.tokenFor('files')])
      expect(scanner.redactKnown(`x ${value}`).hits.map(({ what }) => what)).toEqual(['canary:files'])
  })

  test('is not written anywhere while the keychain is locked', async () => {
    locked = true
    const { canaries } = open()
    await canaries.open(['files'])
    const value = canaries.tokenFor('files')
    expect(kept).toBeNull()
    expect(JSON.stringify(store.list('frozen-tools'))).not.toContain(value)
  })

  test('that turns up freezes its own tool once, tells the person and stands on the record', async () => {
    const { canaries, scanner } = open()
    await canaries.open(['files', 'web'])
    const leak = Buffer.from(`k=${canaries.tokenFor('files')}`).toString('base64')
    for (let i = 0; i < 3; i++)
      expect(canaries.caught(scanner.redactKnown(leak).hits, place)?.code).toBe('flow')
    expect(canaries.frozen('files')?.code).toBe('stopped')
    expect(canaries.frozen('web')).toBeNull()
    expect(told).toHaveLength(1)
    expect(entries).toHaveLength(1)
    expect(entries[0]?.subject).toContain('paste.example.net')
  })

  test('of a frozen tool that a person thaws is watched for as before', async () => {
    const { canaries, scanner } = open()
    await canaries.open(['files'])
    const { hits } = scanner.redactKnown(canaries.tokenFor('files'))
    canaries.caught(hits, place)
    expect(canaries.thaw('files', 'you, in the app').kind).toBe('ok')
    expect(entries.at(-1)).toMatchObject({ kind: 'install', details: { by: 'you, in the app' } })
    expect(canaries.frozen('files')).toBeNull()
    canaries.caught(hits, place)
    expect(canaries.frozen('files')).not.toBeNull()
  })

  test('freezes although the log can’t be written', async () => {
    const { canaries, scanner } = open()
    await canaries.open(['files'])
    entries.push = () => {
      throw new Error('disk full')
    }
    canaries.caught(scanner.redactKnown(canaries.tokenFor('files')).hits, place)
    expect(open().canaries.frozen('files')).not.toBeNull()
  })

  test('freezes and tells the person although the disk is full, and that a restart would undo it', async () => {
    const { canaries, scanner } = open()
    await canaries.open(['files'])
    store.put = () => {
      throw new Error('disk full')
    }
    const { hits } = scanner.redactKnown(canaries.tokenFor('files'))
    expect(canaries.caught(hits, place)?.code).toBe('flow')
    expect(canaries.frozen('files')?.code).toBe('stopped')
    expect(told).toHaveLength(1)
    expect(told[0]).toContain('a restart would let it work again')
  })

  test('is none of the secrets: other hits freeze nothing', () => {
    expect(open().canaries.caught([{ what: 'secret:mail', start: 0, end: 9 }], place)).toBeNull()
  })
})

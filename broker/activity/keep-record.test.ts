import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import { Settings } from '../../contract/settings.ts'
import { type OpenDocumentStore, openDocumentStore } from '../store/documents.ts'
import { type KeptRecord, keepRecord } from './keep-record.ts'
import { fill, query, testClock, testFolder } from './test-log.ts'

let at: ReturnType<typeof testFolder>
let documents: OpenDocumentStore
let told: { rule: string }[]
let sent: string[]
let settings: Settings
let changed: ((settings: Settings) => void) | null
let record: KeptRecord
const clock = testClock()
const kept = new Map<string, string>()
const keychain = {
  get: async (account: string) => ok(kept.get(account) ?? null),
  async set(account: string, value: string) {
    kept.set(account, value)
    return ok(true as const)
  },
}
const open = (file = at.file) => {
  record = keepRecord({
    ...{ file, clock, documents, version: '1.2.3', emit: (alert) => told.push(alert) },
    async http(url) {
      sent.push(url)
      return { status: 200, headers: { get: () => null }, text: async () => '' }
    },
    onFault() {},
  })
  record.begin({
    settings: {
      get: () => settings,
      onChange(fn: (settings: Settings) => void) {
        changed = fn
        return () => {
          changed = null
        }
      },
    } as never,
    locked: () => false,
  })
  return record
}
beforeEach(() => {
  at = testFolder()
  documents = openDocumentStore({ file: path.join(at.folder, 'state.db') })
  told = []
  sent = []
  settings = Settings.parse({})
})
afterEach(async () => {
  await record.close()
  documents.close()
  at.remove()
})

describe('the record as it is kept', () => {
  it('is sealed when the keychain answers, and its head is remembered among the documents', async () => {
    open()
    fill(record.log, 3)
    expect(await record.useKeychain(keychain)).toBe(true)
    const report = await record.verify()
    expect(report).toMatchObject({ ok: true, sealedTo: report.head?.seq })
    expect(documents.get('log', 'head')).toEqual(report.head)
    expect(record.log.query(query({ text: 'verified' })).rows).toHaveLength(1)
  })

  it('tells of a sandbox that has become weaker since the last start', async () => {
    open().noteSandbox('bubblewrap')
    await sleep(10)
    await record.close()
    open().noteSandbox('none')
    await sleep(10)
    expect(told.map(({ rule }) => rule)).toEqual(['sandbox-weaker'])
  })

  it('sends to a collector from when one is named in the settings, and not before', async () => {
    open()
    fill(record.log, 2)
    await sleep(20)
    settings = { ...settings, otlpEndpoint: 'nonsense' }
    changed?.(settings)
    expect(record.collector().on).toBe(false)
    settings = { ...settings, otlpEndpoint: 'http://127.0.0.1:4318' }
    changed?.(settings)
    fill(record.log, 2, 10)
    for (let n = 0; n < 300 && sent.length === 0; n++) await sleep(20)
    expect(sent[0]).toBe('http://127.0.0.1:4318/v1/logs')
  })

  it('starts although the log can not be opened yet', async () => {
    const blocked = path.join(at.folder, 'blocked')
    writeFileSync(blocked, '')
    open(path.join(blocked, 'activity.db'))
    record.noteSandbox('bubblewrap')
    expect(record.log.state().state).toBe('failing')
    expect((await record.verify()).ok).toBe(false)
    rmSync(blocked)
    mkdirSync(blocked)
    await sleep(1_050)
    fill(record.log, 1)
    expect(record.log.state().state).toBe('ok')
  })
})

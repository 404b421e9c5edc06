import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewEntry } from '../../../contract/activity.ts'
import type { DocumentStore } from '../../ports.ts'
import { careForLog, noteVerified } from '../log-care.ts'
import { type OpenActivityLog, openActivityLog } from '../open-activity-log.ts'
import { query, readIntent, testClock, testFolder } from '../test-log.ts'
import { ALERT_RULES, watchEntries } from './watch-entries.ts'

let at: ReturnType<typeof testFolder>
let clock: ReturnType<typeof testClock>
let log: OpenActivityLog
let documents: Map<string, unknown>
let told: { rule: string; text: string }[]
let muted: string[]
let locked: boolean
let end: () => void
const store: DocumentStore = {
  get: (kind, id) => documents.get(`${kind}/${id}`),
  put: (kind, id, value) => void documents.set(`${kind}/${id}`, structuredClone(value)),
  delete: () => {},
  list: () => [],
}
const watch = () => {
  end = watchEntries({
    log,
    documents: store,
    clock,
    muted: () => muted,
    locked: () => locked,
    emit: (alert) => told.push(alert),
    onFault: (fault) => {
      throw fault
    },
  })
}
beforeEach(() => {
  at = testFolder()
  clock = testClock()
  documents = new Map()
  told = []
  muted = []
  locked = false
  faults = []
  log = openActivityLog({ file: at.file, clock, limits: { indexAt: 1e9 } })
  watch()
})
afterEach(async () => {
  end()
  await log.close()
  at.remove()
})
let faults: unknown[]
const looked = () => new Promise((resolve) => setImmediate(resolve))
const rules = async () => {
  await looked()
  return told.splice(0).map(({ rule }) => rule)
}
const send = (host: string, outside: boolean, more: Partial<NewEntry> = {}) =>
  log.append(
    readIntent(1, {
      subject: `Send GET https://${host}/`,
      capability: 'net.request',
      lamps: { outside, private: false, send: true },
      details: {
        needs: [
          {
            capability: 'net.request',
            resource: {
              kind: 'url',
              method: 'GET',
              url: `https://${host}/`,
              scheme: 'https',
              host,
              port: 443,
              path: '/',
              privateAddress: false,
            },
          },
        ],
        ...more.details,
      },
      ...more,
    }),
  )
const useSecret = (tool: string, hash = 'a') =>
  log.append(
    readIntent(1, {
      capability: 'secret.use',
      tool: { name: tool, version: '1.0.0', hash: hash.repeat(64) },
      details: {
        needs: [
          {
            capability: 'secret.use',
            resource: { kind: 'secret', name: 'github', to: 'https://api.example:443' },
          },
        ],
      },
    }),
  )

describe('alerts', () => {
  it('reach the person while the disk takes neither the record nor what is remembered', async () => {
    end()
    const { append, onEntry } = log
    let full = false
    const refuse = () => {
      throw new Error('The disk is full.')
    }
    end = watchEntries({
      log: { ...log, onEntry, append: (entry) => (full ? refuse() : append(entry)) },
      documents: { ...store, put: (...given) => (full ? refuse() : store.put(...given)) },
      clock,
      muted: () => muted,
      locked: () => locked,
      emit: (alert) => told.push(alert),
      onFault: (fault) => faults.push(fault),
    })
    full = true
    send('new.example', true)
    expect(await rules()).toEqual(['new-host-after-outside-text'])
    expect(faults.length).toBeGreaterThan(0)
    full = false
    send('other.example', true)
    expect(await rules()).toEqual(['new-host-after-outside-text'])
  })

  it('tell of a new host after outside text, once, and not of hosts known from before', async () => {
    send('known.example', false)
    send('known.example', true)
    expect(await rules()).toEqual([])
    send('new.example', true)
    send('new.example', true)
    expect(await rules()).toEqual(['new-host-after-outside-text'])
    send('bad.example', true, { kind: 'decision', decision: 'deny' })
    expect(await rules()).toEqual(['new-host-after-outside-text'])
    end()
    watch()
    send('new.example', true)
    expect(await rules()).toEqual([])
  })

  it('tell of a burst of denials', async () => {
    const deny = () => log.append(readIntent(1, { kind: 'decision', decision: 'deny', ok: false }))
    for (let n = 0; n < 9; n++) deny()
    clock.forward(61_000)
    for (let n = 0; n < 9; n++) deny()
    expect(await rules()).toEqual([])
    deny()
    expect(await rules()).toEqual(['burst-of-denials'])
  })

  it('tell of an unusual volume going out', async () => {
    send('a.example', false, { details: { bytesOut: 20_000_000 } })
    clock.forward(601_000)
    send('a.example', false, { details: { bytesOut: 20_000_000 } })
    expect(await rules()).toEqual([])
    const hop = { kind: 'decision', details: { bytesOut: 6_000_000 } } as const
    send('a.example', false, { ...hop, decision: 'deny' })
    expect(await rules()).toEqual([])
    // A redirect that was followed sent it once more.
    send('a.example', false, { ...hop, decision: 'allow' })
    expect(await rules()).toEqual(['unusual-volume-out'])
  })

  it('tell of a secret used by a new tool, or by one whose code has changed', async () => {
    useSecret('git')
    useSecret('git')
    expect(await rules()).toEqual([])
    useSecret('other')
    expect(await rules()).toEqual(['secret-used-by-new-tool'])
    useSecret('git', 'b')
    expect(await rules()).toEqual(['secret-used-by-new-tool'])
  })

  it('tell of work while the screen is locked, not of reading', async () => {
    locked = true
    log.append(readIntent(1))
    expect(await rules()).toEqual([])
    log.append(readIntent(2, { capability: 'fs.write' }))
    log.append(readIntent(3, { capability: 'fs.write' }))
    expect(await rules()).toEqual(['work-while-locked'])
    clock.forward(601_000)
    log.append(readIntent(4, { capability: 'fs.write' }))
    expect(await rules()).toEqual(['work-while-locked'])
  })

  it('tell of a record that was changed', async () => {
    noteVerified(log, await log.verify())
    expect(await rules()).toEqual([])
    noteVerified(log, {
      ok: false,
      entries: 3,
      firstBad: { seq: 2, what: 'changed', text: 'Entry 2 was changed.' },
      head: null,
      sealedTo: null,
      gaps: [],
      ms: 1,
    })
    await looked()
    expect(told).toEqual([expect.objectContaining({ rule: 'chain-broken', text: 'Entry 2 was changed.' })])
  })

  it('tell what the log itself found before anyone watched, and what it finds later', async () => {
    end()
    log.append({ kind: 'alert', subject: 'The log was set back', details: { rule: 'chain-broken' } })
    watch()
    await new Promise((resolve) => setTimeout(resolve, 2_050))
    log.append({ kind: 'alert', subject: 'It is a month', details: { rule: 'drill-due' } })
    expect(told.map(({ rule }) => rule)).toEqual(['chain-broken', 'drill-due'])
    muted = ['drill-due']
    log.append({ kind: 'alert', subject: 'It is a month', details: { rule: 'drill-due' } })
    expect(told).toHaveLength(2)
  })

  it('tell nothing any more once they are ended', async () => {
    end()
    log.append({ kind: 'alert', subject: 'The log was set back', details: { rule: 'chain-broken' } })
    watch()
    send('new.example', true)
    end()
    await new Promise((resolve) => setTimeout(resolve, 2_050))
    expect(told).toEqual([])
  })

  it('tell of a sandbox that is weaker than before', async () => {
    const start = (sandbox: string) =>
      log.append({ kind: 'app', subject: 'Sandbox', details: { check: 'sandbox-check', sandbox } })
    for (const sandbox of ['none', 'bubblewrap', 'bubblewrap']) start(sandbox)
    expect(await rules()).toEqual([])
    start('none')
    expect(await rules()).toEqual(['sandbox-weaker'])
    start('none')
    expect(await rules()).toEqual([])
  })

  it('are in the record with their rule and what they are about, and quiet when muted', async () => {
    send('new.example', true)
    await looked()
    const row = log.query(query({ kinds: ['alert'] })).rows[0]
    expect(log.entry(row?.seq ?? 0)?.entry.details).toMatchObject({
      rule: 'new-host-after-outside-text',
      because: expect.stringContaining('never reached before'),
      about: (row?.seq ?? 0) - 1,
    })
    muted = ALERT_RULES.map(({ id }) => id)
    send('newer.example', true)
    await looked()
    expect(log.query(query({ kinds: ['alert'] })).rows).toHaveLength(1)
  })

  it('have ids and words of their own', () => {
    expect(new Set(ALERT_RULES.map(({ id }) => id)).size).toBe(7)
    for (const { words, title } of ALERT_RULES) expect(`${title} ${words}`.length).toBeGreaterThan(40)
  })
})

describe('the care of the log', () => {
  it('verifies from time to time, and writes down that it did', async () => {
    const stop = careForLog({ log, keep: () => ({ days: 30, megabytes: 100 }), firstMs: 1, everyMs: 1e6 })
    await expect
      .poll(() => log.query(query({ text: 'verified' })).rows[0]?.subject)
      .toMatch(/^Verified \d+ entries/)
    stop()
  })
})

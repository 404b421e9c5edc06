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
let told: { rule: string; text: string; seq?: number }[]
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
const useSecret = (
  tool: string,
  hash = 'a',
  { name = 'github', kind = 'intent' }: { name?: string; kind?: NewEntry['kind'] } = {},
) =>
  log.append(
    readIntent(1, {
      kind,
      capability: 'secret.use',
      tool: { name: tool, version: '1.0.0', hash: hash.repeat(64) },
      details: {
        needs: [
          {
            capability: 'secret.use',
            resource: { kind: 'secret', name, to: 'https://api.example:443' },
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
      byBlocks: null,
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
    expect(told[0]?.seq).toBe(row?.seq)
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

interface RuleCases {
  /** Has the rule fire, once. */
  fires(): void
  /** What comes close, and is none. */
  nearly: Record<string, () => void>
}
const other = { id: 'agent_2', kind: 'agent' as const, name: 'Other' }
const times = (count: number, fn: () => void) => {
  for (let n = 0; n < count; n++) fn()
}
const refuse = (more: Partial<NewEntry> = {}) =>
  log.append(readIntent(1, { kind: 'decision', decision: 'deny', ok: false, ...more }))
const sendBytes = (bytesOut: number, more: Partial<NewEntry> = {}) =>
  log.append(readIntent(1, { capability: 'net.request', details: { bytesOut }, ...more }))
const change = (more: Partial<NewEntry> = {}) =>
  log.append(readIntent(1, { capability: 'fs.write', ...more }))
const verified = (ok: boolean, check = 'chain-check') =>
  log.append({ kind: 'app', subject: 'Checked', details: { check, ok, text: 'Entry 2 was changed.' } })
const startsWith = (sandbox: string, check = 'sandbox-check') =>
  log.append({ kind: 'app', subject: 'Sandbox', details: { check, sandbox } })

const CASES: Record<string, RuleCases> = {
  'new-host-after-outside-text': {
    fires: () => void send('new.example', true),
    nearly: {
      'a new host before any outside text': () => send('new.example', false),
      'a known host after outside text': () => {
        send('new.example', false)
        send('new.example', true)
      },
      'outside text, and no host': () =>
        log.append(readIntent(1, { lamps: { outside: true, private: false, send: true } })),
      'what a request that was let through did': () => send('new.example', true, { kind: 'outcome' }),
      'what nobody asked for': () => send('new.example', true, { principal: null }),
    },
  },
  'burst-of-denials': {
    fires: () => times(10, refuse),
    nearly: {
      'nine in a minute': () => times(9, refuse),
      'ten in a little more than a minute': () => {
        refuse()
        clock.forward(60_001)
        times(9, refuse)
      },
      'ten of two agents': () => {
        times(5, refuse)
        times(5, () => refuse({ principal: other }))
      },
      'ten that were let through': () => times(10, () => refuse({ decision: 'allow', ok: true })),
      'ten answers of the person, which are in the record beside the decisions': () =>
        times(10, () => refuse({ kind: 'answer' })),
    },
  },
  'unusual-volume-out': {
    fires: () => times(2, () => sendBytes(12_500_000)),
    nearly: {
      'a byte less': () => sendBytes(24_999_999),
      'as much in a little more than ten minutes': () => {
        sendBytes(12_500_000)
        clock.forward(600_001)
        sendBytes(12_500_000)
      },
      'as much of two agents': () => {
        sendBytes(20_000_000)
        sendBytes(20_000_000, { principal: other })
      },
      'as much that was refused': () => sendBytes(30_000_000, { kind: 'decision', decision: 'deny' }),
      'what came in': () => log.append(readIntent(1, { details: { bytesIn: 30_000_000 } })),
    },
  },
  'secret-used-by-new-tool': {
    fires: () => {
      useSecret('git')
      useSecret('web')
    },
    nearly: {
      'its first use': () => useSecret('git'),
      'its next use by the same tool': () => times(2, () => useSecret('git')),
      'another secret’s first use by another tool': () => {
        useSecret('git')
        useSecret('web', 'a', { name: 'mail' })
      },
      'a use that was refused': () => {
        useSecret('git')
        useSecret('web', 'a', { kind: 'decision' })
      },
    },
  },
  'work-while-locked': {
    fires: () => {
      locked = true
      change()
    },
    nearly: {
      'work while it is not locked': () => change(),
      'work after it was unlocked again': () => {
        locked = true
        locked = false
        change()
      },
      'reading while it is locked': () => {
        locked = true
        log.append(readIntent(1))
      },
      'what is refused while it is locked': () => {
        locked = true
        change({ kind: 'decision', decision: 'deny', ok: false })
      },
      'the app’s own work while it is locked': () => {
        locked = true
        change({ principal: null })
      },
    },
  },
  'chain-broken': {
    fires: () => verified(false),
    nearly: {
      'a verification that finds nothing': () => verified(true),
      'another check that finds something': () => verified(false, 'disk-check'),
    },
  },
  'sandbox-weaker': {
    fires: () => {
      startsWith('bubblewrap')
      startsWith('none')
    },
    nearly: {
      'none at the first start': () => startsWith('none'),
      'one where there was none': () => {
        startsWith('none')
        startsWith('bubblewrap')
      },
      'another one that is as strong': () => {
        startsWith('seatbelt')
        startsWith('bubblewrap')
      },
      'another check that names it': () => {
        startsWith('bubblewrap')
        startsWith('none', 'other-check')
      },
    },
  },
}

it('has cases for each rule', () => {
  expect(Object.keys(CASES)).toEqual(ALERT_RULES.map(({ id }) => id))
})
for (const [id, { fires, nearly }] of Object.entries(CASES))
  describe(`the rule ${id}`, () => {
    it('fires once, and says so on record', async () => {
      fires()
      expect(await rules()).toEqual([id])
      expect(log.query(query({ kinds: ['alert'] })).rows).toHaveLength(1)
    })
    for (const [what, happens] of Object.entries(nearly))
      it(`is quiet at ${what}`, async () => {
        happens()
        expect(await rules()).toEqual([])
        expect(log.query(query({ kinds: ['alert'] })).rows).toEqual([])
      })
    it('is quiet when it is muted', async () => {
      muted = [id]
      fires()
      expect(await rules()).toEqual([])
      expect(log.query(query({ kinds: ['alert'] })).rows).toEqual([])
    })
    it('speaks when all others are muted', async () => {
      muted = ALERT_RULES.map((rule) => rule.id).filter((each) => each !== id)
      fires()
      expect(await rules()).toEqual([id])
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

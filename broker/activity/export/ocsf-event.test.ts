import { describe, expect, it } from 'vitest'
import { fc, runs } from '../../../build/properties.ts'
import { type ActivityEntry, ENTRY_KINDS, type EntryKind, type NewEntry } from '../../../contract/activity.ts'
import { DecisionEffect, LAYERS } from '../../../contract/decision.ts'
import type { Need } from '../../../contract/resource.ts'
import { CAPABILITIES, type Json } from '../../../contract/words.ts'
import { type EntryFields, encodeEntry, readEntry } from '../entry-bytes.ts'
import { readIntent, tidy } from '../test-log.ts'
import { checkOcsf } from './check-ocsf.ts'
import { OCSF_VERSION, type OcsfEvent, ocsfEvent } from './ocsf-event.ts'
import { OCSF_FACTS_VERSION } from './ocsf-facts.ts'

const SOURCE = { productVersion: '1.2.3', hostname: 'desk' }
const START = 1_750_000_000_000

/** As the log gives it back. */
function stored(entry: NewEntry, seq = 7, at = START): ActivityEntry {
  return { ...readEntry(encodeEntry(entry, seq, at)), hash: 'a'.repeat(64), prev: 'b'.repeat(64) }
}
function eventOf(entry: NewEntry, opener: NewEntry | null = null): OcsfEvent {
  const event = ocsfEvent(stored(entry, 8, START + 50), opener && stored(opener), SOURCE)
  if (event === null) throw new Error('no event')
  expect(checkOcsf(event)).toEqual([])
  return event
}
/** What an effect becomes, as its intent and its outcome tell it. */
const effect = (
  capability: Need['capability'],
  needs: Need[],
  more: Partial<NewEntry> = {},
  end: Partial<NewEntry> = {},
) =>
  eventOf(
    { kind: 'outcome', subject: 'Done', capability, ref: 7, ok: true, durationMs: 12.5, ...end },
    readIntent(1, { capability, details: { needs: needs as unknown as Json }, ...more }),
  )
const url = (method: string, more = {}): Need => ({
  capability: 'net.request',
  resource: {
    ...{ kind: 'url', method, url: 'https://a.example/x?q=1', scheme: 'https', host: 'a.example', port: 443 },
    ...{ path: '/x', privateAddress: false, ...more },
  },
})
const file = (path: string, capability: Need['capability'] = 'fs.write'): Need => ({
  capability,
  resource: { kind: 'path', path },
})

describe('the check against the schema', () => {
  const good = () => effect('net.request', [url('GET')], {}, { details: { status: 200 } })
  /** Each place in dots; nothing there takes it away. */
  function issues(changes: Record<string, Json | undefined>): string[] {
    const event = structuredClone(good())
    for (const [place, value] of Object.entries(changes)) {
      const names = place.split('.')
      const last = names.pop() as string
      const at = names.reduce<OcsfEvent>((inner, name) => inner[name] as OcsfEvent, event)
      if (value === undefined) delete at[last]
      else at[last] = value
    }
    return checkOcsf(event)
  }

  it('is of the version that the export names', () => expect(OCSF_FACTS_VERSION).toBe(OCSF_VERSION))

  it.each<[string, Record<string, Json | undefined>, RegExp]>([
    ['an attribute that is not there', { color: 'red' }, /^color: not in the schema here$/],
    ['one below', { 'http_request.url.text': 'x' }, /^http_request\.url\.text: not in the schema/],
    ['one that is deprecated', { 'http_response.message': 'OK' }, /^http_response\.message: not in/],
    ['one of a profile that is not named', { 'metadata.profiles': ['host'] }, /^ai_agent: not in/],
    ['a profile that its class does not know', { 'metadata.profiles': ['host', 'cloud'] }, /know cloud$/],
    ['one that is missing', { severity_id: undefined }, /^severity_id: missing$/],
    ['one that is missing below', { 'http_response.code': undefined }, /^http_response\.code: missing$/],
    ['an object that is missing', { 'metadata.product': undefined }, /^metadata\.product: missing$/],
    ['none of several', { 'dst_endpoint.hostname': undefined }, /^dst_endpoint\.: none of ip, uid/],
    [
      'none of several in a class',
      { http_request: undefined, http_response: undefined },
      /^: none of http_request, http_response$/,
    ],
    ['a wrong type', { 'dst_endpoint.port': '443' }, /^dst_endpoint\.port: "443" is no port_t$/],
    ['a port out of range', { 'dst_endpoint.port': 70000 }, /is no port_t$/],
    ['seconds', { time: 1_750_000_000 }, /^time: 1750000000 is no timestamp_t$/],
    ['no object', { actor: 'tidy' }, /^actor: not an object$/],
    ['no list', { 'metadata.profiles': 'host' }, /^metadata\.profiles: not a list$/],
    ['a number that is not in its list', { severity_id: 7 }, /^severity_id: 7 is not in its list$/],
    ['a caption of another number', { severity: 'High' }, /^severity: High instead of Informational$/],
    ['99 without a word', { action_id: 99, action: undefined }, /^action: 99 needs a word$/],
    ['a method that is not in the list', { 'http_request.http_method': 'BREW' }, /BREW is not in its list$/],
    ['a type that is not of its class', { type_uid: 400201 }, /^type_uid: 400201 instead of 400203$/],
    ['a class that we never make', { class_uid: 1011 }, /there is no class 1011/],
    ['another version', { 'metadata.version': '1.8.0' }, /^metadata\.version: 1\.8\.0/],
  ])('finds %s', (_what, changes, expected) => {
    expect(issues(changes)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]))
  })
})

describe('an event of each kind of entry', () => {
  /** Its class; null for what is told of with its end. A new kind is to be given its place here. */
  const CLASS: Record<EntryKind, number | null> = {
    ...{ intent: null, 'tool.call': null },
    ...{ outcome: 1001, decision: 1001 },
    ...{ question: 6003, answer: 6003, 'run.start': 6003, 'run.end': 6003, 'tool.result': 6003 },
    ...{
      'model.call': 6003,
      grant: 6003,
      policy: 6003,
      agent: 6003,
      secret: 6003,
      install: 6003,
      stop: 6003,
    },
    ...{ pause: 6003, crash: 6003, undo: 6003, settings: 6003, door: 6003, app: 6003 },
    alert: 2004,
  }

  it.each(ENTRY_KINDS)('%s', (kind) => {
    const entry = stored(readIntent(1, { kind }))
    const event = ocsfEvent(entry, null, SOURCE)
    expect(event?.class_uid ?? null).toBe(CLASS[kind])
    if (event) expect(checkOcsf(event)).toEqual([])
    // The barest that can be.
    const bare = ocsfEvent(stored({ kind, subject: '' }), null, SOURCE)
    if (bare) expect(checkOcsf(bare)).toEqual([])
  })

  it('is valid whatever the entry says', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9][\w.:-]{2,20}$/)
    const option = <T>(of: fc.Arbitrary<T>) => fc.option(of)
    const need = fc.oneof(
      fc.record({
        capability: fc.constantFrom(...CAPABILITIES),
        resource: fc.oneof(
          fc.record({ kind: fc.constant('path' as const), path: fc.string({ minLength: 1 }) }),
          fc.record({
            kind: fc.constant('command' as const),
            program: fc.string({ minLength: 1 }),
            args: fc.array(fc.string(), { maxLength: 3 }),
            cwd: fc.string({ minLength: 1 }),
            opaque: fc.boolean(),
          }),
          fc.record({
            ...{
              kind: fc.constant('model' as const),
              provider: fc.string(),
              model: fc.string(),
              origin: fc.string(),
            },
          }),
          fc.record({ kind: fc.constant('plain' as const), text: fc.string() }),
          fc.record({ kind: fc.constant('secret' as const), name: fc.constant('key'), to: fc.string() }),
        ),
      }),
      fc.record({
        capability: fc.constant('net.request' as const),
        resource: fc.record({
          kind: fc.constant('url' as const),
          method: fc.oneof(fc.constantFrom('GET', 'PROPFIND', 'QUERY'), fc.stringMatching(/^[A-Z]{1,16}$/)),
          url: fc.string().map((tail) => `https://a.example/${tail}`),
          scheme: fc.constantFrom('https', 'wss'),
          host: fc.constantFrom('a.example', '192.0.2.1', '[2001:db8::1]'),
          port: fc.integer({ min: 1, max: 65535 }),
          path: fc.string(),
          privateAddress: fc.boolean(),
        }),
      }),
    )
    const details = fc.record(
      {
        needs: fc.array(need, { maxLength: 3 }),
        ...{ status: fc.oneof(fc.nat(), fc.string(), fc.constant(null)), exitCode: option(fc.integer()) },
        ...{
          code: option(fc.string()),
          text: option(fc.string()),
          inputTokens: fc.nat(),
          outputTokens: fc.nat(),
          rule: fc.oneof(fc.string(), fc.nat()),
        },
        ...{
          boot: fc.string(),
          closes: fc.boolean(),
          interrupted: fc.boolean(),
          title: fc.oneof(fc.string(), fc.nat()),
        },
      },
      { requiredKeys: [] },
    )
    const entry = fc.record({
      kind: fc.constantFrom(...ENTRY_KINDS),
      subject: fc.oneof(fc.string(), fc.constantFrom('Move a to b', 'Make x', 'List models')),
      principal: option(
        fc.record({ id, kind: fc.constantFrom('agent', 'client', 'cli', 'product'), name: fc.string() }),
      ),
      run: option(fc.record({ id, title: fc.string() })),
      callId: option(id),
      tool: option(
        fc.record({ name: fc.constant('files'), version: fc.string(), hash: fc.constant('c'.repeat(64)) }),
      ),
      capability: option(fc.constantFrom(...CAPABILITIES)),
      decision: option(fc.constantFrom(...DecisionEffect.options)),
      asked: fc.boolean(),
      because: fc.array(
        fc.record({ layer: fc.constantFrom(...LAYERS), rule: fc.string(), text: fc.string() }),
        {
          maxLength: 2,
        },
      ),
      ok: option(fc.boolean()),
      durationMs: option(fc.double({ min: 0, max: 1e9, noNaN: true })),
      details,
    }) as fc.Arbitrary<unknown> as fc.Arbitrary<NewEntry>
    fc.assert(
      fc.property(entry, option(entry), fc.string(), (end, opener, hostname) => {
        const event = ocsfEvent(stored(end), opener && stored(opener), { ...SOURCE, hostname })
        if (event) expect(checkOcsf(JSON.parse(JSON.stringify(event)))).toEqual([])
      }),
      runs(300),
    )
  })
})

describe('what an effect becomes', () => {
  it('is at the time when it began, says how it ended, and how long it took beside the schema', () => {
    const event = effect(
      'fs.read',
      [file('/a/b.txt', 'fs.read')],
      {},
      { ok: false, details: { code: 'io', text: 'No.' } },
    )
    expect(event).toMatchObject({
      time: START,
      ...{ status_id: 2, status_code: 'io', status_detail: 'No.' },
      unmapped: { sallyport: { durationMs: 12.5, written: START + 50 } },
    })
    // Both are for events that stand for many.
    expect(event).not.toHaveProperty('duration')
    expect(event.metadata).not.toHaveProperty('original_time')
  })

  it('has an unknown end when the app ended before it', () => {
    const end = { ok: null, details: { interrupted: true } }
    expect(effect('fs.read', [file('/a', 'fs.read')], {}, end)).toMatchObject({
      status_id: 0,
      status: 'Unknown',
    })
  })

  it('tells of the clipboard in its own class, which is 1012', () => {
    expect(effect('clipboard.write', [])).toMatchObject({
      class_uid: 1012,
      activity_id: 2,
      activity_name: 'Write',
    })
    expect(effect('clipboard.read', [])).toMatchObject({ type_uid: 101201, activity_name: 'Read' })
  })

  it('names the file that was written, and where a moved one is', () => {
    const copy = [file('/b/x'), file('/a/x', 'fs.read')]
    expect(effect('fs.write', copy.reverse(), { subject: 'Copy x to /b' })).toMatchObject({
      ...{ activity_name: 'Create', file: { path: '/b/x', name: 'x' } },
    })
    const move = [file('/a/x'), file('/b/y')]
    expect(effect('fs.write', move, { subject: 'Move x to /b/y' })).toMatchObject({
      ...{ activity_name: 'Rename', file: { path: '/a/x' }, file_result: { path: '/b/y' } },
    })
    expect(effect('fs.write', move, { subject: 'Move x to /b/y' }, { ok: false })).not.toHaveProperty(
      'file_result',
    )
    expect(effect('fs.list', [file('/', 'fs.list')])).toMatchObject({ file: { name: '/', type: 'Folder' } })
  })

  it('knows the registered methods, and names others beside the list', () => {
    const get = effect('net.request', [url('GET')], {}, { details: { status: 201 } })
    expect(get).toMatchObject({
      ...{ activity_id: 3, http_request: { http_method: 'GET', url: { query_string: 'q=1' } } },
      ...{ http_response: { code: 201 }, dst_endpoint: { hostname: 'a.example', port: 443 } },
    })
    expect(effect('net.request', [url('PROPFIND')])).toMatchObject({
      activity_id: 28,
      activity_name: 'Property Find',
    })
    const other = effect('net.request', [url('BREW')])
    expect(other).toMatchObject({ activity_id: 99, activity_name: 'BREW' })
    expect(other.http_request).not.toHaveProperty('http_method')
    expect(effect('net.request', [url('GET', { host: '[::1]' })]).dst_endpoint).toEqual({
      ip: '::1',
      port: 443,
    })
  })

  it('names the agent, its run and its model, and not as the process that did it', () => {
    const need: Need = {
      capability: 'model.call',
      resource: { kind: 'model', provider: 'anthropic', model: 'm-1', origin: 'https://x:443' },
    }
    const event = effect('model.call', [need])
    expect(event).toMatchObject({
      ai_agent: {
        uid: 'agent_tidy',
        instance_uid: 'run_1',
        ai_model: { name: 'm-1', ai_provider: 'anthropic' },
      },
      actor: { application: { uid: 'sallyport' } },
    })
    expect(event).not.toHaveProperty('ai_model')
    expect(event).not.toHaveProperty('message_context')
    const counted = effect('model.call', [need], {}, { details: { inputTokens: 70, outputTokens: 8 } })
    expect(counted).toMatchObject({
      message_context: { uid: 'run_1', prompt_tokens: 70, completion_tokens: 8, total_tokens: 78 },
    })
    const cli = { id: 'cli', kind: 'cli', name: 'the command line' } as const
    const own = effect('model.call', [need], { principal: cli })
    expect(own).toMatchObject({ ai_model: { name: 'm-1' }, actor: { application: { uid: 'cli' } } })
    expect(own).not.toHaveProperty('ai_agent')
  })

  it('is one event: a question and its answer are none of their own class, and nothing is allowed before the answer', () => {
    const facts = readIntent(1, { asked: true, kind: 'question', decision: 'ask' })
    expect(eventOf(facts)).toMatchObject({ class_uid: 6003, action: 'Asked', disposition: 'Asked' })
    const no = eventOf({ ...facts, kind: 'answer', decision: 'deny' })
    expect(no).toMatchObject({ class_uid: 6003, action: 'Denied', disposition: 'Rejected' })
  })

  it('names only the profiles that it uses', () => {
    const profiles = (event: OcsfEvent) => (event.metadata as { profiles: string[] }).profiles
    expect(profiles(effect('fs.read', []))).toEqual(['host', 'security_control', 'ai_operation'])
    expect(profiles(eventOf({ kind: 'settings', subject: 'Settings' }))).toEqual(['host'])
  })
})

describe('an alert', () => {
  it('is a finding with its rule, and the agent among its evidence', () => {
    const details = { rule: 'burst', title: 'Many denials' }
    const event = eventOf({ kind: 'alert', subject: '30 denials', principal: tidy, details })
    expect(event).toMatchObject({
      ...{ class_uid: 2004, status: 'New', is_alert: true },
      finding_info: { title: 'Many denials', desc: '30 denials', analytic: { uid: 'burst', type: 'Rule' } },
      evidences: [{ ai_agent: { uid: 'agent_tidy' } }],
    })
    expect(event).not.toHaveProperty('ai_agent')
  })
})

describe('the app itself', () => {
  it('starts and stops as an application', () => {
    const app = (details: EntryFields['details']) => eventOf({ kind: 'app', subject: 'Sallyport', details })
    expect(app({ boot: 'b' })).toMatchObject({ class_uid: 6002, activity_name: 'Start' })
    expect(app({ boot: 'b', closes: true })).toMatchObject({ activity_name: 'Stop' })
    expect(app({ cut: 1 })).toMatchObject({ class_uid: 6003, activity_name: 'app' })
  })
})

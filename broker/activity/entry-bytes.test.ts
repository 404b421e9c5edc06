import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import { ActivityEntry, ENTRY_BYTES, type NewEntry } from '../../contract/activity.ts'
import { canonicalJson } from './canonical-json.ts'
import { chainHash, GENESIS } from './chain.ts'
import { createEntryEncoder, encodeEntry, readEntry } from './entry-bytes.ts'
import { readIntent } from './test-log.ts'

describe('canonical JSON', () => {
  it('sorts keys by their UTF-16 units, also those that look like numbers', () => {
    expect(
      canonicalJson({ b: 1, a: { 10: 1, 9: 2, é: 3, '': 4 }, '\u{1f600}': 5, z: [{ y: 1, x: 2 }] }),
    ).toBe('{"a":{"":4,"10":1,"9":2,"é":3},"b":1,"z":[{"x":2,"y":1}],"😀":5}')
  })

  it('is the same for the same value, in whatever order it was built, and again after parsing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
        expect(canonicalJson(reversed(value))).toBe(text)
        expect(text).not.toContain('\n')
      }),
    )
  })
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  )
}

describe('an entry as it is stored', () => {
  it('is canonical, leaves defaults out, and gives everything back', () => {
    const entry = readIntent(1, { asked: true, durationMs: 1.23456, ok: false, ref: 3 })
    const text = encodeEntry(entry, 7, 1_750_000_000_000)
    expect(text).toBe(canonicalJson(JSON.parse(text)))
    expect(text).not.toContain('"tool"')
    const back = readEntry(text)
    expect(back).toMatchObject({ ...entry, durationMs: 1.235, seq: 7, at: 1_750_000_000_000, tool: null })
    expect(ActivityEntry.parse({ ...back, hash: GENESIS, prev: GENESIS })).toEqual({
      ...back,
      hash: GENESIS,
      prev: GENESIS,
    })
  })

  it('writes every string, number and member as canonical JSON has it', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '"', '\\', '\ud800', 'ÿ\n'),
    )
    const given = fc.record({
      ...{ subject: text, callId: text, name: text, title: text, version: text, rule: text },
      durationMs: fc.double(),
      asked: fc.boolean(),
      ok: fc.option(fc.boolean()),
      ref: fc.option(fc.nat()),
      details: fc.dictionary(fc.constantFrom('b', 'a', 'é', '10', '9'), fc.oneof(text, fc.double())),
    })
    const encode = createEntryEncoder()
    fc.assert(
      fc.property(given, ({ name, title, version, rule, ...rest }) => {
        const entry: NewEntry = {
          ...rest,
          kind: 'intent',
          principal: { id: 'agent_1', kind: 'agent', name },
          run: { id: 'run_1', title },
          tool: { hash: 'a'.repeat(64), name: 'files', version },
          because: [{ layer: 'policy', rule, text: rule }],
        }
        const written = encode(entry, 7, 1_750_000_000_000)
        expect(written).toBe(canonicalJson(JSON.parse(written)))
        const { run, subject, ok, ref, callId } = readEntry(written)
        const { subject: wasSubject, ok: wasOk, ref: wasRef, callId: wasCallId } = rest
        const run1 = { id: 'run_1', title }
        expect([run, subject, ok, ref, callId]).toEqual([run1, wasSubject, wasOk, wasRef, wasCallId])
      }),
      { numRuns: 50 },
    )
  })

  it('writes who it was, in which run and by which tool as they are now, also where an id had another name', () => {
    const encode = createEntryEncoder()
    const principal = { id: 'agent_1', kind: 'agent' as const, name: 'Anna' }
    const run = { id: 'run_1', title: 'Sort' }
    const tool = { hash: 'a'.repeat(64), name: 'files', version: '1.0.0' }
    const written = () => readEntry(encode(readIntent(1, { principal, run, tool }), 1, 0))
    expect(written()).toMatchObject({ principal, run, tool })
    for (const change of [{ name: 'Ben' }, { kind: 'client' as const }]) {
      Object.assign(principal, change)
      expect(written().principal).toEqual(principal)
    }
    run.title = 'Sort the letters'
    tool.version = '1.0.1'
    expect(written()).toMatchObject({ run, tool })
    tool.name = 'notes'
    expect(written().tool).toEqual(tool)
  })

  it('keeps what is not the entry’s own out of it', () => {
    const tool = { name: 'files', version: '1.0.0', hash: 'a'.repeat(64), manifest: { huge: true } }
    const text = encodeEntry(readIntent(1, { tool: tool as NewEntry['tool'] }), 1, 0)
    expect(text).toContain('"tool":{"hash":')
    expect(text).not.toContain('huge')
  })

  it('cuts what is too long and binds what it cuts by its hash', () => {
    const details = { needs: Array.from({ length: 500 }, (_, n) => ({ path: `/${'x'.repeat(1000)}/${n}` })) }
    const text = encodeEntry(readIntent(1, { subject: 'y'.repeat(5_000), details }), 1, 0)
    expect(Buffer.byteLength(text)).toBeLessThan(ENTRY_BYTES)
    const back = readEntry(text)
    expect(back.subject).toHaveLength(2_000)
    expect(back.details.sha256).toBe(createHash('sha256').update(canonicalJson(details)).digest('hex'))
    expect(back.details.shortened).toBe(true)
  })

  it('continues the chain by SHA-256 over the value before and the text', () => {
    const text = encodeEntry(readIntent(1), 1, 0)
    const first = chainHash(GENESIS, text)
    expect(first).toBe(createHash('sha256').update(GENESIS).update(text).digest('hex'))
    expect(chainHash(first, text)).not.toBe(first)
  })
})

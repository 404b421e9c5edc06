import { describe, expect, it } from 'vitest'
import { fc } from '../build/properties.ts'
import {
  createFrameReader,
  frameAhead,
  frameCall,
  frameCancel,
  frameLoad,
  frameReply,
} from './sandbox-frames.ts'
import { ToSandbox } from './sandbox-wire.ts'

/** Strings that look like the wire itself. */
const tricky = fc.oneof(
  fc.string(),
  fc.constantFrom(',"input":', ',"outcome":', '","input":{}}', '\n{"t":"cancel"}', '\\","input":'),
)
const readFrame = createFrameReader()
const json = fc.jsonValue({ maxDepth: 3 })
const line = (text: string) => {
  expect(text.endsWith('\n')).toBe(true)
  expect(text.indexOf('\n')).toBe(text.length - 1)
  return text.slice(0, -1)
}

describe('messages to a sandbox process', () => {
  it('carry a call’s input untouched, whatever its names and values', () => {
    fc.assert(
      fc.property(fc.nat(), tricky, tricky, fc.oneof(json, tricky), (id, fn, scope, input) => {
        const head = { id, fn, scope, outputBytes: 1, capabilityCalls: 2, logLines: 3, turnMs: 4 }
        const text = line(frameCall(head, JSON.stringify(input)))
        expect(readFrame(text)).toEqual({ t: 'call', ...head, input: JSON.stringify(input) })
        expect(ToSandbox.parse(JSON.parse(text))).toEqual({
          t: 'call',
          ...head,
          input: JSON.parse(JSON.stringify(input)),
        })
      }),
    )
  })

  it('carry an outcome untouched', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.oneof(json, tricky), (id, request, outcome) => {
        const text = line(frameReply(id, request, JSON.stringify(outcome)))
        expect(readFrame(text)).toEqual({ t: 'reply', id, request, outcome: JSON.stringify(outcome) })
        expect(ToSandbox.parse(JSON.parse(text))).toMatchObject({ t: 'reply', id, request })
      }),
    )
  })

  it('carry an answer ahead untouched', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        tricky,
        fc.oneof(json, tricky),
        fc.oneof(json, tricky),
        (id, operation, args, outcome) => {
          const texts = { args: JSON.stringify(args), outcome: JSON.stringify(outcome) }
          const ahead = { id, request: 9, operation, ...texts }
          const text = line(frameAhead(ahead))
          expect(readFrame(text)).toEqual({ t: 'ahead', ...ahead })
          expect(ToSandbox.parse(JSON.parse(text))).toMatchObject({ t: 'ahead', id, operation })
        },
      ),
    )
  })

  it('are told apart, however much they have in common with those before them', () => {
    const head = { fn: 'main', scope: 's', outputBytes: 1, capabilityCalls: 2, logLines: 3, turnMs: 4 }
    const calls = fc.record({
      id: fc.nat(3),
      fn: fc.constantFrom('main', 'm'),
      scope: fc.constantFrom('s', ''),
    })
    fc.assert(
      fc.property(fc.array(calls), (each) => {
        const heads = each.map((changed) => ({ ...head, ...changed }))
        const read = heads.map((call) => readFrame(line(frameCall(call, '{}'))))
        expect(read).toEqual(heads.map((call) => ({ t: 'call', ...call, input: '{}' })))
      }),
    )
  })

  it('follow the contract', () => {
    const load = {
      tool: 'x',
      main: 'tool.js',
      modules: { 'tool.js': 'a\nb' },
      maps: {},
      memoryMb: 64,
      sessionToken: 'sat_x',
    }
    for (const text of [frameLoad(load), frameCancel(7)])
      expect(ToSandbox.parse(JSON.parse(line(text)))).toEqual(readFrame(line(text)))
    const broken = [
      '{"t":"call"}',
      '{"t":"ahead"}',
      '{"t":"reply"}',
      '{"t":"other"}',
      '{"t":"call","id":x,"input":1}',
      '{"t":"call","id":1,"fn":"x","input":1',
      '{"t":"ahead","id":1,"request":2,"operation":"x","size":3,"args":{},"outcome":1}',
      '{"t":"ahead","id":1,"request":2,"operation":"x","size":2,"args":{}}',
    ]
    for (const text of ['', 'x', '{"t":"call"', '{"t":"reply","id":1}', ...broken])
      expect(() => readFrame(text)).toThrow()
  })
})

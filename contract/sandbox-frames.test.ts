import { describe, expect, it } from 'vitest'
import { fc } from '../build/properties.ts'
import { frameAhead, frameCall, frameCancel, frameLoad, frameReply, readFrame } from './sandbox-frames.ts'
import { ToSandbox } from './sandbox-wire.ts'

/** Strings that look like the wire itself. */
const tricky = fc.oneof(
  fc.string(),
  fc.constantFrom(',"input":', ',"outcome":', '","input":{}}', '\n{"t":"cancel"}', '\\","input":'),
)
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
      fc.property(fc.nat(), tricky, tricky, fc.oneof(json, tricky), (id, operation, args, outcome) => {
        const ahead = { id, request: 9, operation, args, outcome: JSON.stringify(outcome) }
        const text = line(frameAhead(ahead))
        expect(readFrame(text)).toEqual({ t: 'ahead', ...ahead })
        expect(ToSandbox.parse(JSON.parse(text))).toMatchObject({ t: 'ahead', id, operation, args })
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
    for (const text of ['', 'x', '{"t":"call"', '{"t":"reply","id":1}'])
      expect(() => readFrame(text)).toThrow()
  })
})

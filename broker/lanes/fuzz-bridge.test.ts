// The bridge between broker and sandbox process, both directions: values must come through whole, and nothing that
// either side sends may hang, crash or confuse the other.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import { ok } from '../../contract/outcome.ts'
import { frameCall, frameLoad, frameReply } from '../../contract/sandbox-frames.ts'
import { FromSandbox } from '../../contract/sandbox-wire.ts'
import type { Json } from '../../contract/words.ts'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import { callTool, makeTool } from '../../e2e/fixtures/open-test-lane.ts'

const { lane, sandbox } = await openSharedLane()
/** Keys named `__proto__` are dropped on the way out, on purpose. */
const anyJson = fc
  .jsonValue({ maxDepth: 4, stringUnit: 'binary' })
  .filter((value) => !JSON.stringify(value).includes('__proto__'))
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)
/** What an author may throw, return or pass: source text that builds a hostile value. */
const hostile = fc.constantFrom(
  'null',
  'undefined',
  '1n',
  'Symbol("s")',
  '() => 1',
  'new Proxy({}, { get() { throw 1 } })',
  'new Proxy(() => {}, {})',
  '({ toJSON() { throw new Error("json") } })',
  '({ toString() { throw new Error("text") } })',
  '({ get message() { for (;;) throw 1 } })',
  'Object.create(null)',
  '(() => { const a = {}; a.a = a; return a })()',
  '({ then(f) { f(this) } })',
  '({ then(f, r) { r(r) } })',
  'new Error("\\n{\\"t\\":\\"ready\\"}\\n")',
  '"\\u2028\\ud800"',
  '[,,,]',
  'new Date(NaN)',
  '-0',
  'NaN',
  'Object.assign(new Error("x"), { stack: { toString() { throw 1 } } })',
  'new Uint8Array(4)',
  'new Map([[1, 2]])',
  'JSON.parse(\'{"__proto__":{"x":1}}\')',
  '"x".repeat(1e5)',
  'new AggregateError([new Error("a")], "b")',
  'globalThis',
  'Promise.reject(Promise.reject(1))',
)

describe('values', () => {
  it('come through whole: as input, as arguments, as an answer and as a result', async () => {
    const tool = makeTool(
      'export const main = async ({ given }) => ({ given, answer: await sallyport.notify({ given }) })',
    )
    await fc.assert(
      fc.asyncProperty(anyJson, anyJson, async (given, answer) => {
        const asked: Json[] = []
        const { outcome } = await callTool(lane, tool, {
          input: { given },
          onRequest: async (_, args) => {
            asked.push(args)
            return ok(answer)
          },
        })
        expect(outcome).toEqual(ok({ given, answer }))
        expect(asked).toEqual([{ given }])
      }),
      runs(200),
    )
  })

  it('that are no values end as an error of that call alone', async () => {
    const place = fc.constantFrom(
      'return X',
      'throw X',
      'await X',
      'await sallyport.notify(X)',
      'console.log(X)',
      'await sallyport[X]',
      'setTimeout(X)',
      'await fetch(X)',
      'structuredClone(X)',
      'new URL(X)',
    )
    await fc.assert(
      fc.asyncProperty(hostile, place, async (value, code) => {
        const body = code.replace('X', () => value)
        const tool = makeTool(
          `export const main = async ({ body }) => new Function('return (async () => {' + body + '})()')()`,
          { wallMs: 400 },
        )
        const { outcome } = await callTool(lane, tool, { input: { body } })
        expect(['ok', 'failed', 'refused'], body).toContain(outcome.kind)
        if (outcome.kind !== 'ok') expect(outcome.code, body).toMatch(/^(tool-error|too-large|deadline)$/)
        expect(() => JSON.stringify(outcome)).not.toThrow()
      }),
      runs(200),
    )
    expect(lane.stats().crashed).toBe(0)
  })
})

describe('a sandbox process', () => {
  const startBare = async () => {
    const child = spawn(
      sandbox.node,
      [
        '--permission',
        '--allow-addons',
        `--allow-fs-read=${sandbox.folder}/`,
        '--no-warnings',
        sandbox.entry,
      ],
      { env: {}, stdio: ['pipe', 'pipe', 'ignore'] },
    )
    const lines: string[] = []
    const reader = createInterface({ input: child.stdout })
    reader.on('line', (line) => lines.push(line))
    await once(reader, 'line')
    return { child, lines, closed: once(child, 'close') }
  }
  const id = fc.nat(3)
  const frame = fc.oneof(
    fc
      .tuple(id, fc.constantFrom('main', 'loop', 'toString', '__proto__', ''), anyJson)
      .map(([n, fn, input]) =>
        frameCall(
          {
            id: n,
            fn,
            scope: `s${n}`,
            outputBytes: 1000,
            capabilityCalls: 3,
            logLines: 2,
            turnMs: n === 3 ? 500 : 0,
          },
          JSON.stringify(input),
        ),
      ),
    fc
      .tuple(id, fc.nat(5), anyJson)
      .map(([n, request, outcome]) => frameReply(n, request, JSON.stringify(outcome))),
    id.map((n) => `{"t":"cancel","id":${n}}\n`),
    fc.constant(
      frameLoad({
        tool: 'x',
        main: 'tool.js',
        modules: {
          'tool.js':
            'export const main = async (x) => { console.log(x); return await sallyport.notify({ x }) }',
        },
        maps: {},
        memoryMb: 128,
        sessionToken: '',
      }),
    ),
  )

  it('survives messages in any order, and answers only what follows the contract', async () => {
    const { child, lines, closed } = await startBare()
    child.stdin.write(
      frameLoad({
        tool: 'x',
        main: 'tool.js',
        modules: {
          'tool.js':
            'export const main = async (x) => { console.log(x); return await sallyport.notify({ x }) }',
        },
        maps: {},
        memoryMb: 128,
        sessionToken: '',
      }),
    )
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
        child.stdin.write(frames.join(''))
      }),
      runs(150),
    )
    child.stdin.end()
    expect((await closed)[0]).toBe(0)
    expect(lines.length).toBeGreaterThan(50)
    for (const line of lines)
      expect(FromSandbox.safeParse(JSON.parse(line)), line).toMatchObject({ success: true })
  })

  it('ends itself at once when a message is not one', async () => {
    for (const text of ['nonsense\n', '{"t":"call"}\n', '\n', '{"t":"reply"\n']) {
      const { child, closed } = await startBare()
      child.stdin.write(text)
      expect((await closed)[0], text).not.toBe(0)
    }
  })
})

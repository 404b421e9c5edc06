// Answers and contents in parts, all the way: a tool in its sandbox, the gate, the capabilities, a server.
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import zlib from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Outcome } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { Json } from '../../contract/words.ts'
import { CAPABILITIES } from '../../contract/words.ts'
import { openContained } from '../../e2e/fixtures/open-contained.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import { makeTool } from '../../e2e/fixtures/open-test-lane.ts'
import type { CallContext, ContainedPrograms } from '../ports.ts'
import { createCallStreams } from './call-streams.ts'

const MEGABYTE = 1024 * 1024
const BIG = randomBytes(5 * MEGABYTE + 123)
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

let house: TestHouse
let contained: ContainedPrograms
let server: http.Server
let base: string
let answer: (request: http.IncomingMessage, response: http.ServerResponse) => void
/** How much of the large answer the server has got rid of. */
let written = 0
let closed = 0

beforeAll(async () => {
  contained = await openContained()
  house = await openTestHouse({ contained })
  server = http.createServer((request, response) => {
    response.on('close', () => closed++)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  house.entries.splice(0)
  house.faults.splice(0)
  house.says(() => 'allow')
  // Nothing is looked for but what a test registers: a line that ends as a value may begin waits for the next one.
  house.canaries.tokenFor('probe')
  house.leaks.watch([])
  written = 0
  closed = 0
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await house.close()
  await contained.close()
})

const perimeter = () =>
  Perimeter.parse({
    folders: [{ path: house.home, read: 'allow', write: 'allow' }],
    commands: [{ program: 'sh', run: 'allow' }],
    hosts: [{ host: '127.0.0.1', scheme: 'http', port: Number(new URL(base).port), send: 'allow' }],
  })

async function run(body: string, input: Json = {}, more: Partial<CallContext> = {}, limits = {}) {
  const tool = makeTool(`export const main = async (input) => { ${body} }`, limits)
  tool.manifest = { ...tool.manifest, capabilities: [...CAPABILITIES], hosts: ['*'], commands: ['*'] }
  return house.callTool(tool, 'main', input, { ...perimeter(), tools: [{ name: 'probe' }] } as never, more)
}
const resultOf = (outcome: Outcome<Json>) => {
  if (outcome.kind !== 'ok') throw new Error(`${outcome.code}: ${outcome.person}`)
  return outcome.value as Record<string, Json>
}
const outcomes = () => house.entries.filter(({ kind }) => kind === 'outcome')
const DIGEST = `new Uint8Array(await crypto.subtle.digest('SHA-256', all)).toHex()`
const GATHER = `const gathered = async (stream) => { const parts = []; for await (const part of stream) parts.push(part)
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0)); let at = 0
  for (const part of parts) { all.set(part, at); at += part.length }
  return { all, parts: parts.length } };`

describe('an answer of the network in parts', () => {
  it('arrives whole and unchanged, however it was packed', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'x-a': '1' })
      response.end(zlib.gzipSync(BIG, { level: 1 }))
    }
    const got = resultOf(
      await run(
        `${GATHER} const r = await fetch(input.url); const { all, parts } = await gathered(r.body)
         return { length: all.length, status: r.status, a: r.headers.get('x-a'), sha: ${DIGEST}, parts, used: r.bodyUsed }`,
        { url: base },
        {},
        { memoryMb: 256 },
      ),
    )
    expect(got).toMatchObject({ length: BIG.length, status: 200, a: '1', sha: sha(BIG), used: true })
    expect(got.parts).toBeGreaterThan(15)
    // One request for the record, with what it came to at its end.
    expect(outcomes()).toMatchObject([{ ok: true, details: { status: 200, bytesIn: BIG.length } }])
    expect(house.faults).toEqual([])
  })

  it('is text, JSON, bytes or two streams, once', async () => {
    answer = (_request, response) => response.end('{"a":"ü"}')
    expect(
      resultOf(
        await run(
          `const get = () => fetch(input.url)
           const r = await get(); const copy = r.clone()
           const [one, two] = (await get()).body.tee()
           const texts = await Promise.all([one, two].map(async (each) => { let t = ''; const d = new TextDecoder(); for await (const p of each) t += d.decode(p, { stream: true }); return t }))
           const locked = await get(); locked.body.getReader()
           return { json: await r.json(), copy: await copy.text(), again: await r.text().catch((e) => e.name), texts, locked: await locked.text().catch((e) => e.name), bytes: (await (await get()).bytes()).length }`,
          { url: base },
        ),
      ),
    ).toEqual({
      json: { a: 'ü' },
      copy: '{"a":"ü"}',
      again: 'TypeError',
      texts: ['{"a":"ü"}', '{"a":"ü"}'],
      locked: 'TypeError',
      bytes: 10,
    })
  })

  it('comes as the server sends it, and holds the server back when nobody reads', async () => {
    let ask: (() => void) | null = null
    answer = (request, response) => {
      if (request.url === '/events') {
        response.write('one\n')
        ask = () => response.end('two\n')
        return
      }
      if (request.url === '/more') {
        ask?.()
        response.end()
        return
      }
      const chunk = Buffer.alloc(256 * 1024)
      const push = () => {
        if (response.destroyed || written > 500 * MEGABYTE) return
        written += chunk.length
        if (response.write(chunk)) setImmediate(push)
        else response.once('drain', push)
      }
      push()
    }
    const events = await run(
      `const reader = (await fetch(input.url + '/events')).body.getReader(); const text = (p) => new TextDecoder().decode(p.value)
       const first = text(await reader.read()); await fetch(input.url + '/more'); const second = text(await reader.read())
       return [first, second, (await reader.read()).done]`,
      { url: base },
    )
    expect(resultOf(events)).toEqual(['one\n', 'two\n', true])

    const slow = await run(
      `const { body } = await fetch(input.url); const reader = body.getReader(); const { value } = await reader.read()
       await new Promise((r) => setTimeout(r, 400)); await reader.cancel(); return value.length > 0`,
      { url: base },
    )
    expect(resultOf(slow)).toBe(true)
    // What the kernel's buffers and one part hold, not what the server would send.
    expect(written).toBeLessThan(60 * MEGABYTE)
    await until(() => closed >= 3)
    expect(outcomes().at(-1)).toMatchObject({ ok: true, details: { letGo: true } })
  })

  it('ends with its call, and says so in the record', async () => {
    answer = (_request, response) => void response.write('for ever')
    expect(resultOf(await run(`await fetch(input.url); return 1`, { url: base }))).toBe(1)
    await until(() => closed === 1)
    expect(outcomes()).toMatchObject([{ ok: false, details: { code: 'cancelled' } }])

    const began = performance.now()
    const late = await run(
      `for await (const part of (await fetch(input.url)).body); return 1`,
      { url: base },
      {},
      { wallMs: 400 },
    )
    expect(late).toMatchObject({ kind: 'failed', code: 'deadline' })
    expect(performance.now() - began).toBeLessThan(10_000)
    await until(() => closed === 2)
  })

  it('ends at its limits: bytes, waiting, unpacking, streams at once', async () => {
    answer = (request, response) => {
      if (request.url === '/bomb') {
        response.writeHead(200, { 'content-encoding': 'gzip' })
        response.end(zlib.gzipSync(Buffer.alloc(64 * MEGABYTE)))
      } else if (request.url === '/silent') response.write('x')
      else if (request.url === '/broken') {
        response.writeHead(200, { 'content-encoding': 'gzip' })
        response.end(zlib.gzipSync(BIG).subarray(0, MEGABYTE))
      } else response.write('open')
    }
    const got = resultOf(
      await run(
        `const all = async (args) => { try { const { body } = await sallyport.net.stream(args); let n = 0; for await (const p of body) n += p.length; return n } catch (e) { return e.code } }
         const bomb = await all({ url: input.url + '/bomb', maxBytes: 1_000_000 })
         const silent = await all({ url: input.url + '/silent', timeoutMs: 150 })
         const broken = await all({ url: input.url + '/broken' })
         const open = []; for (let i = 0; i < 10; i++) open.push(await fetch(input.url).then(() => 'open', (e) => e.code))
         return { bomb, silent, broken, open }`,
        { url: base },
      ),
    )
    expect(got).toEqual({
      bomb: 'too-large',
      silent: 'timeout',
      broken: 'network',
      open: [...Array(8).fill('open'), 'budget', 'budget'],
    })
  })

  it('that a bug keeps from opening, or from going on, is a failure for the tool, and nobody waits for it', async () => {
    let fail = (_error: Error) => {}
    const streams = createCallStreams({
      passCapability: (_operation, { opens }: never, { parts }) =>
        new Promise((_done, reject) => {
          if (opens) parts?.open({})
          fail = reject
          if (!opens) reject(new Error('a bug'))
        }),
      nextNumber: () => 1,
      ...{ staging: {} as never, watchContent: () => ({}) as never },
    })
    const { signal } = new AbortController()
    expect(await streams.pass('net.stream', { opens: false }, signal, 0)).toMatchObject({ code: 'io' })
    expect(await streams.pass('net.stream', { opens: true }, signal, 1)).toMatchObject({ kind: 'ok' })
    const reading = streams.pass('stream.read', { stream: 1 }, signal, 2)
    fail(new Error('a bug'))
    expect(await reading).toMatchObject({ kind: 'failed', code: 'io' })
    await streams.end()
  })

  it('is refused like any request, and taken from a stop', async () => {
    let asked = false
    answer = (_request, response) => {
      asked = true
      response.write('x')
    }
    const no = `return fetch('http://127.0.0.1:1/').catch((e) => [e.name, e.kind, e.code])`
    expect(resultOf(await run(no))).toEqual(['SallyportError', 'refused', 'outside-perimeter'])
    const running = run(`for await (const part of (await fetch(input.url)).body); return 1`, { url: base })
    await until(() => asked)
    await house.stop.stop('test')
    expect(await running).toMatchObject({ kind: 'refused' })
    await until(() => closed >= 1)
    house.stop.resume('test')
  })
})

describe('a file in parts', () => {
  it('is read as it is, and written as it was given', async () => {
    const from = path.join(house.home, 'big.bin')
    const to = path.join(house.home, 'copy.bin')
    fs.writeFileSync(from, BIG)
    const copied = resultOf(
      await run(
        `const { body, size } = await sallyport.fs.readStream({ path: input.from }); const to = sallyport.fs.writeStream({ path: input.to })
         for await (const part of body) await to.write(part)
         return { size, ...(await to.close()) }`,
        { from, to },
      ),
    )
    expect(copied).toEqual({ path: to, size: BIG.length, created: true })
    expect(fs.readFileSync(to).equals(BIG)).toBe(true)
    expect(outcomes()).toMatchObject([{ ok: true }, { ok: true }])
    expect(house.undo.changes().at(-1)).toMatchObject({ what: 'created', path: to })
  })

  it('is nowhere before it is closed, and nowhere when it is not', async () => {
    const to = path.join(house.home, 'never.txt')
    const value = resultOf(
      await run(
        `const one = sallyport.fs.writeStream({ path: input.to }); await one.write('lost')
         const two = sallyport.fs.writeStream({ path: input.to }); await two.write('lost too'); await two.abort()
         return (await sallyport.fs.list({ path: input.home })).entries.map((e) => e.name).filter((n) => n.includes('never') || n.includes('.tmp'))`,
        { to, home: house.home },
      ),
    )
    expect(value).toEqual([])
    expect(fs.existsSync(to)).toBe(false)
    expect(fs.readdirSync(path.join(house.base, 'staging'))).toEqual([])
  })

  it('is asked for as a whole: content, hash and the difference to what is there', async () => {
    const to = path.join(house.home, 'asked.txt')
    fs.writeFileSync(to, 'old line\n')
    let diff: string | null = null
    house.says(({ prepared }) => {
      diff = prepared.diff
      return 'allow'
    })
    const ask = { folders: [{ path: house.home, read: 'allow', write: 'ask' }] }
    const tool = makeTool(
      `export const main = async (input) => { const to = sallyport.fs.writeStream({ path: input.to }); await to.write('new '); await to.write('line\\n'); return to.close() }`,
    )
    tool.manifest = { ...tool.manifest, capabilities: ['fs.write'] }
    const before = house.questions.length
    resultOf(
      await house.callTool(tool, 'main', { to }, Perimeter.parse({ ...ask, tools: [{ name: 'probe' }] })),
    )
    const { prepared } = house.questions[before] as (typeof house.questions)[number]
    expect(prepared.exact.map(({ text }) => text)).toEqual([
      to,
      '9 bytes',
      '9 bytes, in place of what is there',
      sha(Buffer.from('new line\n')),
      'new line\n',
    ])
    expect(diff).toContain('-old line\n+new line\n')
    expect(fs.readFileSync(to, 'utf8')).toBe('new line\n')
  })

  it('is held by its handle, and says when it was changed meanwhile', async () => {
    const from = path.join(house.home, 'swapped.bin')
    fs.writeFileSync(from, BIG)
    const swap = () => {
      fs.renameSync(from, `${from}.old`)
      fs.writeFileSync(from, 'another')
    }
    let swapped = false
    const got = resultOf(
      await run(
        `${GATHER} const { body } = await sallyport.fs.readStream({ path: input.from }); const reader = body.getReader(); const first = (await reader.read()).value
         await sallyport.fs.stat({ path: input.from }); reader.releaseLock(); const { all } = await gathered(body); return first.length + all.length`,
        { from },
        {
          onEffect: ({ capability, state }) => {
            if (capability !== 'fs.list' || state !== 'open' || swapped) return
            swapped = true
            swap()
          },
        },
      ),
    )
    expect(swapped).toBe(true)
    expect(got).toBe(BIG.length)
  })

  it('leaves out a secret that lies across two parts', async () => {
    const value = 'a-registered-secret-value-0123456789'
    house.leaks.watch([{ what: 'secret:token', value }])
    const from = path.join(house.home, 'secret.txt')
    fs.writeFileSync(from, `${'x'.repeat(256 * 1024 - 10)}${value}${'y'.repeat(100)}`)
    try {
      const got = resultOf(
        await run(
          `${GATHER} const { all } = await gathered((await sallyport.fs.readStream({ path: input.from })).body); const text = new TextDecoder().decode(all)
           return { holds: text.includes(input.value), tail: text.slice(-130).replaceAll('y', '').replaceAll('x', '') }`,
          { from, value },
        ),
      )
      expect(got).toEqual({ holds: false, tail: '[secret:token removed]' })
    } finally {
      house.leaks.watch([])
    }
  })

  it('marks the run before the tool has the first part', async () => {
    answer = (_request, response) => response.end('outside text')
    const run_ = { id: 'run_lamps', title: 'Test' }
    let lit: boolean | null = null
    await run(
      `const reader = (await fetch(input.url)).body.getReader(); await reader.read(); await sallyport.fs.stat({ path: input.home }); return 1`,
      { url: base, home: house.home },
      {
        run: run_,
        onEffect: ({ capability }) => {
          if (capability === 'fs.list') lit ??= house.origins.lamps(run_.id, perimeter()).outside
        },
      },
    )
    expect(lit).toBe(true)
  })
})

describe('a program’s output in parts', () => {
  const can = () => contained.available().available

  it('comes while it runs, to the tool and to who watches', async ({ skip }) => {
    if (!can()) skip()
    const watched: string[] = []
    const times: number[] = []
    const got = resultOf(
      await run(
        `const { output, wait } = await sallyport.command.start({ argv: ['sh', '-c', 'echo one; sleep 0.5; echo two >&2; sleep 0.5; exit 3'], cwd: input.home })
         const parts = []; for await (const part of output) parts.push([part.stream, part.text, performance.now()])
         return { parts, end: await wait() }`,
        { home: house.home },
        {
          onOutput: (_seq, stream, text) => {
            watched.push(`${stream} ${text}`)
            times.push(performance.now())
          },
        },
      ),
    ) as { parts: [string, string, number][]; end: Json }
    expect(got.parts.map(([stream, text]) => [stream, text])).toEqual([
      ['stdout', 'one\n'],
      ['stderr', 'two\n'],
    ])
    expect(got.end).toMatchObject({ exitCode: 3, truncated: false })
    expect(watched).toEqual(['stdout one\n', 'stderr two\n'])
    // Half a second lies between them: they did not come together at the end.
    expect((got.parts[1]?.[2] ?? 0) - (got.parts[0]?.[2] ?? 0)).toBeGreaterThan(250)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(250)
  })

  it('holds the program back when nobody reads, and ends it when it is let go', async ({ skip }) => {
    if (!can()) skip()
    // Directly at home programs make nothing.
    const folder = path.join(house.home, 'work')
    fs.mkdirSync(folder, { recursive: true })
    const count = path.join(folder, 'count.txt')
    const got = resultOf(
      await run(
        `const { output } = await sallyport.command.start({ argv: ['sh', '-c', 'i=0; while :; do head -c 65536 /dev/zero | tr "\\\\0" x; i=$((i+1)); echo $i > count.txt; done'], cwd: input.home, maxOutput: 64 * 1024 * 1024 })
         const reader = output.getReader(); await reader.read(); await new Promise((r) => setTimeout(r, 700)); await reader.cancel(); return 1`,
        { home: folder },
      ),
    )
    expect(got).toBe(1)
    expect(Number(fs.readFileSync(count, 'utf8'))).toBeLessThan(60)
    await until(() => outcomes().some(({ details }) => details?.code === 'cancelled'))
  })
})

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { interval: 20 }).toBe(true)
}

// Many streams of one call at once, streams that are given up at each stage, and content that lacks a part: a tool in
// its sandbox, the gate, the capabilities, a server.
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { failed, type Outcome, ok } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { Json } from '../../contract/words.ts'
import { CAPABILITIES } from '../../contract/words.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import { makeTool } from '../../e2e/fixtures/open-test-lane.ts'
import { createCallStages } from './call-stages.ts'

const CHUNK = Buffer.alloc(100_000, 'line\n')

let house: TestHouse
let server: http.Server
let base: string
/** Requests that the server has, and the most of them at one time. */
let open = 0
let most = 0
let came = 0

beforeAll(async () => {
  house = await openTestHouse({})
  server = http.createServer((request, response) => {
    came++
    most = Math.max(most, ++open)
    response.on('close', () => open--)
    if (request.url === '/never') return
    if (request.url === '/much') {
      let left = 600
      const push = () => {
        while (left-- > 0) if (!response.write(CHUNK)) return void response.once('drain', push)
        response.end()
      }
      return push()
    }
    if (request.url === '/drip') response.write('line\n')
    else if (request.url === '/slow') setTimeout(() => response.end('page'), 30)
    else response.end('page')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  house.says(() => 'allow')
  house.canaries.tokenFor('probe')
  house.leaks.watch([])
  most = 0
  came = 0
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await house.close()
})

async function run(body: string, send: 'allow' | 'ask' = 'allow'): Promise<Json> {
  const tool = makeTool(`export const main = async ({ url, home }) => { ${body} }`)
  tool.manifest = { ...tool.manifest, capabilities: [...CAPABILITIES], hosts: ['*'] }
  const perimeter = Perimeter.parse({
    folders: [{ path: house.home, read: 'allow', write: 'allow' }],
    hosts: [
      {
        ...{ host: '127.0.0.1', scheme: 'http', port: Number(new URL(base).port), send },
        methods: ['GET', 'POST'],
      },
    ],
    tools: [{ name: 'probe' }],
  })
  const outcome: Outcome<Json> = await house.callTool(
    tool,
    'main',
    { url: base, home: house.home },
    perimeter,
  )
  if (outcome.kind !== 'ok') throw new Error(`${outcome.code}: ${outcome.person}`)
  return outcome.value
}
const idle = async () => {
  while (open > 0) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('many streams of one call', () => {
  it('are all had when they are asked for at once, eight at a time', async () => {
    const pages = await run(
      `return Promise.all(Array.from({ length: 40 }, async () => (await fetch(url + '/slow')).text()))`,
    )
    expect(pages).toEqual(Array(40).fill('page'))
    expect(most).toBe(8)
  })

  it('that were let go of because too many were left unread are told as that', async () => {
    const words = await run(
      `const answers = []; for (let i = 0; i < 40; i++) answers.push(await fetch(url))
       return [await answers.at(-1).text(), await answers[0].text().catch(({ code, message }) => [code, message])]`,
    )
    expect(words).toEqual(['page', ['budget', expect.stringContaining('left unread')]])
  })
})

describe('a stream that its tool gives up', () => {
  it('before it has begun makes room for others at once', async () => {
    const got = await run(
      `const signal = AbortSignal.timeout(200)
       const names = await Promise.all(Array.from({ length: 20 }, () => fetch(url + '/never', { signal }).catch(({ name }) => name)))
       return [names, await (await fetch(url)).text()]`,
    )
    expect(got).toEqual([Array(20).fill('TimeoutError'), 'page'])
    expect(most).toBe(8)
    await idle()
  })

  it('while the person is asked is not asked for any more, and not sent, whatever they say then', async () => {
    let withdrawn = 0
    house.says(
      ({ context }) =>
        new Promise((resolve) => {
          context.signal.addEventListener('abort', () => {
            withdrawn++
            resolve('allow')
          })
        }),
    )
    const got = await run(
      `const stop = new AbortController(); setTimeout(() => stop.abort(new Error('late')), 100)
       const message = await fetch(url, { method: 'POST', body: 'x', signal: stop.signal }).catch(({ message }) => message)
       await new Promise((resolve) => setTimeout(resolve, 100)); return message`,
      'ask',
    )
    expect(got).toBe('late')
    expect(withdrawn).toBe(1)
    expect(came).toBe(0)
  })

  it('while it is being read ends as its reader ended it', async () => {
    const got = await run(
      `const later = (act) => setTimeout(act, 50)
       const ways = {
         async cancelled() { const reader = (await fetch(url + '/drip')).body.getReader(); await reader.read(); later(() => reader.cancel()); return reader.read() },
         async aborted() { const stop = new AbortController(); const answer = await fetch(url + '/drip', { signal: stop.signal }); later(() => stop.abort(new Error('mine'))); return answer.text() },
         async late() { const stop = new AbortController(); const reader = (await fetch(url + '/drip', { signal: stop.signal })).body.getReader(); await reader.read(); stop.abort(new Error('mine')); return reader.read() },
       }
       const ends = {}; for (const [name, way] of Object.entries(ways)) ends[name] = await way().catch(({ message }) => message)
       return ends`,
    )
    expect(got).toEqual({ cancelled: { done: true }, aborted: 'mine', late: 'mine' })
    await idle()
  })
})

describe('much that is read and let go of again', () => {
  it('by parts of a stream needs little memory, however much it comes to', async () => {
    const bytes = await run(
      `let bytes = 0; for await (const part of (await fetch(url + '/much')).body) bytes += part.length; return bytes`,
    )
    expect(bytes).toBe(60_000_000)
  })

  it('by one large read after another does, too', async () => {
    fs.writeFileSync(path.join(house.home, 'read.txt'), Buffer.concat(Array(40).fill(CHUNK)))
    const read = await run(
      `let read = 0; for (let at = 0; at < 40; at++) read += (await sallyport.fs.readFile({ path: home + '/read.txt', length: 4e6 })).data.length; return read`,
    )
    expect(read).toBe(160_000_000)
  })

  it('is collected by what no code of a tool has', async () => {
    const much = `for (let at = 0; at < 10; at++) await sallyport.fs.readFile({ path: home + '/read.txt', length: 4e6 }); `
    const look = `const seen = [typeof gc, typeof globalThis.gc, Object.getOwnPropertyNames(globalThis).includes('gc')]; `
    for (let times = 0; times < 2; times++)
      expect(await run(`${much}${look}return seen`)).toEqual(['undefined', 'undefined', false])
  })
})

describe('many large requests at once', () => {
  it('wait for each other, too', async () => {
    const sizes = await run(
      `return (await Promise.all(Array.from({ length: 5 }, (_, at) => sallyport.fs.writeFile({ path: home + '/large' + at, data: 'x'.repeat(6e6) })))).map(({ size }) => size)`,
    )
    expect(sizes).toEqual(Array(5).fill(6e6))
  })
})

describe('content that lacks a part', () => {
  const untaken = [
    ['was nothing that can be written', 'to.write(null)'],
    ['held what may not leave', 'to.write(secret)'],
  ] as const
  it.each(untaken)('is not written when that part %s and nobody looked', async (_why, write) => {
    const value = 'a-registered-secret-value-0123456789'
    house.leaks.watch([{ what: 'secret:token', value }])
    const to = path.join(house.home, 'lacks.txt')
    const got = await run(
      `const secret = '${value}'; const to = sallyport.fs.writeStream({ path: home + '/lacks.txt' })
       await to.write('one '); ${write}.catch(() => {}); to.write('three').catch(() => {})
       return to.close().then(() => 'written', () => 'not written')`,
    )
    expect(got).toBe('not written')
    expect(fs.existsSync(to)).toBe(false)
  })

  it('is gone after the disk did not take that part, also when it takes the next', async () => {
    const taken: string[] = []
    let full = false
    const stages = createCallStages({
      nextNumber: () => 1,
      watchContent: () => ({ take: async () => null, end: async () => null }),
      staging: {
        open: () =>
          ok({
            append: async (bytes) => {
              if (full) return failed('disk-full', 'The disk is full.')
              taken.push(`${bytes}`)
              return ok(bytes.length)
            },
            look: () => ({ size: 1, hash: '', head: () => Buffer.alloc(0), copyTo: async () => {} }),
            close() {},
          }),
      },
    })
    const text = (words: string) => Buffer.from(words).toString('base64')
    expect(await stages.gather(null, text('one'))).toMatchObject({ kind: 'ok' })
    full = true
    expect(await stages.gather(1, text('two'))).toMatchObject({ code: 'disk-full' })
    full = false
    expect(await stages.gather(1, text('three'))).toMatchObject({ code: 'invalid-request' })
    expect(await stages.staged(1)).toBeNull()
    expect(taken).toEqual(['one'])
  })
})

/** What a run has of its person's own lights its lamp, whichever way it came; what is nobody's does not. */
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Perimeter } from '../../contract/perimeter.ts'
import { SecretRules } from '../../contract/secret.ts'
import { CAPABILITIES } from '../../contract/words.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import { makeTool } from '../../e2e/fixtures/open-test-lane.ts'
import { openMemoryVault } from '../secrets/testing/open-memory-vault.ts'

let house: TestHouse
let server: http.Server
let port = 0
let count = 0

beforeAll(async () => {
  server = http.createServer((request, response) => {
    const headers = request.url === '/enter' ? { 'set-cookie': 'session=1' } : {}
    response.writeHead(200, headers).end('text')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  const vault = openMemoryVault({ clock: Date.now })
  const bindings = [{ scheme: 'http', host: '127.0.0.1', port, pathPrefix: '/', place: 'header' }]
  await vault.add(
    SecretRules.parse({ name: 'token', bindings, agents: ['*'], tools: ['*'] }),
    'a-value-of-4711',
  )
  house = await openTestHouse({ person: () => 'allow', vault, desktop: () => true })
})
afterAll(async () => {
  server.close()
  await house.close()
})
beforeEach(() => {
  fs.writeFileSync(path.join(house.home, 'note.txt'), 'of the person')
})

/** What of its lamps burns after a tool's code has run. */
async function lampsAfter(code: string, run: string): Promise<{ outside: boolean; private: boolean }> {
  const tool = makeTool(`export const main = async ({ home, url }) => { ${code} }`)
  tool.manifest = { ...tool.manifest, capabilities: [...CAPABILITIES], hosts: ['*'] }
  const perimeter = Perimeter.parse({
    folders: [{ path: house.home, read: 'allow', write: 'allow' }],
    hosts: [
      { host: '127.0.0.1', scheme: 'http', port, methods: ['GET', 'POST'], read: 'allow', send: 'allow' },
    ],
    secrets: [{ name: 'token', use: 'allow' }],
    clipboard: { read: 'allow', write: 'allow' },
    tools: [{ name: 'probe' }],
  })
  const input = { home: house.home, url: `http://127.0.0.1:${port}` }
  const outcome = await house.callTool(tool, 'main', input, perimeter, { run: { id: run, title: 'Test' } })
  expect(outcome, JSON.stringify(outcome)).toMatchObject({ kind: 'ok' })
  const { outside, private: isPrivate } = house.origins.lamps(run, perimeter)
  return { outside, private: isPrivate }
}

const PRIVATE = [
  ['a file', `await sallyport.fs.readFile({ path: home + '/note.txt' })`],
  [
    'a file in parts',
    `const { body } = await sallyport.fs.readStream({ path: home + '/note.txt' }); await body.getReader().read()`,
  ],
  ['lines that were looked for', `await sallyport.fs.search({ path: home, pattern: 'person' })`],
  ['names in a folder', `await sallyport.fs.list({ path: home })`],
  ['what is known of a file', `await sallyport.fs.stat({ path: home + '/note.txt' })`],
  ['that something in a folder changed', `await sallyport.fs.watch({ path: home, timeoutMs: 10 })`],
  ['the clipboard', `await sallyport.clipboard.read()`],
  ['an answer to who has a secret', `await fetch(url, { headers: { 'x-token': '{{secret:token}}' } })`],
  [
    'the same in parts',
    `(await fetch(url, { headers: { 'x-token': '{{secret:token}}' } })).body.getReader().read()`,
  ],
  [
    'an answer to who has a cookie',
    `await (await fetch(url + '/enter')).text(); await (await fetch(url)).text()`,
  ],
] as const
/** Looked at and found empty: there is no text that could be from outside. */
const EMPTY: readonly string[] = ['that something in a folder changed', 'the clipboard']
test.each(PRIVATE)('%s is private, and from outside where there is text in it', async (what, code) => {
  const outside = !EMPTY.includes(what)
  expect(await lampsAfter(code, `run_${++count}`)).toEqual({ outside, private: true })
})

test.each([
  ['nothing', ''],
  ['a file that it wrote', `await sallyport.fs.writeFile({ path: home + '/new.txt', data: 'new' })`],
  ['the clipboard that it filled', `await sallyport.clipboard.write({ text: 'new' })`],
])('%s is not', async (_what, code) => {
  expect((await lampsAfter(code, `run_${++count}`)).private).toBe(false)
})

test('what a server says to anybody is not private, but from outside', async () => {
  // An agent's cookies are its own: another's jar is empty.
  const answer = await house.gate.passCapability(
    {
      principal: { id: 'agent_new', kind: 'agent', name: 'New' },
      perimeter: Perimeter.parse({ hosts: [{ host: '127.0.0.1', scheme: 'http', port }] }),
      ...{ run: { id: 'run_new', title: 'Test' }, callId: 'call_new', tool: null },
      signal: new AbortController().signal,
    },
    'net.fetch',
    { url: `http://127.0.0.1:${port}/` },
  )
  expect(answer).toMatchObject({ kind: 'ok' })
  expect(house.origins.lamps('run_new', Perimeter.parse({}))).toMatchObject({ outside: true, private: false })
})

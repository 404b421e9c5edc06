/**
 * A request with a secret that a server sends on: where it leads is decided anew, the secret goes no further than it is
 * bound to, and nobody is asked about what could only be refused.
 */
import http, { type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { SecretRules } from '../../contract/secret.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import { openMemoryVault } from '../secrets/testing/open-memory-vault.ts'

const VALUE = 'the-value-of-it-4711'
let house: TestHouse
let vault: ReturnType<typeof openMemoryVault>
/** Two origins: the one that the secret is bound to, below /v1, and another. */
let own: Awaited<ReturnType<typeof openServer>>
let other: typeof own
let to: string

async function openServer() {
  const seen: IncomingMessage[] = []
  const server = http.createServer((request, response) => {
    seen.push(request)
    if (request.url?.startsWith('/v1/start')) response.writeHead(307, { location: to }).end()
    else response.end('end')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { seen, port, base: `http://127.0.0.1:${port}`, close: () => server.close() }
}

beforeAll(async () => {
  const current = new Proxy({} as typeof vault, { get: (_none, name) => Reflect.get(vault, name) })
  house = await openTestHouse({ person: () => 'allow', vault: current })
})
afterAll(() => house.close())
beforeEach(async () => {
  ;[own, other] = [await openServer(), await openServer()]
  vault = openMemoryVault({ clock: Date.now })
  await vault.add(
    SecretRules.parse({
      name: 'github',
      bindings: ['header', 'body'].map((place) => ({
        ...{ scheme: 'http', host: '127.0.0.1', port: own.port, pathPrefix: '/v1', place },
      })),
      ...{ agents: ['*'], tools: ['*'] },
    }),
    VALUE,
  )
  house.says(() => 'allow')
  house.questions.length = 0
})
afterEach(() => {
  own.close()
  other.close()
})

const ASKS = (...hosts: { port: number }[]) => ({
  hosts: hosts.map(({ port }) => ({
    ...{ scheme: 'http', host: '127.0.0.1', port, methods: ['GET', 'POST'] },
    ...{ read: 'ask', send: 'ask' },
  })),
  secrets: [{ name: 'github', use: 'ask' }],
})
const IN_HEADER = { headers: [['authorization', 'Bearer {{secret:github}}']] }
const SIGNED = { sign: { scheme: 'bearer', secret: 'github' } }
const start = (more: object, ...hosts: { port: number }[]) =>
  house.passAlone('net.fetch', { url: `${own.base}/v1/start`, ...more }, ASKS(own, ...hosts))
const urlsAsked = () =>
  house.questions.map(({ prepared: { needs } }) =>
    needs.flatMap(({ resource }) => (resource?.kind === 'url' ? [resource.url] : [])),
  )
const namedSecrets = () =>
  house.questions.map(({ prepared: { needs } }) => needs.some(({ resource }) => resource?.kind === 'secret'))

test.each([
  ['in a header', IN_HEADER],
  ['in a signed form', SIGNED],
])('a secret %s stays behind where another origin is next, which is asked about without it', async (_where, more) => {
  to = `${other.base}/end`
  expect(await start(more, other)).toMatchObject({ kind: 'ok' })
  expect(own.seen[0]?.headers.authorization).toBe(`Bearer ${VALUE}`)
  expect(other.seen).toHaveLength(1)
  expect(JSON.stringify(other.seen[0]?.rawHeaders)).not.toContain(VALUE)
  expect(urlsAsked()).toEqual([[`${own.base}/v1/start`], [to]])
  expect(namedSecrets()).toEqual([true, false])
})

test('the person’s no to where it leads ends it there', async () => {
  to = `${other.base}/end`
  house.says(() => (house.questions.length === 1 ? 'allow' : 'deny'))
  expect(await start(IN_HEADER, other)).toMatchObject({ kind: 'refused', code: 'denied-by-person' })
  expect(other.seen).toEqual([])
})

test('another origin that no line covers is refused without a question', async () => {
  to = `${other.base}/end`
  expect(await start(IN_HEADER)).toMatchObject({ kind: 'refused', code: 'outside-perimeter' })
  expect(other.seen).toEqual([])
  expect(house.questions).toHaveLength(1)
})

test('a secret in a body is not sent on to another origin, and nobody is asked', async () => {
  to = `${other.base}/end`
  expect(await start({ method: 'POST', body: '{{secret:github}}' }, other)).toMatchObject({
    ...{ kind: 'refused', code: 'flow' },
  })
  expect(other.seen).toEqual([])
  expect(house.questions).toHaveLength(1)
})

test('the same origin at a path that it is bound to has it again, after a question', async () => {
  to = '/v1/end'
  expect(await start(IN_HEADER)).toMatchObject({ kind: 'ok' })
  expect(own.seen[1]?.headers.authorization).toBe(`Bearer ${VALUE}`)
  expect(urlsAsked()).toEqual([[`${own.base}/v1/start`], [`${own.base}/v1/end`]])
})

test.each([
  ['in a header', IN_HEADER],
  ['in a signed form', SIGNED],
])('a secret %s goes to no path that it is not bound to, and nobody is asked', async (_where, more) => {
  to = '/v2/end'
  expect(await start(more)).toMatchObject({
    ...{ kind: 'refused', code: 'denied-by-policy' },
    person: expect.stringMatching(/only below \/v1/),
  })
  expect(own.seen).toHaveLength(1)
  expect(house.questions).toHaveLength(1)
})

test.each<[string, () => unknown]>([
  ['revoked', () => vault.revoke('github')],
  ['deleted', () => vault.delete('github')],
  ['locked by an incident', () => vault.lock(true)],
])('one that is %s when the server answers goes no further, and nobody is asked', async (_what, change) => {
  to = '/v1/end'
  const answered = own.seen
  const call = start(IN_HEADER)
  const changed = (async () => {
    while (answered.length === 0) await new Promise(setImmediate)
    await change()
  })()
  const outcome = await call
  await changed
  expect(outcome).toMatchObject({ kind: 'refused', code: 'unavailable' })
  expect(own.seen).toHaveLength(1)
  expect(house.questions).toHaveLength(1)
})

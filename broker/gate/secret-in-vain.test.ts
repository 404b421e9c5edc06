/** A request with a secret that can't be had: nobody is asked for what would only be refused after the yes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { SecretRules } from '../../contract/secret.ts'
import type { Json } from '../../contract/words.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import type { ContainedPrograms } from '../ports.ts'
import { openMemoryVault } from '../secrets/testing/open-memory-vault.ts'

let house: TestHouse
let now: number
let vault: ReturnType<typeof openMemoryVault>

const contained: ContainedPrograms = {
  available: () => ({ available: true, text: '' }),
  start: () => Promise.reject(new Error('nothing was to start')),
} as unknown as ContainedPrograms

beforeAll(async () => {
  const inUse = { info: 'info', reveal: 'reveal', refusal: 'refusal' } as const
  const current = new Proxy({} as typeof vault, {
    get: (_none, name) => (name in inUse ? vault[name as keyof typeof inUse] : undefined),
  })
  house = await openTestHouse({ person: () => 'allow', vault: current, contained })
})
afterAll(() => house.close())
beforeEach(async () => {
  now = 1_000
  vault = openMemoryVault({ clock: () => now })
  house.says(() => 'allow')
  house.questions.length = 0
  house.entries.length = 0
  await keep()
})

const keep = (more: object = {}) =>
  vault.add(
    SecretRules.parse({
      name: 'github',
      bindings: [{ scheme: 'http', host: '127.0.0.1', port: 9, pathPrefix: '/v1' }],
      ...{ agents: ['*'], tools: ['*'], expiresAt: 2_000 },
      ...more,
    }),
    'the-value-of-it-4711',
  )
const again = async (more: object) => {
  await vault.delete('github')
  await keep(more)
}

const ASKS = {
  folders: [{ path: '~', read: 'ask', write: 'ask' }],
  hosts: [{ scheme: 'http', host: '127.0.0.1', port: 9, read: 'ask', send: 'ask' }],
  commands: [{ program: 'true', run: 'ask' }],
  secrets: [{ name: 'github', use: 'ask' }],
}
const pass = (operation: string, args: Json, perimeter: object = ASKS) =>
  house.passAlone(operation, args, perimeter)
const URL = 'http://127.0.0.1:9/v1/x'
const inHeader: Json = { url: URL, headers: [['authorization', 'Bearer {{secret:github}}']] }
const signed: Json = { url: URL, sign: { scheme: 'bearer', secret: 'github' } }
const WAYS: [string, string, Json][] = [
  ['in a header', 'net.fetch', inHeader],
  ['in a signed form', 'net.fetch', signed],
]
const IN_PROGRAM: [string, string, Json] = [
  'in a program’s environment',
  'command.run',
  { argv: ['true'], cwd: '~', secrets: { TOKEN: 'github' } },
]

const STATES: [string, () => unknown, string, RegExp][] = [
  ['is gone', () => vault.delete('github'), 'unavailable', /no secret named “github”.*can add it/],
  ['was revoked', () => vault.revoke('github'), 'unavailable', /“github” was revoked/],
  ['has expired', () => (now = 3_000), 'unavailable', /“github” has expired\. Rotate it/],
  [
    'is locked by an incident',
    () => vault.lock(true),
    'unavailable',
    /locked until a person ends the incident/,
  ],
  ['is for another agent', () => again({ agents: ['Other'] }), 'denied-by-policy', /is not for “Test”/],
]
const BOUND: typeof STATES = [
  [
    'is bound to another host',
    () => again({ bindings: [{ host: 'api.example.com' }] }),
    'denied-by-policy',
    /isn’t bound to http:\/\/127\.0\.0\.1:9/,
  ],
  [
    'is bound to another path',
    () => again({ bindings: [{ scheme: 'http', host: '127.0.0.1', port: 9, pathPrefix: '/v2' }] }),
    'denied-by-policy',
    /only below \/v2/,
  ],
  [
    'is bound to another place',
    () => again({ bindings: [{ scheme: 'http', host: '127.0.0.1', port: 9, place: 'body' }] }),
    'denied-by-policy',
    /only in the body, not in a header/,
  ],
]

async function isRefusedUnasked([operation, args]: [string, Json], code: string, person: RegExp) {
  expect(await pass(operation, args)).toMatchObject({
    ...{ kind: 'refused', code },
    person: expect.stringMatching(person),
    model: expect.stringMatching(/Go on without it, or tell the person/),
  })
  expect(house.questions).toEqual([])
  const kinds = house.entries.map(({ kind }) => kind)
  expect(kinds).toEqual(['decision'])
  expect(house.entries[0]).toMatchObject({ decision: 'deny', ok: false, asked: false })
}

describe.each([...WAYS, IN_PROGRAM])('a secret %s', (_where, operation, args) => {
  it.each(STATES)('that %s is refused without a question', async (_what, make, code, person) => {
    await make()
    await isRefusedUnasked([operation, args], code, person)
  })

  it('that can be had is asked about', async () => {
    house.says(() => 'deny')
    expect(await pass(operation, args)).toMatchObject({ code: 'denied-by-person' })
    expect(house.questions).toHaveLength(1)
  })

  it('that the perimeter does not name is the perimeter’s no, whether there is one or not', async () => {
    const outcomes = [await pass(operation, args, { ...ASKS, secrets: [] })]
    await vault.delete('github')
    outcomes.push(await pass(operation, args, { ...ASKS, secrets: [] }))
    expect(outcomes[0]).toMatchObject({ kind: 'refused', code: 'outside-perimeter' })
    expect(outcomes[1]).toEqual(outcomes[0])
    expect(house.questions).toEqual([])
  })
})

describe.each(WAYS)('a secret %s', (_where, operation, args) => {
  it.each(BOUND)('that %s is refused without a question', async (_what, make, code, person) => {
    await make()
    await isRefusedUnasked([operation, args], code, person)
  })
})

test('one that is revoked while the person is asked is not used, whatever they say', async () => {
  house.says(async () => {
    await vault.revoke('github')
    return 'allow' as const
  })
  expect(await pass('net.fetch', inHeader)).toMatchObject({ kind: 'refused', code: 'unavailable' })
  expect(house.questions).toHaveLength(1)
})

test('one that came while the request was paused counts', async () => {
  await vault.delete('github')
  house.says(() => 'deny')
  house.stop.setPaused('you', true)
  const call = pass('net.fetch', inHeader)
  await keep()
  house.stop.setPaused('you', false)
  expect(await call).toMatchObject({ code: 'denied-by-person' })
  expect(house.questions).toHaveLength(1)
})

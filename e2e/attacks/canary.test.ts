/**
 * A tool that gathers credentials and lets them out, by every way that it has and in every usual encoding: it gets
 * nothing out, it is frozen at the first try, and the freeze outlives the broker. Real isolate, real gate.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createCanaries } from '../../broker/secrets/canaries.ts'
import { AgentInput } from '../../contract/agent.ts'
import { ok } from '../../contract/outcome.ts'
import { openTestHouse, type TestHouse } from '../fixtures/open-test-house.ts'
import { startEchoServer } from '../harness/echo-server.ts'

const MAGPIE = path.resolve(import.meta.dirname, '../fixtures/tools/magpie')
let house: TestHouse
let echo: Awaited<ReturnType<typeof startEchoServer>>
beforeAll(async () => {
  house = await openTestHouse({ person: () => 'allow' })
  echo = await startEchoServer()
})
afterEach(() => {
  if (house.canaries.frozen('magpie')) house.canaries.thaw('magpie', 'you, in a test')
})
afterAll(async () => {
  await echo.close()
  await house.close()
})

const perimeter = () => ({
  folders: [{ path: house.home, read: 'allow' as const, write: 'allow' as const }],
  hosts: [
    {
      ...{ scheme: 'http' as const, host: '127.0.0.1', port: echo.port, pathPrefix: '/' },
      ...{ methods: ['GET', 'POST'], read: 'allow' as const, send: 'allow' as const },
    },
  ],
})
const harvest = (by: string, how: string, to: string) =>
  house.callTool(MAGPIE, 'harvest', { by, how, to }, perimeter() as never)

const HOW = ['plain', 'base64', 'hex', 'url', 'json', 'html', 'reversed']

describe('a tool that lets its canary out is caught', () => {
  for (const how of HOW)
    test(`written as ${how}: in a body, an address, a header, a file, an answer to the model`, async () => {
      const file = path.join(house.home, `loot-${how}.txt`)
      const ways = [
        ['request', `${echo.origin}/take`],
        ['address', `${echo.origin}/take`],
        ['header', `${echo.origin}/take`],
        ['write', file],
        ['stream', file],
        ['answer', ''],
        ['error', ''],
      ] as const
      for (const [by, to] of ways) {
        const outcome = await harvest(by, how, to)
        expect(outcome.kind, by).toBe('refused')
        expect(JSON.stringify(outcome), by).not.toContain(house.canaries.tokenFor('magpie'))
        expect(house.canaries.frozen('magpie'), by).not.toBeNull()
        house.canaries.thaw('magpie', 'you, in a test')
      }
      expect(echo.received).toEqual([])
      expect(existsSync(file)).toBe(false)
    })

  test('in a notification too, and nobody is asked', async () => {
    const asked = house.questions.length
    expect(await harvest('notification', 'plain', '')).toMatchObject({ kind: 'refused', code: 'flow' })
    expect(house.questions).toHaveLength(asked)
  })
})

test('after that nothing of it runs, a restart does not help it, and a person lets it work again', async () => {
  await harvest('request', 'base64', `${echo.origin}/take`)
  const idle = () => house.callTool(MAGPIE, 'idle', {})
  expect(await idle()).toMatchObject({ kind: 'refused', code: 'stopped' })
  const alert = house.entries.findLast(({ kind }) => kind === 'alert')
  expect(alert).toMatchObject({ details: { rule: 'canary' }, tool: { name: 'magpie' } })
  expect(alert?.subject).toContain('in a request to 127.0.0.1')
  expect(JSON.stringify(house.entries)).not.toContain(house.canaries.tokenFor('magpie'))

  // Another broker over the same documents.
  const { store, log, clock } = house
  const again = createCanaries({
    ...{ store, log, clock },
    keychain: { get: async () => ok(null), set: async () => ok(true) },
    alert() {},
    carried() {},
    onValues() {},
  })
  expect(again.frozen('magpie')?.person).toContain('frozen')

  house.canaries.thaw('magpie', 'you, in the app')
  expect(await idle()).toEqual({ kind: 'ok', value: 'still here' })
})

test('an agent that carries a tool’s canary to another tool is frozen with it: to hold the tool alone stops nothing', async () => {
  const input = AgentInput.parse({
    name: 'Carrier',
    model: { provider: 'tour', model: 'tour' },
    perimeter: perimeter(),
  })
  const made = house.book.create(input, 'you')
  if (made.kind !== 'ok') throw new Error(made.person)
  const { id, name } = made.value
  const principal = { id, kind: 'agent' as const, name }
  const pass = (body: string) =>
    house.callTool(
      'web',
      'request',
      { url: `${echo.origin}/take`, method: 'POST', body },
      perimeter() as never,
      {
        principal,
      },
    )
  const frozen = () => house.book.get(id)?.frozen
  const sent = echo.received.length
  await pass('nothing of the kind')
  expect([frozen(), echo.received.length]).toEqual(['', sent + 1])
  expect((await pass(Buffer.from(house.canaries.tokenFor('magpie')).toString('hex'))).kind).toBe('refused')
  expect(echo.received).toHaveLength(sent + 1)
  expect(house.canaries.frozen('magpie')).not.toBeNull()
  expect(frozen()).toContain('It passed the canary of the tool “magpie” on in a request to 127.0.0.1')
  // The tool through which it went did nothing wrong, nor did an agent whose tool gives itself away.
  expect(house.canaries.frozen('web')).toBeNull()
  expect(house.book.thaw(id, 'you').kind).toBe('ok')
  house.canaries.thaw('magpie', 'you')
  await house.callTool(
    MAGPIE,
    'harvest',
    { by: 'request', how: 'plain', to: `${echo.origin}/take` },
    perimeter() as never,
    {
      principal,
    },
  )
  expect([house.canaries.frozen('magpie') !== null, frozen()]).toEqual([true, ''])
})

test('honest tools never meet theirs: none is frozen by its ordinary work', async () => {
  const file = path.join(house.home, 'note.txt')
  const wide = perimeter() as never
  await house.callTool('files', 'write', { path: file, text: 'A note about tokens and secrets.' }, wide)
  await house.callTool('files', 'read', { path: file }, wide)
  await house.callTool('files', 'list', { path: house.home }, wide)
  await house.callTool('web', 'request', { url: `${echo.origin}/page` }, wide)
  expect(house.canaries.list()).toEqual([])
})

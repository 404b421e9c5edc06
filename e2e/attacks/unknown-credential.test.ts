/** A key that nobody stored, on its way out with a request that the rules would let go in silence. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CredentialRule } from '../../broker/gate/find-leak.ts'
import { openTestHouse, type TestHouse } from '../fixtures/open-test-house.ts'
import { startEchoServer } from '../harness/echo-server.ts'

const KEY = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`
let house: TestHouse
let echo: Awaited<ReturnType<typeof startEchoServer>>
let rule: CredentialRule
beforeAll(async () => {
  house = await openTestHouse({ person: () => 'deny', credentialRule: () => rule })
  echo = await startEchoServer()
})
afterAll(async () => {
  await echo.close()
  await house.close()
})
beforeEach(() => {
  echo.received.length = 0
  house.questions.length = 0
})

function send(headers: Record<string, string> = {}) {
  const host = { scheme: 'http', host: '127.0.0.1', port: echo.port, methods: ['GET'] }
  return house.callTool('web', 'request', { url: `${echo.origin}/x`, headers }, {
    hosts: [{ ...host, read: 'allow', send: 'allow' }],
  } as never)
}

test('is asked about, when the person wants that, and stays here on a no', async () => {
  rule = 'ask'
  expect((await send({ 'X-Key': KEY })).kind).toBe('refused')
  expect(house.questions).toHaveLength(1)
  expect(house.questions[0]?.because[0]?.text).toContain('GitHub token')
  expect(echo.received).toEqual([])
})

test('never leaves, when the person wants that: nobody is asked', async () => {
  rule = 'block'
  expect(await send({ 'X-Key': KEY })).toMatchObject({ kind: 'refused', code: 'flow' })
  expect(await send({ [KEY]: 'as a name' })).toMatchObject({ kind: 'refused', code: 'flow' })
  expect(house.questions).toEqual([])
  expect(echo.received).toEqual([])
})

test('goes as the other rules say otherwise, and what holds none always does', async () => {
  rule = 'redact'
  expect((await send({ 'X-Key': KEY })).kind).toBe('ok')
  rule = 'block'
  expect((await send({ 'X-Key': 'nothing of the kind' })).kind).toBe('ok')
  expect(echo.received).toHaveLength(2)
  expect(house.questions).toEqual([])
})

test('is not kept in the record, whatever the rule: not in an address, a refusal or a title', async () => {
  rule = 'redact'
  const before = house.entries.length
  const host = { scheme: 'http', host: '127.0.0.1', port: echo.port, methods: ['GET'] }
  const perimeter = { hosts: [{ ...host, read: 'allow', send: 'allow' }] } as never
  const url = `${echo.origin}/x?key=${KEY}`
  expect((await house.callTool('web', 'request', { url }, perimeter)).kind).toBe('ok')
  rule = 'block'
  await house.callTool('web', 'request', { url }, perimeter)
  const written = house.entries.slice(before)
  expect(written.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['intent', 'outcome', 'decision']))
  expect(JSON.stringify(written)).toContain('[GitHub token removed]')
  expect(JSON.stringify(house.entries)).not.toContain(KEY)
})

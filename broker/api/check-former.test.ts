import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rotationOf } from '../../contract/known-providers.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { SecretBinding, SecretRules } from '../../contract/secret.ts'
import { mintPermit } from '../gate/permit.ts'
import type { Gate } from '../ports.ts'
import { openMemoryVault } from '../secrets/testing/open-memory-vault.ts'
import { createCheckFormer } from './check-former.ts'

const OLD = 'old-value-4711'
const NEW = 'new-value-4712'
let server: Server
let port: number
/** What the provider takes. */
let good: Set<string>
let seen: string[]
let watched: string[]
let vault: ReturnType<typeof openMemoryVault>
let check: ReturnType<typeof createCheckFormer>
let refusedOld: string[]

beforeAll(async () => {
  server = createServer((request, response) => {
    const key = request.headers.authorization?.replace('Bearer ', '') ?? ''
    seen.push(`${request.url} ${key}`)
    response.writeHead(request.url === '/broken' ? 500 : good.has(key) ? 200 : 401).end('{}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())

beforeEach(async () => {
  good = new Set([OLD, NEW])
  seen = []
  vault = openMemoryVault({
    clock: () => 1_000,
    watch: (values) => {
      watched = values.map(({ value }) => value)
    },
  })
  const passNeed: Gate['passNeed'] = <T>(
    context: Parameters<Gate['passNeed']>[0],
    effect: { binding: string; perform(permit: ReturnType<typeof mintPermit>): Promise<Outcome<T>> },
  ) =>
    effect.perform(
      mintPermit({
        principalId: context.principal.id,
        principalName: context.principal.name,
        ...{ tool: null, runId: null, callId: 'call', capability: 'net.request', intent: 1 },
        binding: effect.binding,
        byHand: context.byHand,
      }),
    )
  refusedOld = []
  const incidents = { oldRefused: (name: string) => void refusedOld.push(name) }
  check = createCheckFormer({ gate: { passNeed }, vault, incidents, newId: (kind) => `${kind}_1` })
  const bindings = [{ scheme: 'http' as const, host: '127.0.0.1', port }]
  await vault.add(SecretRules.parse({ name: 'key', bindings }), OLD)
})

const ask = (path = '/user') =>
  check(
    { name: 'key', url: `http://127.0.0.1:${port}${path}`, header: 'Authorization: Bearer {value}' },
    'you',
  )

describe('after a rotation', () => {
  test('an old value that still works is said to, and stays to be checked again', async () => {
    await vault.rotate('key', NEW)
    expect(await ask()).toMatchObject({ former: 'works', now: 'works' })
    expect(seen).toEqual([`/user ${OLD}`, `/user ${NEW}`])
    good.delete(OLD)
    const ended = await ask()
    expect(ended).toMatchObject({ former: 'refused', now: 'works' })
    expect(ended.text).toContain('is forgotten here')
  })

  test('an old value that was refused is forgotten: nowhere kept, no longer looked for', async () => {
    await vault.rotate('key', NEW)
    expect(vault.list()[0]?.formerUntil).not.toBeNull()
    expect(watched).toEqual([NEW, OLD])
    good.delete(OLD)
    await ask()
    expect(vault.list()[0]?.formerUntil).toBeNull()
    expect(watched).toEqual([NEW])
    expect(refusedOld).toEqual(['key'])
    await expect(ask()).rejects.toThrow('no longer kept')
  })

  test('who refuses both says nothing of the old one', async () => {
    await vault.rotate('key', NEW)
    good = new Set()
    const both = await ask()
    expect(both).toMatchObject({ former: 'unclear', now: 'refused' })
    expect(both.text).toContain('does not tell')
    expect(refusedOld).toEqual([])
    expect(vault.list()[0]?.formerUntil).not.toBeNull()
  })

  test('in an incident, too: secrets are locked for agents, and a person sees whether the old one works', async () => {
    await vault.rotate('key', NEW)
    vault.lock(true)
    good.delete(OLD)
    expect(await ask()).toMatchObject({ former: 'refused', now: 'works' })
  })

  test('an answer that says nothing about keys is not taken for a refusal', async () => {
    await vault.rotate('key', NEW)
    expect(await ask('/broken')).toMatchObject({ former: 'unclear' })
    expect(refusedOld).toEqual([])
    expect(vault.list()[0]?.formerUntil).not.toBeNull()
  })

  test('neither value goes to a host that the secret is not bound to', async () => {
    await vault.rotate('key', NEW)
    const elsewhere = check(
      { name: 'key', url: `http://localhost:${port}/user`, header: 'Authorization: Bearer {value}' },
      'you',
    )
    await expect(elsewhere).rejects.toMatchObject({ code: 'denied-by-policy' })
    expect(seen).toEqual([])
  })

  test('nor to another part of the host than it is bound to, and the address that is offered is not there', async () => {
    const part = { scheme: 'http' as const, host: '127.0.0.1', port, pathPrefix: '/repos/acme' }
    vault.update(SecretRules.parse({ name: 'key', bindings: [part] }))
    await vault.rotate('key', NEW)
    await expect(ask('/user')).rejects.toThrow('only below /repos/acme')
    expect(seen).toEqual([])
    good.delete(OLD)
    const { checkUrl } = rotationOf({ bindings: [SecretBinding.parse(part)], rotateUrl: '' })
    expect(await ask(new URL(checkUrl).pathname)).toMatchObject({ former: 'refused', now: 'works' })
    expect(seen).toEqual([`/repos/acme ${OLD}`, `/repos/acme ${NEW}`])
  })

  test('nothing is kept when there was no rotation, or after the vault is closed', async () => {
    await expect(ask()).rejects.toThrow('no longer kept')
    await vault.rotate('key', NEW)
    vault.close()
    await expect(ask()).rejects.toThrow('no longer kept')
  })
})

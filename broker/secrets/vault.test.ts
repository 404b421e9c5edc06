import { beforeEach, describe, expect, test } from 'vitest'
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import { type KeychainStatus, SecretRules } from '../../contract/secret.ts'
import { mintPermit } from '../gate/permit.ts'
import type { DocumentStore } from '../ports.ts'
import type { Keychain } from './keychain.ts'
import { createVault } from './vault.ts'

const HERE = { origin: 'https://api.example.com', path: '/v1/x', place: 'header' } as const
const VALUE = 'the-value-of-it-4711'

let now: number
let kept: Map<string, string>
let ready: boolean
let gate: Promise<void>
let watched: { name: string; value: string }[]
let documents: Map<string, unknown>
let vault: ReturnType<typeof createVault>

/** Documents in memory, and a keychain that can be away or slow. */
beforeEach(() => {
  now = 1_000
  kept = new Map()
  ready = true
  gate = Promise.resolve()
  watched = []
  documents = new Map()
  vault = open()
})

/** While it is not locked. */
let state: KeychainStatus['state'] = 'ready'

function open() {
  const store: DocumentStore = {
    get: (_kind, id) => structuredClone(documents.get(id)),
    put: (_kind, id, value) => void documents.set(id, structuredClone(value)),
    delete: (_kind, id) => void documents.delete(id),
    list: () => [...documents].map(([id, value]) => ({ id, value })),
  }
  const answer = async <T>(work: () => T): Promise<Outcome<T>> => {
    await gate
    return ready ? ok(work()) : refused('unavailable', 'The keychain is locked.')
  }
  const keychain: Keychain = {
    status: async () => ({ state: ready ? state : 'locked', name: 'Test', text: '' }),
    get: (account) => answer(() => kept.get(account) ?? null),
    set: (account, value) => answer((): true => Boolean(kept.set(account, value)) as true),
    delete: (account) => answer(() => kept.delete(account)),
    unlock: async () => ({ state: 'ready', name: 'Test', text: '' }),
    onRecovered: () => () => {},
    close() {},
  }
  return createVault({
    store,
    keychain,
    clock: () => now,
    watch: (values) => {
      watched = values
    },
  })
}

const rules = (more: object = {}) =>
  SecretRules.parse({ name: 'github', bindings: [{ host: 'api.example.com', pathPrefix: '/v1' }], ...more })

interface Asks {
  tool?: string
  used?: boolean
  capability?: 'net.request' | 'model.call'
  byHand?: boolean
}
function permit(more: Asks = {}) {
  const { tool = null, used = true, capability = 'net.request', byHand = false } = more
  const made = mintPermit({
    principalId: 'agent_1',
    principalName: 'Ada',
    tool,
    runId: null,
    callId: 'call_1',
    capability,
    binding: 'b',
    intent: 1,
    byHand,
  })
  if (used) made.consume(capability, 'b')
  return made
}

async function reveal(
  more: Parameters<typeof permit>[0] = {},
  where: Parameters<typeof vault.reveal>[2] = HERE,
) {
  const outcome = await vault.reveal(permit(more), 'github', where)
  return outcome.kind === 'ok' ? outcome.value : outcome.kind === 'refused' ? outcome.code : outcome.kind
}

describe('a value', () => {
  test('is revealed to a permitted effect at the place it is bound to, and the use is counted', async () => {
    await vault.add(rules(), VALUE)
    now = 2_000
    expect(await reveal()).toBe(VALUE)
    expect(vault.info('github')).toMatchObject({ uses: 1, lastUse: 2_000, createdAt: 1_000 })
    expect(await reveal({}, { ...HERE, origin: 'https://evil.example.org' })).toBe('denied-by-policy')
    expect(await reveal({}, { ...HERE, path: '/v1/../x' })).toBe('denied-by-policy')
  })

  test('is revealed to no effect whose permit was not used', async () => {
    await vault.add(rules(), VALUE)
    await expect(vault.reveal(permit({ used: false }), 'github', HERE)).rejects.toThrow('let through')
  })

  test('is revealed to the agents and tools that its rules name, and to no others', async () => {
    await vault.add(rules({ agents: ['Ada'], tools: ['mail'] }), VALUE)
    expect(await reveal({ tool: 'mail' })).toBe(VALUE)
    expect(await reveal({ tool: 'web' })).toBe('denied-by-policy')
    vault.update(rules({ agents: ['Bob'] }))
    expect(await reveal()).toBe('denied-by-policy')
  })

  test('of a model key without bindings goes to a model call alone', async () => {
    await vault.add(rules({ kind: 'model-key', bindings: [] }), VALUE)
    expect(await reveal({ capability: 'model.call' })).toBe(VALUE)
    expect(await reveal()).toBe('denied-by-policy')
  })

  test('is in no document and in no list', async () => {
    await vault.add(rules(), VALUE)
    await reveal()
    expect(JSON.stringify([...documents, vault.list(), vault.info('github')])).not.toContain(VALUE)
  })

  test('is stored nowhere when the keychain refuses it', async () => {
    ready = false
    expect((await vault.add(rules(), VALUE)).kind).toBe('refused')
    expect([documents.size, kept.size, watched.length]).toEqual([0, 0, 0])
  })

  test('is watched for from the start of the next session', async () => {
    await vault.add(rules(), VALUE)
    watched = []
    vault = open()
    await vault.open()
    expect(watched).toEqual([{ name: 'github', value: VALUE }])
  })
})

describe('a secret that ends', () => {
  test('by its time is refused, and by rotation goes on with the new value', async () => {
    await vault.add(rules({ expiresAt: 5_000 }), VALUE)
    now = 5_000
    expect(await reveal()).toBe('unavailable')
    now = 6_000
    await vault.rotate('github', 'another-value-1234')
    expect(await reveal()).toBe('another-value-1234')
    // The new one lasts as long as the old one did.
    expect(vault.info('github')?.expiresAt).toBe(10_000)
    now = 10_000
    expect(await reveal()).toBe('unavailable')
  })

  test('keeps its day when it is rotated before', async () => {
    await vault.add(rules({ expiresAt: 5_000 }), VALUE)
    now = 4_000
    await vault.rotate('github', 'another-value-1234')
    expect(vault.info('github')?.expiresAt).toBe(5_000)
  })

  test('by revocation is gone from the keychain, refused, and still watched for', async () => {
    await vault.add(rules(), VALUE)
    expect(await vault.revoke('github')).toEqual({ revoked: 1, kept: [] })
    expect(await reveal()).toBe('unavailable')
    expect(kept.size).toBe(0)
    expect(watched).toHaveLength(1)
  })

  test('by revocation is refused, and named, when the keychain would not delete it', async () => {
    await vault.add(rules(), VALUE)
    ready = false
    expect(await vault.revoke()).toEqual({ revoked: 1, kept: ['github'] })
    ready = true
    expect(kept.size).toBe(1)
    expect(await reveal()).toBe('unavailable')
  })

  test('is withdrawn with all others before the keychain answers', async () => {
    await vault.add(rules(), VALUE)
    await vault.add(rules({ name: 'other' }), 'another-value-1234')
    gate = new Promise(() => {})
    void vault.revoke()
    expect([vault.info('github'), vault.info('other')]).toEqual([null, null])
  })

  test.each([
    ['revoked', () => void vault.revoke('github')],
    ['locked', () => vault.lock(true)],
  ])('is not revealed when it was %s while the keychain was asked', async (_, end) => {
    await vault.add(rules(), VALUE)
    vault = open()
    let answer = () => {}
    gate = new Promise((resolve) => {
      answer = resolve
    })
    const asked = reveal()
    end()
    answer()
    expect(await asked).toBe('unavailable')
    if (_ === 'revoked') expect(vault.info('github')).toBeNull()
  })

  test('that is kept back says whether it is the host, the path or the place in the request that does not fit', async () => {
    await vault.add(rules(), VALUE)
    const why = async (where: Partial<Parameters<typeof vault.reveal>[2]>) => {
      const outcome = await vault.reveal(permit(), 'github', { ...HERE, ...where })
      return outcome.kind === 'refused' ? outcome.person : outcome.kind
    }
    expect(await why({ origin: 'https://evil.example' })).toContain('isn’t bound to https://evil.example.')
    expect(await why({ path: '/v2/x' })).toContain('only below /v1.')
    expect(await why({ place: 'query' })).toContain('only in a header, not in the address.')
  })

  test('is not revealed any more when its keychain has gone, and is when it is there again', async () => {
    await vault.add(rules(), VALUE)
    expect(await reveal()).toBe(VALUE)
    state = 'none'
    expect(await reveal()).toBe('unavailable')
    // One that only does not answer may be busy: what it gave before counts.
    state = 'error'
    expect(await reveal()).toBe(VALUE)
    state = 'ready'
    expect(await reveal()).toBe(VALUE)
  })

  test('is revealed again when the lock is taken off, and to what a person does by hand before', async () => {
    await vault.add(rules(), VALUE)
    vault.lock(true)
    expect(await reveal()).toBe('unavailable')
    expect(await reveal({ byHand: true })).toBe(VALUE)
    vault.lock(false)
    expect(await reveal()).toBe(VALUE)
  })
})

test('Stop counts what effects under way were given, once each, and nothing that is over', async () => {
  await vault.add(rules(), VALUE)
  const [first, second] = [permit(), permit()]
  for (const each of [first, second]) await vault.reveal(each, 'github', HERE)
  await vault.add(rules({ name: 'other', bindings: [] }), 'another-value-1234')
  await vault.reveal(second, 'other', HERE)
  expect(await vault.lent.end('all')).toEqual({ credentials: 1 })
  expect(await vault.lent.end('agent_2')).toEqual({ credentials: 0 })
  first.end()
  expect(await vault.lent.end('agent_1')).toEqual({ credentials: 1 })
  second.end()
  expect(await vault.lent.end('all')).toEqual({ credentials: 0 })
})

test('a name that is taken is refused, and a listener hears of changes', async () => {
  const heard: number[] = []
  const stop = vault.onChange((secrets) => void heard.push(secrets.length))
  await vault.add(rules(), VALUE)
  expect((await vault.add(rules(), 'another-value-1234')).kind).toBe('refused')
  await vault.delete('github')
  stop()
  await vault.add(rules(), VALUE)
  expect(heard).toEqual([1, 0])
})

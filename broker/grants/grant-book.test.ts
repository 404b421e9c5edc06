import { describe, expect, it } from 'vitest'
import type { Grant, GrantEnd, GrantScope } from '../../contract/grant.ts'
import type { Need } from '../../contract/resource.ts'
import type { DocumentStore } from '../ports.ts'
import { openGrantBook } from './grant-book.ts'
import { within } from './match-scope.ts'

const HASH = 'a'.repeat(64)
const DAY = 86_400_000

function memoryStore(): DocumentStore & { writes: number; broken: boolean } {
  const kinds = new Map<string, Map<string, unknown>>()
  const of = (kind: string) => {
    const map = kinds.get(kind) ?? new Map<string, unknown>()
    kinds.set(kind, map)
    return map
  }
  return {
    writes: 0,
    broken: false,
    get: (kind, id) => of(kind).get(id),
    put(kind, id, value) {
      if (this.broken) throw new Error('disk full')
      this.writes += 1
      of(kind).set(id, structuredClone(value))
    },
    delete: (kind, id) => void of(kind).delete(id),
    list: (kind) => [...of(kind)].map(([id, value]) => ({ id, value })),
  }
}

function open(store = memoryStore()) {
  let now = 1_000_000
  let count = 0
  const faults: unknown[] = []
  const book = openGrantBook({
    store,
    clock: () => now,
    newId: (kind) => `${kind}_${++count}_${now}`,
    onFault: (error) => faults.push(error),
  })
  return { faults, book, store, pass: (ms: number) => (now += ms), now: () => now }
}

const make = (
  scope: GrantScope,
  change: Partial<Grant> = {},
): Parameters<ReturnType<typeof openGrantBook>['add']>[0] => ({
  effect: 'allow',
  principalId: 'agent_1',
  tool: { name: 'files', hash: HASH },
  capability: 'fs.write',
  scope,
  words: 'Write in ~/work and below',
  end: { kind: 'unused', days: 14 },
  madeAt: 1_000_000,
  madeBy: 'you, in the app',
  questionId: null,
  reason: '',
  ...change,
})
const folder: GrantScope = { kind: 'path', path: '/home/ada/work', below: true }
const write = (path: string): Need => ({ capability: 'fs.write', resource: { kind: 'path', path } })
const ask = (
  need: Need,
  now: number,
  change: { principalId?: string; hash?: string; runId?: string | null } = {},
) => ({
  need,
  principalId: change.principalId ?? 'agent_1',
  tool: { name: 'files', hash: change.hash ?? HASH },
  runId: change.runId === undefined ? 'run_1' : change.runId,
  now,
})

describe('a grant', () => {
  it('counts for its principal, tool, capability and scope only', () => {
    const { book, now } = open()
    const { id } = book.add(make(folder))
    const found = (need: Need, change = {}) =>
      book.index().find('allow', ask(need, now(), change))?.id ?? null
    expect(found(write('/home/ada/work/a/b'))).toBe(id)
    expect(found(write('/home/ada/work'))).toBe(id)
    expect(found(write('/home/ada/workshop'))).toBeNull()
    expect(
      found({ capability: 'fs.delete', resource: { kind: 'path', path: '/home/ada/work/a' } }),
    ).toBeNull()
    expect(found(write('/home/ada/work/a'), { principalId: 'agent_2' })).toBeNull()
    expect(found(write('/home/ada/work/a'), { hash: 'b'.repeat(64) })).toBeNull()
    expect(book.index().find('deny', ask(write('/home/ada/work/a'), now()))).toBeNull()
  })
  it('covers exactly its file when it says so', () => {
    const { book, now } = open()
    book.add(make({ kind: 'path', path: '/home/ada/work', below: false }))
    expect(book.index().find('allow', ask(write('/home/ada/work'), now()))).not.toBeNull()
    expect(book.index().find('allow', ask(write('/home/ada/work/a'), now()))).toBeNull()
  })
  it('ends with its run, at its time, or when unused for its days', () => {
    const { book, pass, now } = open()
    const live = () => book.index().find('allow', ask(write('/home/ada/work/a'), now())) !== null
    const add = (end: GrantEnd) => book.add(make(folder, { end, madeAt: now() }))
    const run = add({ kind: 'run', runId: 'run_1' })
    expect(live()).toBe(true)
    expect(book.index().find('allow', ask(write('/home/ada/work/a'), now(), { runId: 'run_2' }))).toBeNull()
    expect(book.index().find('allow', ask(write('/home/ada/work/a'), now(), { runId: null }))).toBeNull()
    book.endRun('run_1')
    expect(live()).toBe(false)
    expect(book.use(run.id, now())).toBe(false)
    const until = add({ kind: 'until', at: now() + 1_000 })
    pass(999)
    expect(live()).toBe(true)
    pass(1)
    expect(live()).toBe(false)
    expect(book.use(until.id, now())).toBe(false)
    const unused = add({ kind: 'unused', days: 14 })
    pass(14 * DAY - 1)
    expect(book.use(unused.id, now())).toBe(true)
    pass(14 * DAY - 1)
    expect(live()).toBe(true)
    pass(1)
    expect(live()).toBe(false)
  })
  it('is gone at once when it is revoked, and after a restart too', () => {
    const { book, store, now } = open()
    const { id } = book.add(make(folder))
    expect(book.use(id, now())).toBe(true)
    expect(book.revoke(id, 'you')?.revokedAt).toBe(now())
    expect(book.index().find('allow', ask(write('/home/ada/work/a'), now()))).toBeNull()
    expect(book.use(id, now())).toBe(false)
    const again = open(store).book
    expect(again.index().find('allow', ask(write('/home/ada/work/a'), now()))).toBeNull()
    expect(again.list()[0]?.revokedAt).not.toBeNull()
  })
  it('is gone when it is revoked even if the disk can’t take it', () => {
    const { book, store, now } = open()
    const { id } = book.add(make(folder))
    store.broken = true
    expect(() => book.revoke(id, 'you')).toThrow('disk full')
    expect(book.index().find('allow', ask(write('/home/ada/work/a'), now()))).toBeNull()
  })
  it('ends with all others of its run or its tool, also when the disk takes none, and that is said', () => {
    const { book, store, now, faults } = open()
    const paths = ['/a', '/b', '/c']
    const live = () =>
      paths.filter((path) => book.index().find('allow', ask(write(path), now())) !== null).length
    const add = (end: GrantEnd) => {
      for (const path of paths) book.add(make({ kind: 'path', path, below: false }, { end }))
      expect(live()).toBe(3)
    }
    add({ kind: 'run', runId: 'run_1' })
    store.broken = true
    book.endRun('run_1')
    expect(live()).toBe(0)
    expect(String(faults)).toMatch(/^Error: 3 of 3 grants have ended/)
    store.broken = false
    add({ kind: 'unused', days: 14 })
    store.broken = true
    let told = 0
    book.onChange(() => told++)
    expect(book.toolChanged('files', 'b'.repeat(64))).toBe(3)
    // Each time all are listed, which for thousands that end would take minutes.
    expect(told).toBe(1)
    expect(live()).toBe(0)
    expect(faults).toHaveLength(2)
    store.broken = false
    book.flush()
    expect(
      open(store)
        .book.list()
        .every(({ revokedAt }) => revokedAt !== null),
    ).toBe(true)
  })
  it('does not count when the disk could not take it', () => {
    const { book, store, now } = open()
    store.broken = true
    expect(() => book.add(make(folder))).toThrow('disk full')
    expect(book.index().find('allow', ask(write('/home/ada/work/a'), now()))).toBeNull()
    expect(book.list()).toEqual([])
  })
  it('of a run ends when the program starts again', () => {
    const { book, store, now } = open()
    book.add(make(folder, { end: { kind: 'run', runId: 'run_1' } }))
    expect(
      open(store)
        .book.index()
        .find('allow', ask(write('/home/ada/work/a'), now())),
    ).toBeNull()
  })
  it('keeps its count over a restart, written a little later', () => {
    const { book, store, now } = open()
    const { id } = book.add(make(folder))
    for (let use = 0; use < 50; use++) book.use(id, now())
    expect(store.writes).toBe(1)
    book.close()
    expect(store.writes).toBe(2)
    expect(open(store).book.list()[0]).toMatchObject({ uses: 50, lastUse: now() })
  })
  it('can be narrowed but not widened, and extended', () => {
    const { book, now } = open()
    const { id } = book.add(make(folder))
    expect(book.narrow(id, { kind: 'path', path: '/home/ada', below: true }, 'you')).toBeNull()
    expect(
      book.narrow(id, { kind: 'path', path: '/home/ada/work/a', below: true }, 'you')?.scope,
    ).toMatchObject({ path: '/home/ada/work/a' })
    expect(book.index().find('allow', ask(write('/home/ada/work/b'), now()))).toBeNull()
    expect(book.index().find('allow', ask(write('/home/ada/work/a/b'), now()))?.id).toBe(id)
    expect(book.extend(id, { kind: 'until', at: now() + 5 }, 'you')?.end).toEqual({
      kind: 'until',
      at: now() + 5,
    })
  })
  it('ends when its tool changes', () => {
    const { book } = open()
    book.add(make(folder))
    expect(book.toolChanged('files', HASH)).toBe(0)
    expect(book.toolChanged('files', 'b'.repeat(64))).toBe(1)
    expect(book.list()[0]?.revokedAt).not.toBeNull()
  })
  it('that can’t be read grants nothing', () => {
    const store = memoryStore()
    store.put('grants', 'g_x', { id: 'g_x', effect: 'allow', everything: true })
    expect(open(store).book.list()).toEqual([])
  })
})

describe('urls', () => {
  const get = (url: string, method = 'GET'): Need => {
    const { hostname, port, pathname, protocol } = new URL(url)
    return {
      capability: 'net.request',
      resource: {
        kind: 'url',
        method,
        url: new URL(url).href,
        scheme: protocol.slice(0, -1) as 'https',
        host: hostname,
        port: Number(port || 443),
        path: pathname,
        privateAddress: false,
      },
    }
  }
  const grant = (path: string, below: boolean) =>
    make(
      { kind: 'url', scheme: 'https', host: 'api.example.org', port: 443, methods: ['GET'], path, below },
      { capability: 'net.request' },
    )
  it('are matched by scheme, host, port, method and path, never by a prefix of text', () => {
    const { book, now } = open()
    book.add(grant('/v1/items', true))
    const found = (need: Need) => book.index().find('allow', ask(need, now())) !== null
    expect(found(get('https://api.example.org/v1/items'))).toBe(true)
    expect(found(get('https://api.example.org/v1/items?page=2'))).toBe(true)
    expect(found(get('https://api.example.org/v1/items/7'))).toBe(true)
    expect(found(get('https://api.example.org/v1/itemsandmore'))).toBe(false)
    expect(found(get('https://api.example.org/v1/items/..%2fadmin'))).toBe(false)
    expect(found(get('https://api.example.org/v1/items', 'POST'))).toBe(false)
    expect(found(get('http://api.example.org/v1/items'))).toBe(false)
    expect(found(get('https://api.example.org:8443/v1/items'))).toBe(false)
    expect(found(get('https://api.example.org.evil.example/v1/items'))).toBe(false)
  })
  it('are not got past by a path that can be read in more than one way, when they keep out', () => {
    const { book, now } = open()
    book.add({ ...grant('/v1/items', true), effect: 'deny' })
    const refused = (need: Need, change = {}) => book.index().find('deny', ask(need, now(), change)) !== null
    for (const path of ['/v1/items/a%2fb', '/v1//items/7', '//v1/items', '/x/..%2fv1/items', '/v1/%2569tems'])
      expect(refused(get(`https://api.example.org${path}`)), path).toBe(true)
    expect(refused(get('https://api.example.org/v1/other'))).toBe(false)
    expect(refused(get('https://api.example.org//v1/items', 'POST'))).toBe(false)
    expect(refused(get('https://other.example//v1/items'))).toBe(false)
    expect(refused(get('https://api.example.org//v1/items'), { principalId: 'agent_2' })).toBe(false)
  })
  it('exactly one query when it is not said to go below', () => {
    const { book, now } = open()
    book.add(grant('/v1/items?page=2', false))
    const found = (need: Need) => book.index().find('allow', ask(need, now())) !== null
    expect(found(get('https://api.example.org/v1/items?page=2'))).toBe(true)
    expect(found(get('https://api.example.org/v1/items?page=3'))).toBe(false)
    expect(found(get('https://api.example.org/v1/items?page=2&x=1'))).toBe(false)
  })
  it('a whole host is the root and below', () => {
    const { book, now } = open()
    book.add(grant('/', true))
    expect(book.index().find('allow', ask(get('https://api.example.org/a/b?c=d'), now()))).not.toBeNull()
  })
})

describe('commands', () => {
  const run = (
    args: string[],
    change: { program?: string; cwd?: string; opaque?: boolean; readOnly?: true } = {},
  ): Need => ({
    capability: 'command.run',
    resource: {
      kind: 'command',
      program: change.program ?? '/usr/bin/git',
      args,
      cwd: change.cwd ?? '/home/ada/work',
      opaque: change.opaque ?? false,
      ...(change.readOnly ? { readOnly: true } : {}),
    },
  })
  it('are matched by program, whole arguments and folder', () => {
    const { book, now } = open()
    book.add(
      make(
        {
          kind: 'command',
          program: '/usr/bin/git',
          args: ['status'],
          exactArgs: true,
          cwd: '/home/ada/work',
          cwdBelow: true,
        },
        { capability: 'command.run' },
      ),
    )
    const found = (need: Need) => book.index().find('allow', ask(need, now())) !== null
    expect(found(run(['status']))).toBe(true)
    expect(found(run(['status'], { cwd: '/home/ada/work/x' }))).toBe(true)
    expect(found(run(['status', '--help']))).toBe(false)
    expect(found(run(['statusx']))).toBe(false)
    expect(found(run([]))).toBe(false)
    expect(found(run(['status'], { program: '/tmp/git' }))).toBe(false)
    expect(found(run(['status'], { cwd: '/home/ada' }))).toBe(false)
    expect(found(run(['status'], { opaque: true }))).toBe(false)
    expect(found(run(['status'], { readOnly: true }))).toBe(true)
  })
  it('that were allowed to read only are not allowed to do more', () => {
    const { book, now } = open()
    const scope = {
      ...{ kind: 'command' as const, program: '/usr/bin/git', args: ['gc'], exactArgs: true },
      ...{ cwd: '/home/ada/work', cwdBelow: false },
    }
    book.add(make({ ...scope, readOnly: true }, { capability: 'command.run' }))
    const found = (need: Need) => book.index().find('allow', ask(need, now())) !== null
    expect(found(run(['gc'], { readOnly: true }))).toBe(true)
    expect(found(run(['gc']))).toBe(false)
    expect(within({ ...scope, readOnly: true }, scope, 'command.run')).toBe(true)
    expect(within(scope, { ...scope, readOnly: true }, 'command.run')).toBe(false)
  })
})

describe('leave to move things in a folder to the trash', () => {
  const trash = (at: string): Need => ({ capability: 'fs.delete', resource: { kind: 'path', path: at } })
  it('is no leave to throw the folder itself away; a no about them keeps the folder', () => {
    const { book, now } = open()
    const found = (effect: 'allow' | 'deny', at: string) =>
      book.index().find(effect, ask(trash(at), now()))?.id ?? null
    const { id } = book.add(make(folder, { capability: 'fs.delete' }))
    expect(found('allow', '/home/ada/work/a')).toBe(id)
    expect(found('allow', '/home/ada/work/a/b')).toBe(id)
    expect(found('allow', '/home/ada/work')).toBeNull()
    expect(book.narrow(id, { kind: 'path', path: '/home/ada/work', below: false }, 'you')).toBeNull()
    const no = book.add(make(folder, { capability: 'fs.delete', effect: 'deny' }))
    expect(found('deny', '/home/ada/work')).toBe(no.id)
  })
})

describe('a remembered no', () => {
  it('is about every name that looks the same; a yes is not', () => {
    const { book, now } = open()
    const at = (name: string): GrantScope => ({ kind: 'path', path: `/home/ada/${name}`, below: true })
    const no = book.add(make(at('Prive\u0301'), { effect: 'deny' }))
    book.add(make(at('Prive\u0301')))
    const found = (effect: 'allow' | 'deny', path: string) =>
      book.index().find(effect, ask(write(path), now()))?.id ?? null
    expect(found('deny', '/home/ada/Priv\u00e9/x')).toBe(no.id)
    expect(found('deny', '/home/ada/Prive\u0301/x')).toBe(no.id)
    expect(found('allow', '/home/ada/Priv\u00e9/x')).toBeNull()
    expect(book.index().isAboutPlace('/home/ada/Priv\u00e9')).toBe(true)
  })
})

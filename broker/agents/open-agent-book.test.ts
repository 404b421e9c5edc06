import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { NewEntry } from '../../contract/activity.ts'
import { AgentInput, type ExposureLine } from '../../contract/agent.ts'
import { Grant } from '../../contract/grant.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { PolicyStatus } from '../../contract/policy.ts'
import { createStopSwitch } from '../stop/stop-switch.ts'
import { type OpenDocumentStore, openDocumentStore } from '../store/documents.ts'
import { agentTemplate, NOTES_FOLDER, tourTemplate } from './agent-template.ts'
import { inputOf, openAgentBook } from './open-agent-book.ts'

const DAY = 86_400_000
let folder: string
let store: OpenDocumentStore
let entries: NewEntry[]
let now: number
let logWorks: boolean
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'agents-'))
  store = openDocumentStore({ file: path.join(folder, 'state.db') })
  entries = []
  now = Date.UTC(2026, 4, 3)
  logWorks = true
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

function openBook() {
  const log = {
    append(entry: NewEntry) {
      if (!logWorks) throw new Error('no space')
      entries.push(entry)
      return { seq: entries.length, at: now }
    },
  }
  const told: unknown[] = []
  let ids = 0
  const stop = createStopSwitch({
    store,
    clock: () => now,
    log: { append: () => ({ seq: 1, at: now }) },
    file: null,
  })
  const book = openAgentBook({
    store,
    log,
    stop,
    clock: () => now,
    newId: (kind) => `${kind}_${++ids}`,
    emit: (_name, payload) => told.push(payload),
  })
  return { book, stop, told }
}
const input = (more: Partial<AgentInput> = {}) =>
  AgentInput.parse({
    name: 'Ada',
    model: { provider: 'tour', model: 'tour' },
    perimeter: Perimeter.parse({}),
    ...more,
  })

it('keeps agents over a new start, and tells of each change', () => {
  const { book, told } = openBook()
  const made = book.create(input(), 'you, in the app')
  expect(made).toMatchObject({
    kind: 'ok',
    value: { id: 'agent_1', name: 'Ada', lastChange: 'Made on 3 May 2026.', paused: false, frozen: '' },
  })
  expect(told).toHaveLength(1)
  expect(openBook().book.list()).toMatchObject([{ id: 'agent_1', name: 'Ada' }])
  expect(entries[0]).toMatchObject({
    kind: 'agent',
    subject: 'Made the agent Ada',
    details: { by: 'you, in the app' },
  })
})

it('says in words what was changed last, and when', () => {
  const { book } = openBook()
  book.create(input(), 'you')
  now += 10 * DAY
  const perimeter = Perimeter.parse({ folders: [{ path: '/tmp' }], hosts: [{ host: 'example.org' }] })
  const changed = book.update('agent_1', input({ perimeter, name: 'Bea' }), 'you')
  expect(changed).toMatchObject({
    kind: 'ok',
    value: {
      name: 'Bea',
      lastChange: 'You changed its name, folders and hosts on 13 May 2026.',
      changedAt: now,
    },
  })
  const again = book.update('agent_1', input({ perimeter, name: 'Bea' }), 'you')
  expect(again).toMatchObject({
    kind: 'ok',
    value: { lastChange: 'You changed its name, folders and hosts on 13 May 2026.' },
  })
  expect(entries).toHaveLength(2)
  expect(book.update('agent_9', input(), 'you')).toMatchObject({ kind: 'failed', code: 'not-found' })
})

it('keeps who reads outside text first, over a new start and over a change that leaves it alone', () => {
  const made = openBook().book.create(input({ reviewOutside: 'always' }), 'you')
  if (made.kind !== 'ok') throw new Error('not made')
  const { book } = openBook()
  const [agent] = book.list()
  expect(agent?.reviewOutside).toBe('always')
  if (!agent) throw new Error('not kept')
  book.update(agent.id, { ...inputOf(agent), name: 'Bea' }, 'you')
  expect(book.get(agent.id)).toMatchObject({ name: 'Bea', reviewOutside: 'always' })
  book.update(agent.id, { ...inputOf(agent), name: 'Bea', reviewOutside: 'never' }, 'you')
  expect(book.get(agent.id)).toMatchObject({
    reviewOutside: 'never',
    lastChange: expect.stringContaining('who reads outside text first'),
  })
})

it('deletes, freezes and thaws', () => {
  const { book } = openBook()
  book.create(input(), 'you')
  expect(book.freeze('agent_1', 'A canary turned up.')).toMatchObject({
    kind: 'ok',
    value: { frozen: 'A canary turned up.' },
  })
  expect(openBook().book.get('agent_1')?.frozen).toBe('A canary turned up.')
  expect(book.thaw('agent_1', 'you')).toMatchObject({ kind: 'ok', value: { frozen: '' } })
  expect(book.delete('agent_1', 'you')).toMatchObject({ kind: 'ok' })
  expect(book.get('agent_1')).toBeNull()
  expect(book.delete('agent_1', 'you')).toMatchObject({ kind: 'failed', code: 'not-found' })
  expect(entries.map(({ subject }) => subject)).toEqual([
    'Made the agent Ada',
    'Froze the agent Ada',
    'Thawed the agent Ada',
    'Deleted the agent Ada',
  ])
})

it('shows a pause that the stop switch holds', () => {
  const { book, stop, told } = openBook()
  book.create(input(), 'you')
  stop.setPaused('you', true, 'agent_1')
  expect(book.get('agent_1')?.paused).toBe(true)
  expect(told).toHaveLength(2)
})

it('changes nothing when the change can not be written down', () => {
  const { book } = openBook()
  book.create(input(), 'you')
  logWorks = false
  expect(book.create(input(), 'you')).toMatchObject({ kind: 'refused', code: 'unavailable' })
  expect(book.update('agent_1', input({ name: 'Bea' }), 'you')).toMatchObject({
    kind: 'refused',
    code: 'unavailable',
  })
  expect(book.delete('agent_1', 'you')).toMatchObject({ kind: 'refused', code: 'unavailable' })
  expect(book.list().map(({ name }) => name)).toEqual(['Ada'])
})

it('leaves a document that it does not understand where it is, and does not use it', () => {
  store.put('agents', 'agent_x', { name: 'From another version', perimeter: 'everything' })
  expect(openBook().book.list()).toEqual([])
  expect(store.get('agents', 'agent_x')).toBeDefined()
})

it('makes the tour’s agent once, and brings it back to its beginning', () => {
  const { book } = openBook()
  book.ensure(
    'agent_tour',
    tourTemplate('/home/me/Sallyport tour', '/home/me/Sallyport tour/What happened.md'),
  )
  book.update('agent_tour', { ...tourTemplate('/', 'x'), name: 'Mine' }, 'you')
  const back = book.ensure(
    'agent_tour',
    tourTemplate('/home/me/Sallyport tour', '/home/me/Sallyport tour/What happened.md'),
  )
  expect(back).toMatchObject({
    kind: 'ok',
    value: {
      name: 'Guided tour',
      perimeter: {
        hosts: [],
        folders: [{ path: '/home/me/Sallyport tour', write: 'ask' }, { write: 'allow' }],
      },
    },
  })
  expect(book.list()).toHaveLength(1)
})

it('a new agent reads its folder in silence, asks before it changes it, and reaches no host that was not named', () => {
  const { perimeter } = agentTemplate({
    name: 'Ada',
    model: { provider: 'openai', model: 'm' },
    folder: '~/Documents',
  })
  expect(perimeter.folders).toEqual([
    { path: '~/Documents', read: 'allow', write: 'ask' },
    { path: NOTES_FOLDER, read: 'allow', write: 'allow' },
  ])
  expect(perimeter.hosts).toEqual([])
  expect(perimeter.tools).toEqual([{ name: 'files' }, { name: 'notes' }])
  const wide = agentTemplate({
    name: 'Ada',
    model: { provider: 'openai', model: 'm' },
    hosts: ['Example.org', 'http://127.0.0.1:8080/api'],
  })
  expect(wide.perimeter.hosts).toMatchObject([
    { scheme: 'https', host: 'example.org', read: 'allow', send: 'ask' },
    { scheme: 'http', host: '127.0.0.1', port: 8080, pathPrefix: '/api' },
  ])
  expect(wide.perimeter.tools.map(({ name }) => name)).toContain('web')
})

it('says in words what an agent can reach, with its grants and what policy may narrow', () => {
  const { book } = openBook()
  const perimeter = Perimeter.parse({
    folders: [
      { path: '~/Documents', read: 'allow', write: 'ask' },
      { path: '~/Documents/private', read: 'deny', write: 'deny' },
    ],
    hosts: [
      { host: 'example.org', methods: ['GET', 'POST'], read: 'allow', send: 'ask' },
      { scheme: 'http', host: '127.0.0.1', port: 8080 },
    ],
    commands: [{ program: 'git', args: ['status'], run: 'allow' }],
    secrets: [{ name: 'github', use: 'ask' }],
    tools: [{ name: 'files' }],
    budgets: { money: 5 },
  })
  const made = book.create(input({ perimeter }), 'you')
  if (made.kind !== 'ok') throw new Error(made.person)
  const grant = (more: object) =>
    Grant.parse({
      id: 'g_1',
      effect: 'allow',
      principalId: 'agent_1',
      tool: { name: 'files', hash: '' },
      capability: 'fs.write',
      scope: { kind: 'path', path: '/d', below: true },
      words: 'Write in /d and below',
      end: { kind: 'unused', days: 14 },
      madeAt: now,
      madeBy: 'you',
      questionId: null,
      uses: 0,
      lastUse: null,
      revokedAt: null,
      ...more,
    })
  const grants = [
    grant({}),
    grant({ id: 'g_2', revokedAt: now }),
    grant({ id: 'g_3', principalId: 'agent_2' }),
    grant({ id: 'g_4', madeAt: now - 15 * DAY }),
    grant({ id: 'g_5', end: { kind: 'until', at: now - 1 } }),
  ]
  const policy: PolicyStatus = {
    personal: { file: '', present: true, rules: 1, faults: [], usingLastGood: false },
    managed: { file: '', present: true, rules: 3, faults: [], failedClosed: false },
    locked: {},
  }
  const found = book.exposure(made.value.id, grants, policy)
  if (found.kind !== 'ok') throw new Error(found.person)
  const { lines } = found.value
  expect(found.value.lastChange).toBe('Made on 3 May 2026.')
  expect(book.exposure('agent_9', grants, policy)).toMatchObject({ code: 'not-found' })
  const said = (group: ExposureLine['group']) =>
    lines
      .filter((line) => line.group === group)
      .map(({ target, words, level, from }) => [target, words, level, from].join(' · '))
  expect(said('folders')).toEqual([
    '~/Documents · Reads in silence; changes files after asking you. The folder and all below it · allow · its perimeter',
    '~/Documents/private · Never reads here; never changes anything. The folder and all below it · deny · its perimeter',
    'Write in /d and below · Allowed without asking, with the tool files, until it is unused for 14 days · allow · your answer',
  ])
  expect(said('hosts')).toEqual([
    'https://example.org · Reads in silence; sends (POST) after asking you · allow · its perimeter',
    'http://127.0.0.1:8080 · Reads in silence · allow · its perimeter',
  ])
  expect(said('commands')).toEqual([
    'git status · Runs it in silence, with these first arguments, in a sandbox · allow · its perimeter',
  ])
  expect(said('secrets')[0]).toMatch(/^github · Uses it after asking you/)
  expect(said('other').join('\n')).toMatch(/3 rules · Can deny or ask[^\n]* · managed policy\n1 rule /)
  expect(said('budgets').join('\n')).toMatch(/Tool calls · 500 in each run[\s\S]*5 US dollars/)
})

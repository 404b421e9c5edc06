/**
 * Every way to be refused, caused for real: by the gate with its capabilities, the isolate lane and the consent desk.
 * The table can't miss a code: it is typed by the contract's own list. Each outcome says what was refused and why to
 * the person, and to the model also what to do next, and to neither what nobody may know.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ToolLimits } from '../../contract/manifest.ts'
import { type Outcome, ok, REFUSALS, type RefusalCode, Refused, refused } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import { PolicyFile } from '../../contract/policy.ts'
import { SecretInfo } from '../../contract/secret.ts'
import { CAPABILITIES, type Capability, type Json } from '../../contract/words.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import { makeTool } from '../../e2e/fixtures/open-test-lane.ts'
import { createConsentDesk } from '../consent/consent-desk.ts'
import { NO_TOOL } from '../consent/desk.ts'
import type { AskInput, CallContext, InstalledTool } from '../ports.ts'

const SECRET = 'sk-live-4711-the-value-itself'
const OUTSIDE_NAME = 'merger-with-initech'

const forOthers = SecretInfo.parse({
  ...{ name: 'github', agents: ['Other'], createdAt: 0, rotatedAt: null, lastUse: null },
  ...{ uses: 0, revokedAt: null, present: true, formerUntil: null },
})

let house: TestHouse
let work: string
let outside: string
beforeAll(async () => {
  house = await openTestHouse({
    vault: { info: () => forOthers, refusal: () => null, reveal: async () => ok(SECRET) },
    policy: {
      ...{ managed: null, failedClosed: null },
      personal: PolicyFile.parse({
        version: 1,
        rules: [
          {
            ...{ id: 'no-diary', effect: 'deny', reason: 'It is mine.' },
            ...{ capabilities: ['fs.read'], paths: ['~/work/diary'] },
          },
        ],
      }),
    },
  })
  work = path.join(house.home, 'work')
  mkdirSync(work)
  writeFileSync(path.join(work, 'a.txt'), 'plain')
  outside = mkdtempSync(path.join(os.tmpdir(), 'sallyport-elsewhere-'))
  writeFileSync(path.join(outside, OUTSIDE_NAME), 'private')
  symlinkSync(path.join(outside, OUTSIDE_NAME), path.join(work, 'link-there'))
  symlinkSync(path.join(outside, `${OUTSIDE_NAME}-not`), path.join(work, 'link-nowhere'))
})
afterAll(async () => {
  rmSync(outside, { recursive: true, force: true })
  await house.close()
})
beforeEach(() => {
  house.says(() => 'deny')
})
let undo: (() => unknown)[] = []
afterEach(async () => {
  for (const back of undo.toReversed()) await back()
  undo = []
})

const OPEN = { read: 'allow', write: 'allow' } as const
const HERE = { scheme: 'http', host: '127.0.0.1', port: 9 } as const
const ASKS = { read: 'allow', write: 'ask' } as const
const folders = (level: typeof OPEN | typeof ASKS = OPEN, at = work) => ({
  folders: [{ path: at, ...level }],
})

function context(perimeter: object, more: Partial<CallContext> = {}): CallContext {
  return {
    principal: { id: 'agent_test', kind: 'agent', name: 'Test' },
    perimeter: Perimeter.parse(perimeter),
    run: { id: `run_${Math.random().toString(36).slice(2)}`, title: 'Test' },
    callId: 'call_1',
    tool: null,
    signal: new AbortController().signal,
    ...more,
  }
}
const ask = (operation: string, args: Json, perimeter: object = folders(), more: Partial<CallContext> = {}) =>
  house.gate.passCapability(context(perimeter, more), operation, args)
const write = (perimeter: object = folders(), more: Partial<CallContext> = {}, data = 'x') =>
  ask('fs.writeFile', { path: path.join(work, 'new.txt'), data }, perimeter, more)

function tool(
  source: string,
  capabilities: readonly Capability[] = CAPABILITIES,
  limits: Partial<ToolLimits> = {},
): InstalledTool {
  const made = makeTool(source, limits)
  return { ...made, manifest: { ...made.manifest, capabilities: [...capabilities], hosts: ['*'] } }
}
const call = (made: InstalledTool, perimeter: Partial<Perimeter> = {}, fn = 'main', input: Json = {}) =>
  house.callTool(made, fn, input, perimeter)

/** A real desk, at which nobody has sat down yet. */
function seat(change: { promptBudget?: number; questionSeconds?: number; graceMs?: number } = {}) {
  const desk = createConsentDesk({
    clock: Date.now,
    newId: (kind) => `${kind}_${Math.random().toString(36).slice(2)}`,
    settings: () => ({
      promptBudget: change.promptBudget ?? 20,
      questionSeconds: change.questionSeconds ?? 300,
      awayMinutes: 480,
    }),
    grants: house.grants,
    grantIndex: house.grants.index,
    ladder: () => [],
    recorded: async () => [],
    covers: () => false,
    pauseAgent() {},
    graceMs: change.graceMs ?? 5,
  })
  house.says((question: AskInput) => desk.ask(question))
  return desk
}
/** The question, drawn long enough to be answered. */
async function drawn(desk: ReturnType<typeof seat>) {
  await expect.poll(() => desk.pending().length).toBeGreaterThan(0)
  const question = desk.pending()[0]
  if (!question) throw new Error('no question')
  desk.shown(question.id, question.hash)
  return question
}
async function sayNo(desk: ReturnType<typeof seat>, reason: string) {
  const question = await drawn(desk)
  await new Promise((resolve) => setTimeout(resolve, question.inertMs + question.holdMs + 20))
  desk.answer(
    {
      ...{ questionId: question.id, hash: question.hash, answer: 'deny', scope: 'once', step: 0 },
      ...{ reason, rememberDeny: false, pauseAgent: false, shownMs: 600 },
    },
    'you',
  )
}
function breakLog(part: 'stage' | 'sync') {
  const whole = house.log[part]
  const fail = () => {
    throw new Error('no space left')
  }
  house.log[part] = fail
  undo.push(() => Object.assign(house.log, { [part]: whole }))
}

interface Cause {
  by: string
  cause(): Promise<Outcome<unknown>>
  /** What was refused, or why: to the person. */
  person: RegExp
  /** What to do next: to the model. */
  next: RegExp
}

const CAUSES: Record<RefusalCode, Cause[]> = {
  stopped: [
    {
      by: 'Stop, then a request',
      async cause() {
        await house.stop.stop('you')
        undo.push(() => house.stop.resume('you'))
        return write()
      },
      person: /Everything is stopped/,
      next: /only the person can resume/,
    },
    {
      by: 'Stop, then a call of a tool',
      async cause() {
        await house.stop.stop('you')
        undo.push(() => house.stop.resume('you'))
        return call(tool('export const main = () => 1'))
      },
      person: /Everything is stopped/,
      next: /only the person can resume/,
    },
    {
      by: 'Stop while a tool runs',
      async cause() {
        const running = call(tool('export const main = () => new Promise(() => {})'))
        await expect.poll(() => house.entries.at(-1)?.kind).toBe('tool.call')
        await new Promise((resolve) => setTimeout(resolve, 200))
        await house.stop.stop('you')
        undo.push(() => house.stop.resume('you'))
        return running
      },
      person: /was ended by Stop/,
      next: /Do not try again until it is resumed/,
    },
    {
      by: 'a question that is open when everything is stopped',
      async cause() {
        const desk = seat()
        desk.setSurface(true)
        const asked = write(folders(ASKS))
        await drawn(desk)
        await desk.end('all')
        return asked
      },
      person: /stopped before an answer came/,
      next: /only the person can resume/,
    },
    {
      by: 'a tool that is frozen for passing on its canary',
      async cause() {
        const thief = tool(
          `export const main = ({ path }) => sallyport.fs.writeFile({ path, data: sallyport.env.SESSION_TOKEN })`,
        )
        undo.push(() => void house.canaries.thaw('probe', 'you'))
        const input = { path: path.join(work, 'out.txt') }
        await call(thief, folders(), 'main', input)
        return call(thief, folders(), 'main', input)
      },
      person: /is frozen/,
      next: /Do not use it again; tell the person/,
    },
  ],
  paused: [
    {
      by: 'a pause while the intent is being written down, which is for the record: the call waits',
      async cause() {
        const whole = house.log.sync
        house.log.sync = async () => void house.stop.setPaused('you', true)
        const waiting = write()
        undo.push(
          () => waiting,
          () => house.stop.setPaused('you', false),
          () => Object.assign(house.log, { sync: whole }),
        )
        const held = () => house.entries.find(({ details }) => details?.code === 'paused')
        await expect.poll(held).toBeDefined()
        return refused('paused', String(held()?.details?.text))
      },
      person: /A pause held it before it began: nothing was done/,
      next: /resume/,
    },
  ],
  cancelled: [
    {
      by: 'a run that is cancelled while its question is open',
      async cause() {
        const desk = seat()
        desk.setSurface(true)
        const run = new AbortController()
        const asked = write(folders(ASKS), { signal: run.signal })
        await drawn(desk)
        run.abort()
        return asked
      },
      person: /run was cancelled/,
      next: /Do not try again/,
    },
    {
      by: 'a run that is cancelled while its tool works',
      async cause() {
        const run = new AbortController()
        const running = house.callTool(
          tool('export const main = () => new Promise(() => {})'),
          ...(['main', {}, {}, { signal: run.signal }] as const),
        )
        await expect.poll(() => house.entries.at(-1)?.kind).toBe('tool.call')
        run.abort()
        return running
      },
      person: /was cancelled/,
      next: /Do not try again/,
    },
  ],
  'outside-perimeter': [
    {
      by: 'a file that no line covers',
      cause: () => ask('fs.readFile', { path: path.join(outside, 'x') }),
      person: /No line|no line|perimeter/,
      next: /Don’t try another way/,
    },
    {
      by: 'a link that leads out',
      cause: () => ask('fs.readFile', { path: path.join(work, 'link-there') }),
      person: /perimeter/,
      next: /Don’t try another way/,
    },
    {
      by: 'a host that no line covers',
      cause: () => ask('net.fetch', { url: 'https://elsewhere.example/' }),
      person: /elsewhere\.example/,
      next: /let the person decide/,
    },
    {
      by: 'Sallyport’s own files',
      cause: () => ask('fs.readFile', { path: path.join(house.base, 'own', 'x') }, folders(OPEN, house.base)),
      person: /Sallyport’s own files/,
      next: /Don’t try another way/,
    },
    {
      by: 'a tool that is not among the agent’s',
      cause: () => call(tool('export const main = () => 1'), { tools: [] }),
      person: /not among the tools/,
      next: /let the person decide/,
    },
    {
      by: 'a place that is protected unless it is named',
      cause: () => ask('fs.readFile', { path: '~/.ssh/id_ed25519' }, folders(OPEN, house.home)),
      person: /protected place/,
      next: /Don’t try another way/,
    },
  ],
  'not-in-manifest': [
    {
      by: 'a tool that asks for what its manifest does not name',
      cause: () =>
        call(tool(`export const main = () => sallyport.clipboard.write({ text: 'x' })`, ['fs.read'])),
      person: /manifest does not name it/,
      next: /Use another tool/,
    },
    {
      by: 'a tool that asks for a host that its manifest does not name',
      cause() {
        const made = tool('export const main = () => fetch("https://other.example/")')
        const perimeter = {
          tools: [{ name: 'probe' }],
          hosts: [{ host: 'other.example', read: 'allow', send: 'allow' }],
        }
        const narrow = { ...made, manifest: { ...made.manifest, hosts: ['api.example'] } }
        return house.callTool(narrow, 'main', {}, Perimeter.parse(perimeter))
      },
      person: /other\.example/,
      next: /Use another tool/,
    },
  ],
  'denied-by-policy': [
    {
      by: 'a rule of the person',
      cause: () => ask('fs.readFile', { path: path.join(work, 'diary', 'monday.txt') }),
      person: /Your rule “no-diary”.*: It is mine\./,
      next: /Go on without it, or tell the person/,
    },
    {
      by: 'a secret that is not for this agent',
      cause: () =>
        ask(
          'net.fetch',
          { url: 'http://127.0.0.1:9/', headers: [['authorization', 'Bearer {{secret:github}}']] },
          {
            hosts: [{ ...HERE, read: 'allow', send: 'allow' }],
            secrets: [{ name: 'github', use: 'allow' }],
          },
        ),
      person: /“github” is not for “Test”/,
      next: /Go on without it, or tell the person/,
    },
  ],
  'denied-by-person': [
    {
      by: 'the person’s no',
      async cause() {
        const desk = seat()
        desk.setSurface(true)
        const asked = write(folders(ASKS))
        await sayNo(desk, '')
        return asked
      },
      person: /You said no/,
      next: /Go on without it/,
    },
    {
      by: 'the person’s no with a reason',
      async cause() {
        const desk = seat()
        desk.setSurface(true)
        const asked = write(folders(ASKS))
        await sayNo(desk, 'Not before Friday.')
        return asked
      },
      person: /You said no: Not before Friday\./,
      next: /Not before Friday\. Go by that/,
    },
    {
      by: 'a no that was remembered',
      async cause() {
        const kept = house.grants.add({
          ...{ effect: 'deny', principalId: 'agent_test', tool: NO_TOOL, capability: 'fs.write' },
          scope: { kind: 'path', path: work, below: true },
          ...{ words: 'Write in ~/work', end: { kind: 'until', at: Date.now() + 60_000 } },
          ...{ madeAt: Date.now(), madeBy: 'you', questionId: null, reason: '' },
        })
        undo.push(() => void house.grants.revoke(kept.id, 'you'))
        return write(folders(ASKS))
      },
      person: /You said no to this before/,
      next: /Go on without it/,
    },
  ],
  'no-answer': [
    {
      by: 'a question that nobody answers in its time',
      async cause() {
        const desk = seat({ questionSeconds: 0.05 })
        desk.setSurface(true)
        return write(folders(ASKS))
      },
      person: /Nobody answered in time/,
      next: /ask again later/,
    },
    {
      by: 'a window that is lost while it shows the question',
      async cause() {
        const desk = seat()
        desk.setSurface(true)
        const asked = write(folders(ASKS))
        await drawn(desk)
        desk.setSurface(false)
        return asked
      },
      person: /window was lost/,
      next: /ask again later/,
    },
  ],
  flow: [
    {
      by: 'a secret’s value in what is to be written',
      cause: () => write(folders(), {}, `token=${SECRET}`),
      person: /value of “github”/,
      next: /Use \{\{secret:github\}\}/,
    },
    {
      by: 'a canary in what is to be written',
      async cause() {
        undo.push(() => void house.canaries.thaw('probe', 'you'))
        return call(
          tool(
            `export const main = ({ path }) => sallyport.fs.writeFile({ path, data: sallyport.env.SESSION_TOKEN })`,
          ),
          ...([folders(), 'main', { path: path.join(work, 'out.txt') }] as const),
        )
      },
      person: /canary/,
      next: /Do not use it again; tell the person/,
    },
  ],
  'invalid-request': [
    {
      by: 'an operation that does not exist',
      cause: () => ask('fs.format', {}),
      person: /no operation “fs\.format”/,
      next: /Correct the request/,
    },
    {
      by: 'arguments that don’t fit',
      cause: () => ask('fs.readFile', { path: 7 }),
      person: /arguments of fs\.readFile don’t fit at “path”/,
      next: /Correct the request/,
    },
    {
      by: 'a path without an exact form',
      cause: () => ask('fs.readFile', { path: 'relative/a.txt' }),
      person: /path was refused/,
      next: /Correct the request/,
    },
    {
      by: 'an address with a password in it',
      cause: () => ask('net.fetch', { url: 'https://ada:hunter2@api.example/' }),
      person: /address was refused/,
      next: /Correct the request/,
    },
    {
      by: 'a function that the tool has not',
      cause: () => call(tool('export const main = () => 1'), {}, 'other'),
      person: /no function “other”/,
      next: /Correct the request/,
    },
    {
      by: 'an input that does not fit',
      cause: () => call(tool('export const main = () => 1'), {}, 'main', 'text'),
      person: /input of probe\.main doesn’t fit/,
      next: /Correct the request/,
    },
  ],
  'too-large': [
    {
      by: 'a result that is larger than a call may give back',
      cause: () =>
        call(tool(`export const main = () => 'x'.repeat(100_000)`, CAPABILITIES, { outputBytes: 1024 })),
      person: /gave back more than one call may/,
      next: /Ask for less/,
    },
    {
      by: 'a file whose old content is too large for undo',
      cause() {
        writeFileSync(path.join(work, 'huge.bin'), '')
        truncateSync(path.join(work, 'huge.bin'), 65 * 1024 * 1024)
        return ask('fs.writeFile', { path: path.join(work, 'huge.bin'), data: 'x' })
      },
      person: /too large for its old content to be kept for undo/,
      next: /Ask for less at a time/,
    },
  ],
  budget: [
    {
      by: 'more calls of tools than the run has',
      async cause() {
        const made = tool('export const main = () => 1')
        const run = { id: 'run_of_one_call', title: 'Test' }
        const budgets = Perimeter.parse({ budgets: { calls: 1 } }).budgets
        await house.callTool(made, 'main', {}, { budgets }, { run })
        return house.callTool(made, 'main', {}, { budgets }, { run })
      },
      person: /used its budget of tool calls/,
      next: /say what is left to do/,
    },
    {
      by: 'more requests than a call has',
      cause: () =>
        call(
          tool(
            `export const main = async ({ path }) => { for (;;) await sallyport.fs.stat({ path }) }`,
            ...([CAPABILITIES, { capabilityCalls: 3 }] as const),
          ),
          ...([folders(), 'main', { path: work }] as const),
        ),
      person: /limit of 3 requests/,
      next: /say what is left to do/,
    },
    {
      by: 'more questions than the agent has in an hour',
      async cause() {
        const desk = seat({ promptBudget: 0 })
        desk.setSurface(true)
        return write(folders(ASKS))
      },
      person: /used up its questions/,
      next: /say what is left to do/,
    },
  ],
  unavailable: [
    {
      by: 'nobody whom one could ask',
      async cause() {
        seat()
        return write(folders(ASKS))
      },
      person: /no window in which you could be asked/,
      next: /say what is needed/,
    },
    {
      by: 'a record that can’t be written before an effect',
      cause() {
        breakLog('sync')
        return write()
      },
      person: /activity log can’t be written/,
      next: /tell the person/,
    },
    {
      by: 'a record that can’t be written before a tool runs',
      cause() {
        breakLog('stage')
        return call(tool('export const main = () => 1'))
      },
      person: /activity log can’t be written/,
      next: /tell the person/,
    },
    {
      by: 'a machine on which no program can be contained',
      cause: () => ask('command.run', { argv: ['true'], cwd: work }),
      person: /Nothing on this computer does command\.run/,
      next: /tell the person/,
    },
    {
      by: 'no desktop',
      cause: () => ask('notify', { title: 'Hello' }, { notify: 'allow' }),
      person: /no desktop/,
      next: /tell the person/,
    },
  ],
}

it('has a cause for each code', () => {
  expect(Object.keys(CAUSES).sort()).toEqual([...REFUSALS].sort())
})

for (const code of REFUSALS)
  describe(`“${code}”`, () => {
    for (const { by, cause, person, next } of CAUSES[code])
      it(`by ${by}`, async () => {
        house.entries.length = 0
        house.leaks.watch([...house.canaries.values(), { what: 'secret:github', value: SECRET }])
        const outcome = await cause()
        expect(outcome).toMatchObject({ kind: 'refused', code })
        const said = Refused.parse(outcome)
        expect(said.person).toMatch(person)
        expect(said.model).toMatch(next)
        for (const words of [said.person, said.model]) {
          expect(words).toMatch(/^\P{Ll}.*[.!?]$/su)
          expect(words.split(' ').length).toBeGreaterThan(2)
          expect(words).not.toMatch(/undefined|null|\[object|NaN/)
          expect(words).not.toContain(SECRET)
          expect(words).not.toContain('hunter2')
        }
        expect(said.model).not.toContain(OUTSIDE_NAME)
        if (by.includes('record')) return
        expect(house.entries.findLast(({ ok }) => ok === false)).toBeDefined()
      })
  })

it('says the same of what is there and of what is not, where nobody may look', async () => {
  const words = async (name: string) => {
    const outcome = await ask('fs.readFile', { path: path.join(outside, name) })
    return Refused.parse(outcome).model.replaceAll(name, 'NAME')
  }
  expect(await words(OUTSIDE_NAME)).toBe(await words('nothing-of-this-name'))
  const behind = async (link: string) =>
    Refused.parse(await ask('fs.readFile', { path: path.join(work, link) })).model.replaceAll(link, 'LINK')
  expect(await behind('link-there')).toBe(await behind('link-nowhere'))
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import type { Grant } from '../../contract/grant.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { Need } from '../../contract/resource.ts'
import { openActivityLog } from '../activity/open-activity-log.ts'
import { resolvedPlace } from '../gate/decide/place-paths.ts'
import { command, decider, HASH, input, PLACES, path, url } from '../gate/decide/testing/known-computer.ts'
import { isLive } from '../grants/grant-ends.ts'
import type { RecordedRequest } from '../ports.ts'
import { makeDigest } from './make-digest.ts'
import { readShown } from './read-shown.ts'
import { suggestPerimeters } from './suggest-perimeters.ts'

const DAY = 86_400_000
const NOW = 100 * DAY
const made = decider()
const COMPUTER = { placeOf: (line: string) => resolvedPlace(line, PLACES), programOf: PLACES.resolveProgram }

const past = (need: Need, tool = 'files'): RecordedRequest => ({
  seq: 1,
  at: NOW - DAY,
  subject: '',
  principal: { id: 'agent_1', kind: 'agent', name: 'Tidy' },
  runId: null,
  tool: { name: tool, version: '1.0.0', hash: HASH },
  needs: [need],
  lamps: { outside: false, private: false, send: false },
  backed: true,
  was: 'allow',
  allowed: true,
  granted: false,
})
const many = (...needs: Need[]) =>
  Array.from({ length: 24 }, (_, at) => past(needs[at % needs.length] as Need))
const place = (text: string) => text.replace(/^~/, PLACES.home).replace(/(.)\/$/, '$1')
const suggest = (lines: unknown, requests: RecordedRequest[], changedAt = 0) =>
  suggestPerimeters({
    agent: { id: 'agent_1', name: 'Tidy', perimeter: Perimeter.parse(lines), changedAt },
    past: requests,
    ...COMPUTER,
    now: NOW,
  })
const words = (lines: unknown, requests: RecordedRequest[]) =>
  suggest(lines, requests).map((each) => each.words)
const read = (at: string) => path('fs.read', `${PLACES.home}/${at}`)
const write = (at: string) => path('fs.write', `${PLACES.home}/${at}`)

describe('suggested perimeters', () => {
  it('take out what was not used, and narrow what was used in part', () => {
    const folders = [{ path: '~/work' }, { path: '~/never' }, { path: '~/photos', write: 'allow' }]
    expect(words({ folders }, many(write('work/a/b.txt'), read('work/a/c/d.txt'), read('photos/x')))).toEqual(
      [
        'Of ~/work only ~/work/a was used: narrow it to that.',
        '~/never was not used: take the folder out.',
        'In ~/photos nothing was changed: let it only be read.',
      ],
    )
    const hosts = [{ host: '*' }, { host: 'never.example' }]
    expect(words({ hosts }, many(url('https://a.example/'), url('https://b.example/')))).toEqual([
      'Of * only a.example, b.example were reached: name those.',
    ])
    expect(words({ hosts: [{ host: 'never.example' }] }, many(read('x')))).toEqual([
      'never.example was not reached: take the host out.',
    ])
    expect(
      words(
        {
          commands: [{ program: 'git' }, { program: '/usr/bin/ls' }],
          secrets: [{ name: 'token' }],
          tools: [{ name: 'web' }, { name: 'files' }],
        },
        many(command('/usr/bin/git')),
      ),
    ).toEqual([
      '/usr/bin/ls was not run: take the program out.',
      'The secret token was not used: take it out.',
      'The tool web did nothing: take it out.',
    ])
  })
  it('say nothing of an agent that did little, or whose perimeter changed just now', () => {
    expect(suggest({ folders: [{ path: '~/never' }] }, many(read('x')).slice(0, 19))).toEqual([])
    expect(suggest({ folders: [{ path: '~/never' }] }, many(read('x')), NOW - DAY)).toEqual([])
  })
  it('leave alone a line that another would stand in for', () => {
    expect(
      words(
        {
          folders: [
            { path: '~', write: 'allow' },
            { path: '~/never', read: 'ask' },
          ],
        },
        many(write('a'), write('b/c')),
      ),
    ).toEqual([])
    expect(
      words(
        { hosts: [{ host: '*' }, { host: 'never.example', read: 'ask' }] },
        many(...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => url(`https://${name}.example/`))),
      ),
    ).toEqual([])
  })
  it('know a program under each of its names', () => {
    const commands = [{ program: 'git' }, { program: '/usr/bin/git', run: 'ask' }, { program: 'python3' }]
    expect(words({ commands }, many(command('/usr/bin/python3.11')))).toEqual([])
    expect(words({ commands: commands.slice(1) }, many(command('/usr/bin/python3.11')))).toEqual([
      '/usr/bin/git was not run: take the program out.',
    ])
  })
  it('leave the folders of an agent that ran programs: what a program touched is not known', () => {
    const folders = [{ path: '~', write: 'allow' }, { path: '~/never' }]
    const commands = [{ program: 'git' }]
    expect(words({ folders, commands }, many(command('/usr/bin/git'), write('c/f'), read('c/g')))).toEqual([])
  })
  it('never widen: whatever they change, nothing gets through that didn’t before', () => {
    const segment = fc.constantFrom('a', 'b', 'c')
    const at = fc.array(segment, { maxLength: 3 }).map((parts) => ['~', ...parts].join('/'))
    const level = fc.constantFrom('allow', 'ask', 'deny')
    const host = fc.constantFrom('a.example', 'b.a.example', 'c.example', '*', '*.example', '*.a.example')
    const lines = fc.record({
      folders: fc.array(fc.record({ path: at, read: level, write: level }), { maxLength: 5 }),
      hosts: fc.array(
        fc.record({ host, read: level, send: level, methods: fc.constantFrom(['GET'], ['GET', 'POST']) }),
        { maxLength: 4 },
      ),
      commands: fc.array(
        fc.record({
          program: fc.constantFrom('git', '/usr/bin/git', 'ls'),
          args: fc.constantFrom([], ['status']),
          run: level,
        }),
        { maxLength: 3 },
      ),
    })
    const quiet = fc.oneof(
      fc
        .tuple(fc.constantFrom('fs.read', 'fs.write'), at)
        .map(([capability, text]) => path(capability as 'fs.read', `${place(text)}/f`)),
      fc
        .tuple(
          fc.constantFrom('a.example', 'b.a.example', 'c.example', 'd.example'),
          fc.constantFrom('GET', 'POST'),
        )
        .map(([name, method]) => url(`https://${name}/`, method)),
    )
    const need = fc.oneof(
      { arbitrary: quiet, weight: 2 },
      fc.constantFrom(
        command('/usr/bin/git', ['status']),
        command('/usr/bin/git', ['push']),
        command('/usr/bin/ls'),
      ),
    )
    const strictness = { allow: 0, ask: 1, deny: 2 }
    fc.assert(
      fc.property(
        lines,
        // With a program among them folders are left alone, so many lists have none.
        fc.oneof(
          fc.array(quiet, { minLength: 20, maxLength: 30 }),
          fc.array(need, { minLength: 20, maxLength: 30 }),
        ),
        fc.array(need, { maxLength: 12 }),
        (raw, used, tried) => {
          const perimeter = Perimeter.parse(raw)
          for (const suggestion of suggestPerimeters({
            agent: { id: 'agent_1', name: 'Tidy', perimeter, changedAt: 0 },
            past: used.map((each) => past(each)),
            ...COMPUTER,
            now: NOW,
          }))
            for (const each of [...tried, ...used]) {
              const before = made.decide(input(each, { perimeter, tool: null })).effect
              const after = made.decide(input(each, { perimeter: suggestion.perimeter, tool: null })).effect
              expect(strictness[after], `${suggestion.words} ${JSON.stringify(each)}`).toBeGreaterThanOrEqual(
                strictness[before],
              )
              if (used.includes(each))
                expect(after, `${suggestion.words} ${JSON.stringify(each)}`).toBe(before)
            }
        },
      ),
      runs(400),
    )
  })
})

describe('the digest', () => {
  it('names grants that were not used, prompts by the hour, and who asked most', () => {
    const grant = (id: string, change: Partial<Grant>): Grant => ({
      id,
      effect: 'allow',
      principalId: 'agent_1',
      tool: { name: 'files', hash: HASH },
      capability: 'fs.write',
      scope: { kind: 'path', path: '/x', below: true },
      words: 'Write in /x and below',
      end: { kind: 'unused', days: 30 },
      madeAt: NOW - 20 * DAY,
      madeBy: 'you',
      questionId: null,
      uses: 0,
      lastUse: null,
      revokedAt: null,
      note: '',
      reason: '',
      ...change,
    })
    const asker = (name: string, at: number, tool: string | null) => ({
      at,
      principal: { id: name, kind: 'agent' as const, name },
      tool: tool ? { name: tool, version: '1', hash: HASH } : null,
    })
    const digest = makeDigest({
      since: NOW - 7 * DAY,
      now: NOW,
      grants: [
        grant('never', {}),
        grant('used', { lastUse: NOW - DAY }),
        grant('long-ago', { lastUse: NOW - 8 * DAY }),
        grant('new', { madeAt: NOW - DAY }),
        grant('gone', { revokedAt: NOW }),
        grant('no', { effect: 'deny' }),
      ],
      questions: [
        asker('Tidy', NOW - DAY, 'files'),
        asker('Tidy', NOW - DAY + 60_000, 'files'),
        asker('Mail', NOW - 2 * DAY, null),
      ],
      suggestions: [],
      isLive,
    })
    expect(digest.unusedGrants.map(({ id }) => id)).toEqual(['never', 'long-ago'])
    expect(digest.promptsPerHour).toEqual([
      { hour: NOW - 2 * DAY, count: 1 },
      { hour: NOW - DAY, count: 2 },
    ])
    expect(digest.askedMost).toEqual([
      { who: 'Tidy, with files', count: 2 },
      { who: 'Mail', count: 1 },
    ])
  })
})

describe('questions that were shown', () => {
  let folder: string
  let log: ReturnType<typeof openActivityLog>
  let now = 0
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-digest-'))
    log = openActivityLog({ file: join(folder, 'activity.db'), clock: () => now })
  })
  afterEach(async () => {
    await log.close()
    rmSync(folder, { recursive: true, force: true })
  })
  function answered(questionId: string | null, at: number): void {
    now = at
    log.append({
      ...{ kind: 'answer', subject: 'Answered', tool: { name: 'files', version: '1', hash: HASH } },
      principal: { id: 'agent_1', kind: 'agent', name: 'Tidy' },
      details: { questionId, grant: null, code: null },
    })
  }

  it('one that listed twelve requests is one, at the time of its first answer', async () => {
    for (let at = 0; at < 12; at++) answered('q_1', NOW + at)
    answered('q_2', NOW + 60_000)
    const questions = await readShown(log, 0)
    expect(questions.map(({ at }) => at).sort()).toEqual([NOW, NOW + 60_000])
    const digest = makeDigest({
      ...{ since: 0, now: NOW, grants: [], suggestions: [], isLive, questions },
    })
    expect(digest.askedMost).toEqual([{ who: 'Tidy, with files', count: 2 }])
  })
  it('what was refused without being shown is none', async () => {
    answered(null, NOW)
    answered('q_1', NOW)
    expect(await readShown(log, 0)).toHaveLength(1)
  })
  it('are read to the end, however many they are', async () => {
    for (let at = 0; at < 1_500; at++) answered(`q_${at % 1_300}`, NOW + at)
    expect(await readShown(log, 0)).toHaveLength(1_300)
  })
})

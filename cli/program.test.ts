import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { createDispatcher } from '../broker/doors/dispatch-call.ts'
import { createEventHub } from '../broker/doors/event-hub.ts'
import { type SocketDoor, serveSocket } from '../broker/doors/socket-door.ts'
import { openLaneGroup } from '../broker/lanes/lane-group.ts'
import { type Api, ApiError } from '../contract/broker-api.ts'
import { sallyportPaths } from '../contract/paths.ts'
import { Settings } from '../contract/settings.ts'
import { StopFile, StopReceipt } from '../contract/stop.ts'
import { runProgram } from './program.ts'
import type { World } from './session.ts'

const cleanUps: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const each of cleanUps.splice(0).reverse()) await each()
})

function makeWorld(over: Partial<World> = {}) {
  const home = mkdtempSync(path.join(tmpdir(), 'cli-'))
  cleanUps.push(() => rmSync(home, { recursive: true, force: true }))
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    streams[name].on('data', (chunk) => {
      text[name] += chunk
    })
  const env = { SALLYPORT_HOME: home }
  const world: World = {
    ...streams,
    env,
    cwd: home,
    platform: 'linux',
    home,
    paths: sallyportPaths(env, 'linux', home),
    node: process.execPath,
    brokerMain: path.join(home, 'missing.js'),
    ...over,
  }
  const run = async (words: string[], input = '') => {
    streams.stdin.end(input)
    const code = await runProgram(words, world)
    await new Promise((resolve) => setTimeout(resolve))
    const stdout = text.stdout
    return {
      code,
      stdout,
      stderr: text.stderr,
      json: () =>
        stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
    }
  }
  return { world, run, home }
}

async function serve(
  world: World,
  api: Partial<Record<keyof Api, (params: never) => unknown>>,
): Promise<SocketDoor> {
  const hub = createEventHub({ onBug: () => {} })
  const calls = Object.fromEntries(
    Object.entries(api).map(([name, fn]) => [name, async (params: never) => fn?.(params)]),
  )
  const dispatch = createDispatcher({
    api: calls as unknown as Api,
    onRefused: () => {},
    onBug: ({ error }) => console.error(error),
  })
  const door = await serveSocket({ paths: world.paths, dispatch, hub, onRefused: () => {} })
  cleanUps.push(() => door.close())
  return door
}
const agent = (name: string) => ({
  id: `agent_${name.toLowerCase().replace(/[^a-z]/g, '')}`,
  name,
  model: { provider: 'tour', model: 'tour' },
  instructions: '',
  perimeter: {},
  createdAt: 1,
  changedAt: 1,
})
const SETTINGS = Settings.parse({})
const statusWith = (stop: object) => ({
  ...{ version: '1', pid: 1, startedAt: 1, state: 'running', agents: 1, runsActive: 0, questions: 0 },
  keychain: { state: 'none', name: '', text: '' },
  log: { state: 'ok', entries: 0, text: '' },
  parts: [],
  stop,
})
const STOP_STATE = { stopped: false, since: null, by: null, receipt: null, paused: false, pausedAgents: [] }

describe('undo', () => {
  const change = { id: 'change_1', callId: null, at: 1, what: 'created', path: '/x', from: null, diff: null }
  it.each([
    ['can-undo', /^Nothing is put back yet\. To do it: sallyport undo run_a --yes$/m],
    ['undone', /^This run changed nothing that can be put back\.$/m],
  ])('names the next step only where there is one: %s', async (state, words) => {
    const { world, run } = makeWorld()
    await serve(world, {
      'runs.undoPreview': () => ({
        runId: 'run_a',
        home: '',
        changes: [{ ...change, state }],
        notUndoable: [],
      }),
    })
    expect((await run(['undo', 'run_a'])).stdout).toMatch(words)
  })
})

describe('undo --yes', () => {
  it.each([
    [{ undone: 0, skipped: [] }, 0, /^There was nothing left to put back\.$/m],
    [{ undone: 1, skipped: [] }, 0, /put back {2}1 change$/m],
    [
      { undone: 0, skipped: [{ path: '/x', why: 'It is not there any more.' }] },
      1,
      /put back {2}0 changes$/m,
    ],
  ])('tells what came of it: %j', async (result, code, words) => {
    const { world, run } = makeWorld()
    await serve(world, {
      'runs.undo': () => result,
    })
    const said = await run(['undo', 'run_a', '--yes'])
    expect(said.code).toBe(code)
    expect(said.stdout).toMatch(words)
  })
})

describe('undo without a run', () => {
  it('finds the newest one that changed something behind as many as there may be', async () => {
    const { world, run } = makeWorld()
    const runs = Array.from({ length: 500 }, (_, at) => ({
      ...{ id: `run_${at}`, agentId: 'agent_a', agentName: 'A', title: 'T', state: 'done' },
      ...{ startedAt: 1, endedAt: 2, calls: 1, tokens: 1, undoable: at === 499 ? 1 : 0 },
      lamps: { outside: false, private: false, send: false },
    }))
    const asked: string[] = []
    await serve(world, {
      'runs.list': (({ limit }: { limit: number }) => ({ runs: runs.slice(0, limit) })) as never,
      'runs.undoPreview': (({ id }: { id: string }) => {
        asked.push(id)
        return { runId: id, home: '', changes: [], notUndoable: [] }
      }) as never,
    })
    await run(['undo'])
    expect(asked).toEqual(['run_499'])
  })
})

describe('the command line', () => {
  it.each([
    [['status'], 3],
    [['status', '--json'], 3],
    [['nothing'], 2],
    [['status', '--what'], 2],
    [['grants', 'revoke'], 2],
    [['--help'], 0],
    [['log', 'export', '--help'], 0],
  ])('%j ends with %i where nothing runs', async (words, code) => {
    const { run } = makeWorld()
    expect((await run(words)).code).toBe(code)
  })

  it('says what went wrong as one JSON object for scripts, and in words for people', async () => {
    const scripted = await makeWorld().run(['status', '--json'])
    expect(scripted.json()).toEqual([
      {
        error: {
          code: 'not-running',
          text: expect.stringMatching(/^Sallyport is not running\. Open it first/),
        },
      },
    ])
    expect(scripted.stderr).toBe('')
    const person = await makeWorld().run(['status'])
    expect(person.stdout).toBe('')
    expect(person.stderr).toContain('not running')
  })

  it.each([
    ['status --what --json', /unknown option '--what'/],
    ['nothing --json', /unknown command 'nothing'/],
    ['--json', /unknown option|verb is missing/],
    ['log --json', /unknown option|verb is missing/],
    ['log serch word --json', /unknown command 'serch'/],
    ['alerts serch --json', /too many arguments/],
    ['grants revoke --json', /missing required argument/],
    ['log search --limit no --json', /--limit takes a whole number/],
    ['log search --agent x --json', /--agent: too small/],
    ['log search --decision maybe --json', /--decision: expected one of/],
    ['log verify --head no --json', /--head takes/],
    ['log tail --lines --json', /argument missing|takes a whole number/],
  ])('says of a wrong line, %s, what is wrong with it, as one object', async (line, text) => {
    const { world, run } = makeWorld()
    await serve(world, {})
    const result = await run(line.split(' '))
    expect(result).toMatchObject({ code: 2, stderr: '' })
    expect(result.json()).toEqual([{ error: { code: 'usage', text: expect.stringMatching(text) } }])
  })

  it('ends a search without a hit as well, and says so', async () => {
    const api = { 'activity.query': () => ({ rows: [], total: 0 }) }
    const scripted = makeWorld()
    await serve(scripted.world, api)
    const found = await scripted.run(['log', 'search', 'nowhere', '--json'])
    expect(found).toMatchObject({ code: 0, stderr: '' })
    expect(found.json()).toEqual([{ rows: [], total: 0 }])
    const person = makeWorld()
    await serve(person.world, api)
    expect(await person.run(['log', 'search', 'nowhere'])).toMatchObject({ code: 0, stdout: '0 of 0\n' })
  })

  it.each<[string, { everyEntry?: true }]>([
    ['log verify', {}],
    ['log verify --every-entry', { everyEntry: true }],
  ])('asks the running broker to verify as it was told: %s', async (line, asked) => {
    const { world, run } = makeWorld()
    const params: unknown[] = []
    await serve(world, {
      'activity.verify': (given) => {
        params.push(given)
        const byBlocks = asked.everyEntry ? null : { entries: 8, at: 1_750_000_000_000 }
        return { ok: true, entries: 9, firstBad: null, head: null, sealedTo: 9, gaps: [], byBlocks, ms: 1 }
      },
    })
    const { stdout } = await run(line.split(' '))
    expect(params).toEqual([asked])
    expect(stdout).toContain('9 entries')
    expect(stdout.includes('8 of them by the sealed digest')).toBe(!asked.everyEntry)
  })

  it('says that the broker is not built where it can not start one', async () => {
    const result = await makeWorld().run(['agent', 'list', '--json'])
    expect(result).toMatchObject({ code: 1 })
    expect(result.json()[0].error.text).toContain('not built')
  })

  it.each(['alerts', 'alerts list'])('%s --json prints one object with each rule', async (line) => {
    const { world, run } = makeWorld()
    await serve(world, { 'settings.get': () => ({ settings: SETTINGS, locked: {}, fileLimits: {} }) })
    const result = await run([...line.split(' '), '--json'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.json()).toEqual([
      {
        alerts: expect.arrayContaining([expect.objectContaining({ muted: false })]),
        always: expect.arrayContaining([expect.objectContaining({ id: 'canary' })]),
      },
    ])
  })

  it.each([
    'incident',
    'incident list',
    'incident done read-report',
    'incident end',
  ])('%s --json prints one object and nothing else', async (line) => {
    const { world, run } = makeWorld()
    const incident = {
      ...{ id: 'incident-1', at: 1, by: 'you', why: '', folder: '/x', files: ['report.md'], faults: [] },
      ...{ checklist: [], endedAt: null },
    }
    await serve(world, {
      'incident.start': () => incident,
      'incident.current': () => ({ incident }),
      'incident.tick': () => incident,
      'incident.end': () => ({ ...incident, endedAt: 2 }),
    })
    const result = await run([...line.split(' '), '--json'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.json()).toEqual([expect.objectContaining({})])
  })

  it('every verb has --json and help', async () => {
    const leaves = [
      'status',
      'agent list',
      'agent run',
      'agent thaw',
      'tour',
      'tool run',
      'tool list',
      'tool thaw',
      'tool set',
      'check',
      'consent preview',
      'log tail',
      'log search',
      'log verify',
      'log export',
      'log redact',
      'log accept',
      'alerts list',
      'alerts mute',
      'alerts unmute',
      'incident list',
      'incident done',
      'incident end',
      'grants list',
      'grants revoke',
      'stop',
      'resume',
      'pause',
      'undo',
      'secrets list',
      'secrets add',
      'secrets rotate',
      'secrets delete',
      'secrets revoke',
      'secrets unlock',
      'policy simulate',
      'policy status',
      'scan',
      'incident',
    ]
    for (const leaf of leaves) {
      const { stdout, code } = await makeWorld().run([...leaf.split(' '), '--help'])
      expect(code, leaf).toBe(0)
      expect(stdout, leaf).toContain('--json')
      const wrong = await makeWorld().run([...leaf.split(' '), '--no-such', '--json'])
      expect(wrong, leaf).toMatchObject({ code: 2, stderr: '' })
      expect(wrong.json(), leaf).toEqual([
        { error: { code: 'usage', text: expect.stringContaining("unknown option '--no-such'") } },
      ])
    }
  })

  it('talks to the broker that runs, and ends with 1 and its words when it refuses', async () => {
    const { world, run } = makeWorld()
    await serve(world, {
      'grants.revoke': () => {
        throw new ApiError('not-found', 'There is no such grant.')
      },
    })
    const result = await run(['grants', 'revoke', 'g_1', '--json'])
    expect(result.code).toBe(1)
    expect(result.json()).toEqual([{ error: { code: 'not-found', text: 'There is no such grant.' } }])
  })

  it('is not let in with a token that was renewed, and says so', async () => {
    const { world, run } = makeWorld()
    await serve(world, {})
    writeFileSync(world.paths.tokenFile, 'a'.repeat(64))
    const result = await run(['agent', 'list'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('does not let this command in')
  })

  it('prints nothing that hides: an agent’s name with tricks in it', async () => {
    const { world, run } = makeWorld()
    const perimeter = { tools: [], budgets: undefined }
    await serve(world, {
      'agents.list': () => ({ agents: [{ ...agent('A\u202e\u001b[2Jb'), perimeter }] }),
      'status.get': () => statusWith(STOP_STATE),
    })
    const { stdout } = await run(['agent', 'list'])
    expect(stdout).toContain('⟨U+202E⟩')
    for (const hidden of ['\u202e', '\u001b']) expect(stdout).not.toContain(hidden)
  })
})

describe('agents', () => {
  it('are listed with who reads outside text first, where that is the agent’s own choice', async () => {
    const { world, run } = makeWorld()
    const agents = [
      { ...agent('One'), reviewOutside: 'always' },
      { ...agent('Two'), reviewOutside: 'never' },
      agent('Three'),
    ]
    await serve(world, { 'agents.list': () => ({ agents }), 'status.get': () => statusWith(STOP_STATE) })
    const [one, two, three] = (await run(['agent', 'list'])).stdout.split('\n')
    expect(one).toContain('you look at outside text first')
    expect(two).toContain('reads outside text at once')
    expect(three).not.toContain('outside')
    const again = makeWorld()
    await serve(again.world, {
      'agents.list': () => ({ agents }),
      'status.get': () => statusWith(STOP_STATE),
    })
    const listed = (await again.run(['agent', 'list', '--json'])).json()[0] as {
      agents: { reviewOutside: string }[]
    }
    expect(listed.agents.map((each) => each.reviewOutside)).toEqual(['always', 'never', 'default'])
  })
})

describe('secrets add', () => {
  const stored: { rules: Record<string, unknown>; value: string }[] = []
  async function add(words: string[], input: string, onTerminal = false) {
    stored.length = 0
    const { world, run } = makeWorld()
    if (onTerminal) Object.assign(world.stdin, { isTTY: true, setRawMode: () => {} })
    await serve(world, {
      'secrets.add': (given: (typeof stored)[number]) => {
        stored.push(given)
        return {
          ...{ ...given.rules, createdAt: 1, rotatedAt: null, lastUse: null, uses: 0 },
          ...{ revokedAt: null, present: true, formerUntil: null },
        }
      },
    })
    return run(['secrets', 'add', ...words], input)
  }

  it('takes the value from the standard input, without the end of its line, and never shows it', async () => {
    const { code, stdout, stderr } = await add(
      ['github', '--host', 'API.github.com/repos', '--agent', 'Helper', '--days', '30'],
      'ghp_typed-value\n',
    )
    expect(code, stderr).toBe(0)
    expect(stored).toEqual([
      {
        value: 'ghp_typed-value',
        rules: expect.objectContaining({
          ...{ name: 'github', kind: 'token', tools: ['*'], agents: ['Helper'] },
          bindings: [{ scheme: 'https', host: 'api.github.com', pathPrefix: '/repos', place: 'header' }],
        }),
      },
    ])
    expect(Number(stored[0]?.rules.expiresAt) - Date.now()).toBeGreaterThan(29 * 86_400_000)
    expect(stdout).toContain('github is stored, for https://api.github.com/repos')
    expect(stdout + stderr).not.toContain('typed-value')
  })

  it('takes one line from a terminal, shows nothing of it, and stores nothing of several', async () => {
    const one = await add(['github'], 'typed-value\r', true)
    expect(one.code, one.stderr).toBe(0)
    expect(stored[0]?.value).toBe('typed-value')
    expect(one.stdout + one.stderr).not.toContain('typed-value')
    const many = await add(['github'], 'line-one\rline-two\r', true)
    expect(many.code).toBe(2)
    expect(many.stderr).toContain('several lines')
    expect(stored).toEqual([])
  })

  it('keeps a key of several lines as it was made', async () => {
    const key = '-----BEGIN KEY-----\nabc\n-----END KEY-----\n'
    expect((await add(['deploy'], key)).stdout).toContain('bound to no host')
    expect(stored[0]?.value).toBe(key)
  })

  it.each([
    [['github', '--host', '*.example.org'], 'x', /names no host/],
    [['not a name'], 'x', /name/],
    [['github'], '', /There is no value/],
    [['github'], 'x'.repeat(16_385), /too long/],
    [['github', '--days', '0'], 'x', /days/],
    [['github', 'its-value'], '', /too many arguments/],
  ])('refuses %j', async (words, input, said) => {
    const { code, stdout, stderr } = await add(words, input)
    expect(code).toBe(2)
    expect(stdout + stderr).toMatch(said)
    expect(stored).toEqual([])
  })
})

describe('secrets revoke', () => {
  it.each([
    [['github'], /The keychain did not delete the value of github\. It is used no more/],
    [[], /^((?!keychain).)*$/s],
  ])('says which values the keychain did not delete: %j', async (kept, words) => {
    const { world, run } = makeWorld()
    await serve(world, { 'secrets.revoke': () => ({ revoked: 1, kept }) })
    const { code, stdout } = await run(['secrets', 'revoke', '--all'])
    expect(code).toBe(0)
    expect(stdout).toContain('1 revoked')
    expect(stdout).toMatch(words)
  })
})

describe('tool run', () => {
  // A broker of its own that answers nothing else: no call may get to it.
  const broker = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { i, m, a } = JSON.parse(line)
    const value = { id: a[0]?.params?.id ?? null, outcome: { kind: 'ok', value: a[0]?.params }, entries: [], log: [{ level: 'warn', text: 'as\\u001bit is' }], ms: 1 }
    if (i) console.log(JSON.stringify({ t: 's', i, r: m === 'ping' ? 'pong' : { ok: true, value } }))
  }).on('close', () => process.exit())`
  function makeToolWorld() {
    const made = makeWorld()
    writeFileSync(made.world.brokerMain, broker)
    mkdirSync(path.join(made.home, 'here'))
    return made
  }

  it.each([
    [['/nonexistent'], 'There is no folder, file or installed tool “/nonexistent”.'],
    [['./no\u001bthing'], /^There is no folder, file or installed tool “[^\n]*”\.$/],
    [['here', '--input', 'oops'], '--input is no JSON.'],
    [['here', '--fn', 'x'.repeat(65)], /^fn: [^\n]+$/],
  ])('%j is said in one sentence', async (words, text) => {
    const result = await makeToolWorld().run(['tool', 'run', ...words, '--json'])
    expect(result.code).toBe(2)
    expect(result.json()).toEqual([
      {
        error: {
          code: expect.any(String),
          text: typeof text === 'string' ? text : expect.stringMatching(text),
        },
      },
    ])
  })

  it('shows what the tool wrote, and nothing of it moves the cursor', async () => {
    const { code, stdout } = await makeToolWorld().run(['tool', 'run', 'here'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}warn: as.+it is$/m)
    expect(stdout).not.toContain('\u001b')
  })

  it('draws what hides in the id of a line', async () => {
    const line = JSON.stringify({ id: '\u001b[2J\nallowed', tool: 'here' })
    const { stdout } = await makeToolWorld().run(['tool', 'run', '--stdin'], line)
    expect(stdout).not.toContain('\u001b')
    expect(stdout).not.toMatch(/^allowed/m)
  })

  it.each([
    [[]],
    [['/gone']],
    [['here']],
  ])('with --stdin and %j goes on behind a line whose tool is not there', async (words) => {
    const lines = [
      '{"id":"a","tool":"/nonexistent"}',
      '{oops',
      '{"id":"b"}',
      '{"id":"c","tool":"here"}',
      '{"id":"d","tool":"files"}',
    ]
    const { code, json } = await makeToolWorld().run(
      ['tool', 'run', ...words, '--stdin', '--json'],
      lines.join('\n'),
    )
    const answers = json() as {
      id: string | null
      outcome: { kind: string; person?: string; value?: object }
    }[]
    expect(code).toBe(1)
    expect(answers.map(({ id, outcome }) => [id, outcome.kind])).toEqual([
      ['a', 'refused'],
      [null, 'refused'],
      ['b', words[0] === 'here' ? 'ok' : 'refused'],
      ['c', 'ok'],
      ['d', 'ok'],
    ])
    expect(answers[0]?.outcome.person).toBe('There is no folder, file or installed tool “/nonexistent”.')
    expect(answers[1]?.outcome.person).toBe('Line 2 is no JSON.')
    expect(answers[2]?.outcome).toMatchObject(
      words[0] === 'here'
        ? { value: { path: expect.stringMatching(/here$/) } }
        : {
            person: words[0]
              ? expect.stringContaining('“/gone”')
              : 'Line 3 names no tool, and the command names none.',
          },
    )
  })
})

describe('check', () => {
  const answers = ({ requests }: { requests: { id?: string; capability: string }[] }) => ({
    answers: requests.map((request) => ({
      id: request.id ?? null,
      decision: request.capability === 'fs.read' ? 'allow' : 'ask',
      canonical: null,
      because: ['a rule'],
    })),
  })

  it.each([
    [['fs.read', '/x'], 0],
    [['fs.write', '/x'], 4],
    [['fly', '/x'], 2],
    [['fs.read'], 2],
    [['secret.use', 'key'], 2],
    [['notify'], 4],
    [[], 2],
  ])('%j ends with %i', async (words, code) => {
    const { world, run } = makeWorld()
    await serve(world, { 'policy.check': answers as never })
    expect((await run(['check', ...words])).code).toBe(code)
  })

  it('answers each line in its place, and denies what is no request', async () => {
    const { world, run } = makeWorld()
    await serve(world, { 'policy.check': answers as never })
    const lines = Array.from({ length: 450 }, (_each, index) =>
      index % 50 === 7
        ? index % 100 === 7
          ? '{oops'
          : JSON.stringify({ id: `l${index}`, capability: 'fly', resource: {} })
        : JSON.stringify({
            id: `l${index}`,
            capability: index % 2 ? 'fs.read' : 'fs.write',
            resource: { path: '/x' },
          }),
    )
    const { code, json } = await run(['check', '--stdin', '--json'], `${lines.join('\n')}\n`)
    expect(code).toBe(0)
    const out = json()
    expect(out).toHaveLength(450)
    for (const [index, answer] of out.entries()) {
      if (index % 50 !== 7)
        expect(answer).toMatchObject({ id: `l${index}`, decision: index % 2 ? 'allow' : 'ask' })
      else expect(answer).toMatchObject({ id: index % 100 === 7 ? null : `l${index}`, decision: 'deny' })
    }
  })

  it('gives people one line for what is wrong with a line, and draws what hides in it', async () => {
    const { world, run } = makeWorld()
    await serve(world, { 'policy.check': answers as never })
    const id = '\u001b[2J\u0000\n● allow'
    const lines = [
      { id, capability: 'fs.read', resource: { path: '/x' } },
      { id, capability: 'fly', path: '/x' },
    ].map((line) => JSON.stringify(line))
    const { stdout } = await run(['check', '--stdin'], `${lines.join('\n')}\n`)
    expect(stdout).not.toContain('\u001b[2J')
    expect(stdout).not.toContain('\u0000')
    expect(stdout).not.toMatch(/^● allow/m)
    expect(stdout).toMatch(/^ {2}Line 2 is no request: capability: [^\n]+; resource: [^\n]+$/m)
    expect(stdout).not.toContain('null')
  })

  it('refuses a policy file that no message could carry, in words', async () => {
    const { world, run } = makeWorld()
    await serve(world, { 'policy.check': answers as never })
    const file = path.join(world.cwd, 'huge.json')
    writeFileSync(file, `// ${'x'.repeat(2_000_001)}`)
    const { code, stderr } = await run(['policy', 'simulate', file])
    expect(code).toBe(2)
    expect(stderr).toContain('too long')
  })

  it('refuses a policy file that is not there as wrong usage', async () => {
    const { world, run } = makeWorld()
    await serve(world, {})
    writeFileSync(path.join(world.home, 'broker.js'), '')
    const result = await run(['check', 'fs.read', '/x', '--policy', 'missing.jsonc', '--json'])
    expect(result.code).not.toBe(0)
  })
})

// Where this system lets this user make one.
const probe = openLaneGroup()
probe.remove()
const hasGroups = probe.works

/** A process that looks like a broker and never answers. */
function hangBroker(world: World, home: string) {
  const main = path.join(home, 'broker', 'main.js')
  mkdirSync(path.dirname(main))
  writeFileSync(main, 'for (;;) {}')
  const hung = spawn(process.execPath, [main], { detached: true, stdio: 'ignore' })
  cleanUps.push(() => void hung.kill('SIGKILL'))
  mkdirSync(path.dirname(world.paths.pidFile), { recursive: true })
  writeFileSync(world.paths.pidFile, `${hung.pid}\n`)
  return { hung, ended: new Promise((resolve) => hung.once('exit', (_code, signal) => resolve(signal))) }
}

describe('stop', () => {
  const receipt = {
    id: 'stop_1',
    at: 5,
    by: 'you',
    scope: 'all',
    ms: 12,
    isolates: 2,
    processes: 1,
    sockets: 0,
    runs: 1,
    questions: 0,
    alreadyLeft: ['125 bytes to example.org'],
    survivors: [],
  }

  it('prints the receipt, honestly', async () => {
    const { world, run } = makeWorld()
    await serve(world, { 'stop.now': () => receipt })
    const { code, stdout } = await run(['stop'])
    expect(code).toBe(0)
    expect(stdout).toContain('1 run, 2 tools, 1 process, 0 connections ended')
    expect(stdout).toContain('under way: 125 bytes to example.org')
  })

  it('ends with 1 when something is still there', async () => {
    const { world, run } = makeWorld()
    await serve(world, { 'stop.now': () => ({ ...receipt, survivors: [77] }) })
    expect((await run(['stop'])).code).toBe(1)
  })

  it('stops also where the disk has no room for a word: a name is enough', async () => {
    const { world, run, home } = makeWorld()
    await serve(world, { 'stop.now': () => receipt })
    hangBroker(world, home)
    mkdirSync(`${world.paths.stopFile}.cli`, { recursive: true })
    const { code, stdout } = await run(['stop'])
    expect(stdout).toContain('stopped')
    expect(code).toBe(0)
    expect(readFileSync(world.paths.stopFile, 'utf8')).toBe('')
  })

  it('says that nothing runs, and writes no stop down', async () => {
    const { world, run } = makeWorld()
    expect((await run(['stop'])).code).toBe(3)
    expect(existsSync(world.paths.stopFile)).toBe(false)
  })

  it.skipIf(process.platform !== 'linux')(
    'writes the stop down where a broker was killed: it is about to be started again',
    async () => {
      const { world, run } = makeWorld()
      const gone = spawn('true')
      await once(gone, 'exit')
      mkdirSync(path.dirname(world.paths.pidFile), { recursive: true })
      writeFileSync(world.paths.pidFile, `${gone.pid}\n`)
      const { code, stdout } = await run(['stop'])
      expect(code).toBe(0)
      expect(stdout).toContain('The stop is written down')
      expect(existsSync(world.paths.stopFile)).toBe(true)
    },
  )

  it('says of a drill that it is one, and how agents work again', async () => {
    const { world, run } = makeWorld()
    await serve(world, { 'stop.now': ({ drill }: { drill: boolean }) => ({ ...receipt, drill }) })
    expect((await run(['stop', '--drill'])).stdout).toMatch(
      /A drill.*: sallyport resume lets agents work again/,
    )
  })

  it.skipIf(process.platform !== 'linux')(
    'kills a broker that does not answer, and writes the stop down first',
    async () => {
      const { world, run, home } = makeWorld()
      await serve(world, { 'stop.now': () => new Promise(() => {}) })
      const { ended } = hangBroker(world, home)
      const { code, json } = await run(['stop', '--json'])
      expect(await ended).toBe('SIGKILL')
      expect(code).toBe(0)
      expect(StopReceipt.parse(json()[0])).toMatchObject({ processes: 1, scope: 'all' })
      expect(StopFile.parse(JSON.parse(readFileSync(world.paths.stopFile, 'utf8')))).toMatchObject({
        version: 1,
      })
    },
  )

  it.skipIf(process.platform !== 'linux')('ends a broker that is there and can not be reached', async () => {
    const { world, run, home } = makeWorld()
    const { ended } = hangBroker(world, home)
    expect((await run(['stop'])).code).toBe(0)
    expect(await ended).toBe('SIGKILL')
    expect(existsSync(world.paths.stopFile)).toBe(true)
  })

  it.skipIf(!hasGroups)(
    'holds what a hanging broker runs still at once, and ends all of it: nothing has an effect after that',
    async () => {
      const { world, run, home } = makeWorld()
      await serve(world, { 'stop.now': () => new Promise(() => {}) })
      const { hung } = hangBroker(world, home)
      const file = path.join(home, 'out')
      // In sessions of their own, deaf to signals, children of nobody that is killed: only the group has them.
      const script = `trap '' TERM INT HUP; read -r go; setsid sh -c 'while :; do echo x >> "$0"; sleep 0.005; done' "$0" & wait`
      const trees = Array.from({ length: 4 }, () =>
        spawn('/bin/bash', ['-c', script, file], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] }),
      )
      const group = openLaneGroup(hung.pid)
      cleanUps.push(() => group.remove())
      for (const tree of trees) {
        group.inner(`tree-${tree.pid}`).take(tree.pid as number)
        tree.stdin?.write('go\n')
      }
      await expect.poll(() => existsSync(file) && statSync(file).size > 50).toBe(true)
      const pressed = Date.now()
      const { code, json } = await run(['stop', '--json'])
      expect(code).toBe(0)
      const receipt = StopReceipt.parse(json()[0])
      expect(receipt.survivors).toEqual([])
      expect(receipt.processes).toBeGreaterThanOrEqual(9)
      // The broker had a second to answer; what it ran stood still long before.
      expect(statSync(file).mtimeMs - pressed).toBeLessThan(900)
      const { size } = statSync(file)
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(statSync(file).size).toBe(size)
    },
  )

  it('kills no process that only has the number of a broker that is gone', async () => {
    const { world, run } = makeWorld()
    await serve(world, { 'stop.now': () => new Promise(() => {}) })
    const other = spawn('sleep', ['30'], { stdio: 'ignore' })
    cleanUps.push(() => void other.kill())
    writeFileSync(world.paths.pidFile, `${other.pid}\n`)
    const { stdout } = await run(['stop'])
    expect(stdout).toContain('was not found')
    expect(other.exitCode).toBeNull()
    expect(existsSync(world.paths.stopFile)).toBe(true)
  })
})

describe('pause and resume', () => {
  it('find an agent by name, and say which there are when there is none of that name', async () => {
    const asked: unknown[] = []
    const { world, run } = makeWorld()
    await serve(world, {
      'agents.list': () => ({ agents: [agent('Tidy')] }),
      'pause.set': (params) => {
        asked.push(params)
        return { ...STOP_STATE, pausedAgents: ['agent_tidy'] }
      },
    })
    expect((await run(['pause', '--agent', 'tidy'])).code).toBe(0)
    expect(asked).toEqual([{ agentId: 'agent_tidy', paused: true }])
    const second = makeWorld({ paths: world.paths })
    const wrong = await second.run(['pause', '--agent', 'Nobody', '--json'])
    expect(wrong.code).toBe(1)
    expect(wrong.json()[0].error.text).toContain('There are: Tidy')
  })
})

describe('resume says what is so', () => {
  const held = (more: object) => ({ ...STOP_STATE, stoppedAgents: [], ...more })
  /** A broker in a state, which resumes as it is asked to; gives back what was asked of it. */
  async function resume(
    state: ReturnType<typeof held>,
    words: string[] = [],
    incident: object | null = null,
  ) {
    const asked: string[] = []
    const { world, run } = makeWorld()
    let now = state as Record<string, unknown> & { stoppedAgents: string[]; pausedAgents: string[] }
    await serve(world, {
      'agents.list': () => ({ agents: [agent('Tidy'), agent('Mail')] }),
      'status.get': () => statusWith(now),
      'incident.current': () => ({ incident }),
      'stop.resume': ({ agentId }: { agentId?: string }) => {
        asked.push('stop.resume')
        now = agentId
          ? { ...now, stoppedAgents: now.stoppedAgents.filter((id) => id !== agentId) }
          : { ...now, stopped: false, stoppedAgents: [] }
        return now
      },
      'pause.set': ({ agentId }: { agentId?: string }) => {
        now = agentId
          ? { ...now, pausedAgents: now.pausedAgents.filter((id) => id !== agentId) }
          : { ...now, paused: false }
        return now
      },
    })
    const { stdout, stderr, code } = await run(['resume', ...words])
    expect(stderr).toBe('')
    return { said: stdout.trim().split('\n'), code, asked }
  }
  const one = ['--agent', 'Tidy']

  it.each([
    ['nothing was held', held({}), [], '● nothing was stopped or paused', 0, []],
    ['a stop', held({ stopped: true }), [], '● resumed', 0, ['stop.resume']],
    ['a pause', held({ paused: true }), [], '● resumed', 0, []],
    [
      'agents stopped by themselves',
      held({ stoppedAgents: ['agent_tidy'] }),
      [],
      '● resumed',
      0,
      ['stop.resume'],
    ],
    ['an agent', held({ stoppedAgents: ['agent_tidy'] }), one, '● resumed', 0, ['stop.resume']],
    ['another', held({ stoppedAgents: ['agent_mail'] }), one, '● nothing was stopped or paused', 0, []],
    [
      'an agent, while all is stopped',
      held({ stopped: true }),
      one,
      '■ everything is stopped: sallyport resume, without --agent, lifts that',
      1,
      [],
    ],
    [
      'an agent, while all is paused',
      held({ paused: true, pausedAgents: ['agent_tidy'] }),
      one,
      '◆ everything is paused: sallyport resume, without --agent, lifts that',
      1,
      [],
    ],
  ])('%s', async (_what, state, words, line, code, asked) => {
    expect(await resume(state, words)).toEqual({ said: [line], code, asked })
  })

  it('says that an incident is over with it, and what nobody has ticked', async () => {
    const step = (id: string, doneAt: number | null, kind = 'review') => ({
      ...{ id, kind, text: `Do ${id}.`, doneAt, url: '', secret: null, how: '' },
    })
    const checklist = [step('files', 1), step('hosts', null), step('resume', null, 'back')]
    const incident = {
      ...{ id: 'incident_1', at: 1, by: 'you', why: '', folder: '/x', files: [], faults: [], endedAt: null },
    }
    const stopped = held({ stopped: true })
    expect((await resume(stopped, [], { ...incident, checklist })).said).toEqual([
      '● resumed',
      '  The incident is over. Nobody has ticked:',
      '  ☐ Do hosts.',
    ])
    const done = checklist.map((each) => ({ ...each, doneAt: 1 }))
    expect((await resume(stopped, [], { ...incident, checklist: done })).said).toEqual([
      '● resumed',
      '  The incident is over, and every step is ticked.',
    ])
  })

  it('and names who stays paused', async () => {
    const { said, code } = await resume(held({ stopped: true, pausedAgents: ['agent_mail'] }))
    expect(said).toEqual(['● resumed', '  paused by itself: Mail; --agent with its name lets it go on'])
    expect(code).toBe(0)
  })
})

it('the list of agents says who is stopped and who is paused', async () => {
  const states = async (stop: object, more = {}) => {
    const { world, run } = makeWorld()
    await serve(world, {
      'agents.list': () => ({ agents: [{ ...agent('Tidy'), ...more }] }),
      'status.get': () => statusWith({ ...STOP_STATE, ...stop }),
    })
    const { stdout, stderr } = await run(['agent', 'list'])
    expect(stderr).toBe('')
    return stdout.split(' ')[0]
  }
  expect(await states({})).toBe('ready')
  expect(await states({ stopped: true })).toBe('stopped')
  expect(await states({ stoppedAgents: ['agent_tidy'] }, { frozen: 'why' })).toBe('stopped')
  expect(await states({ paused: true }, { frozen: 'why' })).toBe('frozen')
  expect(await states({ paused: true })).toBe('paused')
  expect(await states({}, { paused: true })).toBe('paused')
})

describe('what is held by itself', () => {
  const why = 'A canary turned up.'
  async function say(words: string[]) {
    const thawed: unknown[] = []
    const pauses: unknown[] = []
    const { world, run } = makeWorld()
    await serve(world, {
      'agents.list': () => ({
        agents: [{ ...agent('Tidy'), frozen: why }, { ...agent('Mail'), paused: true }, agent('Ada')],
      }),
      'tools.list': () => ({
        ...{ tools: [], frozen: [{ tool: 'files', why, at: 1 }] },
        paused: [{ tool: 'web', by: 'you', at: 1 }],
      }),
      'status.get': () =>
        statusWith({ ...STOP_STATE, pausedAgents: ['agent_mail'], stoppedAgents: ['agent_ada'] }),
      'tools.pause': (params) => {
        pauses.push(params)
        return { paused: [] }
      },
      'agents.thaw': (params) => {
        thawed.push(params)
        const { id } = params as { id: string }
        return id === 'agent_tidy' ? agent('Tidy') : { ...agent('Mail'), paused: true }
      },
    })
    const { stdout, stderr, code } = await run(words)
    expect(stderr).toBe('')
    return { stdout, code, thawed, pauses }
  }

  it('stands in the status, with the line that lets each go on', async () => {
    const { stdout } = await say(['status'])
    for (const line of [
      '  stopped by itself: Ada; sallyport resume --agent with its name lets it go on',
      '  paused by itself: Mail; sallyport resume --agent with its name lets it go on',
      `  frozen: Tidy: ${why} sallyport agent thaw with its name lets it go on`,
      `  frozen: the tool files: ${why} sallyport tool thaw files lets it go on`,
      '  paused: the tool web: sallyport tool resume web lets it go on',
    ])
      expect(stdout.split('\n')).toContain(line)
  })

  it('says in the list of agents why one is frozen', async () => {
    expect((await say(['agent', 'list'])).stdout).toContain(
      `Tidy is frozen: ${why} When you know why, thaw it: sallyport agent thaw, with its name`,
    )
  })

  it('a tool is paused and resumed by its name', async () => {
    for (const [verb, said] of [
      ['pause', 'web is paused: what it is asked for waits. To go on: sallyport tool resume web\n'],
      ['resume', 'web goes on.\n'],
    ] as const) {
      const { stdout, code, pauses } = await say(['tool', verb, 'web'])
      expect({ stdout, code, pauses }).toEqual({
        ...{ stdout: said, code: 0 },
        pauses: [{ name: 'web', paused: verb === 'pause' }],
      })
    }
  })

  it('an agent is thawed by its name', async () => {
    const { stdout, code, thawed } = await say(['agent', 'thaw', 'tidy'])
    expect({ stdout, code, thawed }).toEqual({
      ...{ stdout: 'Tidy may work again.\n', code: 0, thawed: [{ id: 'agent_tidy' }] },
    })
  })

  it('and what still holds it is said', async () => {
    const { stdout } = await say(['agent', 'thaw', 'mail'])
    expect(stdout).toBe(
      'Mail was not frozen.\n  It is paused: sallyport resume --agent with its name lets it go on\n',
    )
  })
})

describe('log export', () => {
  const parts = [
    { text: 'seq,at\n1,a\n', next: 1 },
    { text: 'seq,at\n2,b\n', next: null },
  ]
  const api = { 'activity.export': ({ after }: { after: number }) => parts[after] } as never

  it('goes on to the end, with one header', async () => {
    const { world, run } = makeWorld()
    await serve(world, api)
    expect((await run(['log', 'export', '--format', 'csv'])).stdout).toBe('seq,at\n1,a\n2,b\n')
  })

  it('takes the words and filters of a search', async () => {
    const { world, run } = makeWorld()
    const asked: unknown[] = []
    await serve(world, {
      'activity.export': (query: unknown) => {
        asked.push(query)
        return { text: '', next: null }
      },
    } as never)
    const words = [
      '--agent',
      'agent_1',
      '--kind',
      'intent',
      '--kind',
      'outcome',
      '--since',
      '2026-01-02',
      'tax',
    ]
    expect((await run(['log', 'export', '*hotel*', ...words])).code).toBe(0)
    expect(asked).toEqual([
      expect.objectContaining({
        ...{ text: '*hotel* tax', principalId: 'agent_1', kinds: ['intent', 'outcome'] },
        ...{ since: Date.parse('2026-01-02'), format: 'jsonl', after: 0 },
      }),
    ])
    const other = makeWorld()
    await serve(other.world, api)
    expect((await other.run(['log', 'export', '--kind', 'nonesuch'])).code).toBe(2)
  })

  it('an alert is marked as one, and names its agent once', async () => {
    const { world, run } = makeWorld()
    const row = {
      ...{
        seq: 7,
        at: 1_750_000_000_000,
        kind: 'alert',
        subject: 'Ann was refused 10 times within a minute.',
      },
      ...{ principal: { id: 'agent_1', kind: 'agent', name: 'Ann' }, run: null, callId: null, tool: null },
      ...{ capability: null, decision: null, asked: false, lamps: null, state: 'none', durationMs: null },
    }
    await serve(world, { 'activity.query': () => ({ rows: [row], total: 1 }) } as never)
    const { stdout } = await run(['log', 'search', '--kind', 'alert'])
    expect(stdout).toMatch(/◆ alert +Ann was refused 10 times/)
  })

  describe('of a record that does not verify', () => {
    const broken = {
      'activity.export': () => ({ text: 'all of it', next: null, fault: 'Entry 7: changed. Too bad.' }),
    } as never

    it('is printed, says so on the standard error, and fails', async () => {
      const { world, run } = makeWorld()
      await serve(world, broken)
      const { code, stdout, stderr } = await run(['log', 'export'])
      expect([code, stdout]).toEqual([1, 'all of it'])
      expect(stderr).toContain('does not verify')
      expect(stderr).toContain('Entry 7: changed')
    })

    it('is written into its file, says so, and fails', async () => {
      const { world, run } = makeWorld()
      await serve(world, broken)
      const { code, stdout } = await run(['log', 'export', '-o', 'out.jsonl'])
      expect([code, stdout]).toEqual([1, expect.stringContaining('Entry 7: changed')])
      expect(readFileSync(path.join(world.cwd, 'out.jsonl'), 'utf8')).toBe('all of it')
    })
  })

  it('does not write over a file', async () => {
    const { world, run } = makeWorld()
    await serve(world, api)
    writeFileSync(path.join(world.cwd, 'out.csv'), 'mine')
    const { code, stderr } = await run(['log', 'export', '--format', 'csv', '-o', 'out.csv'])
    expect(code).toBe(1)
    expect(stderr).toContain('there already')
    expect(readFileSync(path.join(world.cwd, 'out.csv'), 'utf8')).toBe('mine')
  })

  it('writes a file of its own', async () => {
    const { world, run } = makeWorld()
    await serve(world, api)
    const { code, stdout } = await run(['log', 'export', '--format', 'csv', '-o', 'out.csv', '--json'])
    const file = path.join(world.cwd, 'out.csv')
    expect([code, JSON.parse(stdout)]).toEqual([0, { file, characters: 15 }])
    expect(readFileSync(file, 'utf8')).toBe('seq,at\n1,a\n2,b\n')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('leaves nothing of a file that could not be finished', async () => {
    const { world, run } = makeWorld()
    await serve(world, {
      'activity.export': ({ after }: { after: number }) => {
        if (after === 0) return parts[0]
        throw new ApiError('failed', 'The log broke off.')
      },
    } as never)
    const before = readdirSync(world.cwd)
    const { code, stderr } = await run(['log', 'export', '--format', 'csv', '-o', 'out.csv'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('The log broke off.')])
    expect(readdirSync(world.cwd)).toEqual(before)
  })

  it('says plainly why a file can’t be written', async () => {
    const { world, run } = makeWorld()
    await serve(world, api)
    const { code, stderr } = await run(['log', 'export', '-o', 'nowhere/out.jsonl'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('its folder is not there')])
  })

  it('leaves nothing of a file when it is interrupted', async () => {
    const { world } = makeWorld()
    const asked = Promise.withResolvers<void>()
    await serve(world, {
      'activity.export': ({ after }: { after: number }) => {
        if (after === 0) return parts[0]
        asked.resolve()
        return new Promise(() => {})
      },
    } as never)
    const before = readdirSync(world.cwd)
    const words = [path.resolve('cli/main.ts'), 'log', 'export', '--format', 'csv', '-o', 'out.csv']
    const env = { ...process.env, ...world.env }
    const child = spawn(process.execPath, words, { cwd: world.cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    const ended = new Promise((resolve) => child.once('close', resolve))
    await asked.promise
    expect(readdirSync(world.cwd)).not.toEqual(before)
    child.kill('SIGINT')
    expect([await ended, stderr]).toEqual([1, expect.stringContaining('Interrupted')])
    expect(readdirSync(world.cwd)).toEqual(before)
  })
})

describe('the commands that pages show', () => {
  const folder = path.resolve(import.meta.dirname, '../renderer')
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.tsx') && !file.startsWith('dev'),
  )
  const shown = pages.flatMap((file) =>
    [...readFileSync(path.join(folder, file), 'utf8').matchAll(/['"`>](sallyport [a-z][^'"`<]*)/g)].map(
      ([, command]) => command as string,
    ),
  )
  it('are found in the pages', () => expect(shown.length).toBeGreaterThan(8))

  it.each([...new Set(shown)])('%s is one', async (command) => {
    // The verb ends where a placeholder, an option or a value begins.
    const words = command.split(' ').slice(1)
    const end = words.findIndex((word) => !/^[a-z]+$/.test(word))
    const verb = end < 0 ? words : words.slice(0, end)
    const tried = verb[0] === 'check' ? ['check'] : verb
    const { run } = makeWorld()
    const { code, stdout } = await run([...tried, '--help'])
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Usage: sallyport ${tried.join(' ')} `)])
  })
})

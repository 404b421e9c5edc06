/**
 * The real gate around a suite's tools: real decider, flow rules, origins, permits, and the real desk that makes the
 * questions. Played are only the tools' programs (they give back what the environment holds) and the person. Every effect leaves
 * as one request to a host that the perimeter lets send in silence, so that origins alone decide.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createConsentDesk, type OpenConsentDesk } from '../../broker/consent/consent-desk.ts'
import { compilePolicy } from '../../broker/gate/decide/compile-policy.ts'
import { makeGate } from '../../broker/gate/make-gate.ts'
import { openGrantBook } from '../../broker/grants/grant-book.ts'
import { partCovers } from '../../broker/grants/match-scope.ts'
import { createOriginTracker } from '../../broker/origins/track-origins.ts'
import type {
  ActivityLog,
  CapabilityModule,
  InstalledTool,
  IsolateLane,
  Prepared,
} from '../../broker/ports.ts'
import { createLeakScanner } from '../../broker/secrets/leak-scanner.ts'
import { createStopSwitch } from '../../broker/stop/stop-switch.ts'
import { openDocumentStore } from '../../broker/store/documents.ts'
import { Answer } from '../../contract/consent.ts'
import { Manifest } from '../../contract/manifest.ts'
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { Need } from '../../contract/resource.ts'
import type { Json } from '../../contract/words.ts'
import { type Fields, FREE_TEXT, findCollections, VOUCHED } from './find-collections.ts'
import { playEffect, playRead } from './play-tool.ts'
import type { Call, Suite } from './suite-file.ts'

const HOST = 'tools.example.org'
const FOLDER = '/replay'
const DECLARED = 50

export interface Called {
  asked: boolean
  done: boolean
  value: Json
  /** What the question said is not backed. */
  why: string[]
}
export interface ReplayGate {
  /** Calls tools of a suite in one go of a run, and answers each question in the same way. */
  call(
    suite: Suite,
    run: string,
    environment: Fields,
    calls: Call[],
    answer: 'allow' | 'deny',
  ): Promise<Called[]>
  /** Questions that the person was asked so far. */
  questions(): number
  say(run: string, words: string): void
  /** Text from outside comes into the run by itself. */
  readOutside(run: string, text: string): void
  end(run: string): void
  faults: unknown[]
  close(): void
}

export function openReplayGate(): ReplayGate {
  const base = mkdtempSync(path.join(os.tmpdir(), 'sallyport-replay-'))
  const store = openDocumentStore({ file: path.join(base, 'state.db') })
  const faults: unknown[] = []
  let ids = 0
  const person = playPerson(() => desk)
  const asked = new Map<string, string[]>()
  let now: { suite: Suite; environment: Fields } | null = null
  const newId = (kind: string) => `${kind}_${++ids}`
  const clock = Date.now
  const log = countingLog()
  const places = {
    platform: 'linux' as const,
    home: '/home/person',
    own: [],
    resolvePath: (each: string) => each,
    followWay: (leadsTo: string) => ({ leadsTo, links: [] }),
    followPaths: (all: readonly string[]) => () => all,
    resolveProgram: () => null,
  }
  const grants = openGrantBook({ store, clock, newId })
  const origins = createOriginTracker()
  const policy = compilePolicy({ managed: null, personal: null, failedClosed: null }, places)
  const lane: IsolateLane = {
    ...{ name: 'replay', warm: async () => {}, end: async () => ({}), close: async () => {} },
    stats: () => ({
      ...{ processes: 0, busy: 0, spare: 0, crashed: 0, pids: [] },
      ...{ osSandbox: 'none', text: '', mayNot: false },
    }),
    async run({ fn, input, onRequest, signal }) {
      let request = 0
      const outcome = await playFunction(now, fn, input as Fields, (operation, args) =>
        onRequest(operation, args, signal, request++),
      )
      return { outcome, wallMs: 0, cpuMs: 0, peakRss: 0 }
    },
  }
  const desk = createConsentDesk({
    ...{ newId, grants, grantIndex: grants.index, covers: partCovers },
    clock: person.clock,
    settings: () => ({ promptBudget: Number.MAX_SAFE_INTEGER, questionSeconds: 300, awayMinutes: 480 }),
    ladder: () => [],
    recorded: async () => [],
    pauseAgent() {},
  })
  desk.setSurface(true)
  desk.onChange(person.look)
  const gate = makeGate({
    ...{ log, places, grants, origins, lane, clock, newId },
    staging: { open: () => refused('unavailable', 'Nothing is gathered in a replay.') },
    stop: createStopSwitch({ store, clock, log, file: null }),
    leaks: createLeakScanner(),
    // The suite's tools never meet theirs.
    canaries: { tokenFor: () => '', frozen: () => null, caught: () => null },
    toolPauses: { blocks: () => null, whilePaused: async () => {} },
    capabilities: [effects],
    grantIndex: grants.index,
    policy: () => policy,
    onFault: (error) => faults.push(error),
    consent: {
      ask(input) {
        asked.set(input.context.callId, input.flow.unbacked)
        return desk.ask(input)
      },
    },
  })
  const tools = new WeakMap<Suite, InstalledTool>()

  return {
    faults,
    questions: person.questions,
    say: (run, words) => origins.personSaid(run, words),
    readOutside: (run, text) =>
      origins.noteRead(
        run,
        text,
        [{ field: '', origin: { kind: 'outside', source: 'something it read' } }],
        false,
      ),
    end: (run) => origins.end(run),
    call(suite, run, environment, calls, answer) {
      const tool = tools.get(suite) ?? toolOf(suite, environment)
      tools.set(suite, tool)
      now = { suite, environment }
      person.says(answer)
      const context = {
        principal: { id: 'agent_replay', kind: 'agent' as const, name: 'Replay' },
        perimeter,
        run: { id: run, title: 'Replay' },
        signal: new AbortController().signal,
      }
      return Promise.all(
        calls.map(async (call) => {
          const callId = newId('call')
          const fn = functionName(call.tool)
          const { outcome } = await gate.passToolCall(context, { callId, tool, fn, input: call.args })
          const why = asked.get(callId)
          const value = outcome.kind === 'ok' ? outcome.value : null
          // Nothing here is too long to show: a question that could not be made would count as none.
          if (outcome.kind === 'refused' && outcome.code !== 'denied-by-person')
            faults.push(new Error(`${call.tool} was refused: ${outcome.person}`))
          return { asked: why !== undefined, done: outcome.kind === 'ok', value, why: why ?? [] }
        }),
      )
    },
    close() {
      store.close()
      rmSync(base, { recursive: true, force: true })
    },
  }
}

const perimeter = Perimeter.parse({
  folders: [{ path: FOLDER, read: 'allow', write: 'deny' }],
  hosts: [{ host: HOST, methods: ['GET', 'POST'], read: 'allow', send: 'allow' }],
  tools: [{ name: 'suite' }],
})

/**
 * The person at the consent window: looks when nothing more comes, waits until Allow counts (on the desk's clock, which
 * is theirs), and answers. What is asked in one go stands in one question by then, or does not.
 */
function playPerson(desk: () => OpenConsentDesk) {
  let says: 'allow' | 'deny' = 'deny'
  let ahead = 0
  let questions = 0
  let looking = false
  const answerAll = () => {
    looking = false
    for (let head = desk().pending()[0]; head; head = desk().pending()[0]) {
      desk().shown(head.id, head.hash)
      ahead += head.inertMs + head.holdMs
      const { accepted, why } = desk().answer(
        Answer.parse({ questionId: head.id, hash: head.hash, answer: says }),
        'the person',
      )
      if (!accepted) throw new Error(`The answer did not count: ${why}`)
      questions += 1
    }
  }
  return {
    clock: () => Date.now() + ahead,
    questions: () => questions,
    says(answer: 'allow' | 'deny') {
      says = answer
    },
    look() {
      if (looking) return
      looking = true
      setTimeout(answerAll, 1)
    },
  }
}

const functionName = (name: string) => name.replace(/^[^a-z]/, 'f').slice(0, 64)

async function playFunction(
  now: { suite: Suite; environment: Fields } | null,
  fn: string,
  input: Fields,
  onRequest: (operation: string, args: Json) => Promise<Outcome<Json>>,
) {
  const tool = now?.suite.tools.find((each) => functionName(each.name) === fn)
  if (!now || !tool) return refused('invalid-request', `There is no tool ${fn}.`)
  if (tool.external_effect) {
    const fetches = tool.reads_untrusted || tool.reads_private
    const sent = await onRequest('net.fetch', {
      url: `https://${HOST}/effects`,
      method: fetches ? 'GET' : 'POST',
      body: JSON.stringify(input),
    })
    if (sent.kind !== 'ok') return sent
    const play = fetches ? playRead : playEffect
    return ok(play(now.suite, now.environment, tool, input).value as Json)
  }
  if (tool.reads_private) await onRequest('fs.readFile', { path: `${FOLDER}/private` })
  return ok(playRead(now.suite, now.environment, tool, input).value as Json)
}

/** The suite's tools as one installed tool, with the origin of every output field declared. */
function toolOf(suite: Suite, environment: Fields): InstalledTool {
  const outside = new Set(
    findCollections(suite, environment)
      .flatMap((each) => [...each.outside])
      .filter((key) => key !== '*'),
  )
  const texts = [...outside].filter((key) => FREE_TEXT.test(key))
  const fields = [
    ...['/fromOthers', '/fromMembers'],
    ...texts.map((key) => `/mine/*/${key}`),
    ...[...outside].map((key) => `/items/*/${key}`),
  ].slice(0, DECLARED)
  const own = [{ field: '', origin: 'own' }]
  const mixed = [
    ...own,
    ...fields.map((field) => ({ field, origin: 'outside' })),
    ...VOUCHED.map((key) => ({ field: `/fromMembers/*/${key}`, origin: 'own' })),
  ]
  const manifest = Manifest.parse({
    ...{
      manifestVersion: 1,
      name: 'suite',
      version: '1.0.0',
      title: suite.suite,
      summary: 'The tools of a suite.',
    },
    capabilities: ['net.request', 'fs.read'],
    hosts: [HOST],
    functions: suite.tools.map((tool) => ({
      ...{
        name: functionName(tool.name),
        title: tool.name.slice(0, 80),
        description: tool.description || tool.name,
      },
      input: { type: 'object' },
      origins: tool.reads_untrusted ? mixed : own,
    })),
  })
  return {
    ...{
      name: 'suite',
      version: '1.0.0',
      hash: 'a'.repeat(64),
      title: suite.suite,
      summary: '',
      from: 'folder',
    },
    ...{ manifest, modules: {}, maps: {} },
  }
}

const effects: CapabilityModule = {
  operations: ['net.fetch', 'fs.readFile'],
  async prepare(request) {
    if (request.operation === 'fs.readFile')
      return ok(prepared('fs.readFile', 'fs.read', pathNeed, '', request.args))
    const body = request.operation === 'net.fetch' ? (request.args.body ?? '') : ''
    return ok(prepared('net.fetch', 'net.request', urlNeed, body, request.args))
  },
  async perform(permit, { capability, binding }) {
    permit.consume(capability, binding)
    const own = capability === 'fs.read'
    return ok({ value: null, origins: [], private: own, bytesIn: 0, bytesOut: 0, details: {} })
  },
}

const pathNeed: Need = { capability: 'fs.read', resource: { kind: 'path', path: `${FOLDER}/private` } }
const urlNeed: Need = {
  capability: 'net.request',
  resource: {
    ...{ kind: 'url' as const, method: 'POST', url: `https://${HOST}/effects`, scheme: 'https' as const },
    ...{ host: HOST, port: 443, path: '/effects', privateAddress: false },
  },
}

function prepared(
  operation: Prepared['operation'],
  capability: Prepared['capability'],
  need: Need,
  body: string,
  args: unknown,
): Prepared {
  return {
    ...{ operation, capability, needs: [need], diff: null, bytesOut: body.length, destructive: false },
    exact: [{ label: 'Body', text: body, spans: [], long: false }],
    binding: JSON.stringify([operation, args]),
    sentence: { verb: 'Do', object: operation, tail: '' },
    dispose() {},
  }
}

function countingLog(): ActivityLog {
  let seq = 0
  return {
    append: () => ({ seq: ++seq, at: Date.now() }),
    stage: () => ({ seq: ++seq, at: Date.now() }),
    commit: async () => {},
    sync: async () => {},
    query: () => ({ rows: [], total: seq }),
    visit: async () => {},
    entry: () => null,
    verify: () => Promise.reject(new Error('a counter has no chain')),
    onRow: () => () => {},
    state: () => ({ state: 'ok', entries: seq, text: '' }),
  }
}

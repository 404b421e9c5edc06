/**
 * A scripted `window.sallyport` for the development pages. `state`: first, empty, busy, stopped, down, starting,
 * nokeychain, flood, crowd. It answers from fixed data and changes nothing; the product never sees it.
 */
import type { EventName, EventPayload, MethodName, Params, Result } from '../../contract/broker-api.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import * as data from './scripted-data.ts'
import { SCRIPTED_QUESTIONS } from './scripted-questions.ts'

type Answers = { [M in MethodName]?: (params: Params<M>) => unknown }

export function scriptedBridge(params: URLSearchParams): PageBridge {
  const state = params.get('state') ?? ''
  const listeners = new Map<EventName, Set<(payload: never) => void>>()
  const tell = <E extends EventName>(event: E, payload: EventPayload<E>) => {
    for (const fn of listeners.get(event) ?? []) fn(payload as never)
  }
  const answers = scriptAnswers(state, params)
  if (state === 'flood') flood((rows, total) => tell('activity', { rows, total }))
  const log: { calls: unknown[]; desktopCalls: unknown[] } = { calls: [], desktopCalls: [] }
  Object.assign(window, { tell, ...log })
  return {
    platform: 'linux',
    call: async <M extends MethodName>(method: M, args: Params<M>) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const answer = answers[method]
      if (!answer) throw { code: 'unavailable', text: `${method} has no script.` }
      log.calls.push([method, args])
      return (answer as (params: Params<M>) => unknown)(args) as Result<M>
    },
    on: (event, fn) => {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(fn as (payload: never) => void))
      return () => set.delete(fn as (payload: never) => void)
    },
    onBroker: (fn) => {
      const timer = setTimeout(() => fn(lifeOf(state)), 0)
      return () => clearTimeout(timer)
    },
    desktop: async (call) => {
      log.desktopCalls.push(call)
      if (call.do === 'brokerState') return lifeOf(state)
      return call.do === 'chooseFolder' ? '~/Pictures' : null
    },
  }
}

function lifeOf(state: string): { state: 'ready' | 'starting' | 'silent' | 'down'; text: string } {
  if (state === 'silent')
    return { state, text: 'The gate does not answer. You can wait, start it again, or press Stop.' }
  if (state === 'down')
    return {
      state: 'down',
      text: 'It ended three times within a minute, so it is not started again by itself.',
    }
  return { state: state === 'starting' ? 'starting' : 'ready', text: '' }
}

function scriptAnswers(state: string, params: URLSearchParams): Answers {
  const fresh = state === 'first' || state === 'empty'
  const stop =
    state === 'stopped'
      ? { ...data.STATUS.stop, stopped: true, since: data.RECEIPT.at, by: 'you', receipt: data.RECEIPT }
      : data.STATUS.stop
  const status = { ...data.STATUS, stop, ...(fresh ? { runsActive: 0, questions: 0 } : {}) }
  const question = SCRIPTED_QUESTIONS[params.get('question') ?? 'send']
  const keychain =
    state === 'nokeychain'
      ? { state: 'locked' as const, name: 'GNOME Keyring', text: 'Unlock it in “Passwords and Keys”.' }
      : data.STATUS.keychain
  const theme = (params.get('theme') ?? 'system') as 'system' | 'light' | 'dark'
  const settings = { ...data.SETTINGS, theme, tourDone: state !== 'first' }
  const locked = { requireOsSandbox: 'Required on company computers (IT security)' }
  const rows = Array.from({ length: 400 }, (_, at) => data.makeRow(48_213 - at, data.now - at * 7_000))
  return {
    'status.get': () => status,
    'stop.now': () => data.RECEIPT,
    'stop.resume': () => data.STATUS.stop,
    'pause.set': () => data.STATUS.stop,
    'agents.list': () => ({ agents: fresh ? [] : data.AGENTS }),
    'agents.exposure': () => ({ lines: data.EXPOSURE, lastChange: 'You changed folders on 3 May' }),
    'agents.create': (input) => ({ ...data.AGENTS[0], ...input }),
    'models.detect': () => ({
      endpoints: [{ name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['llama3.1', 'qwen3:8b'] }],
    }),
    'models.list': () => ({ models: ['llama3.1', 'qwen3:8b'], fault: '' }),
    'runs.list': () => ({ runs: fresh ? [] : data.RUNS }),
    'runs.get': ({ id }) => ({
      ...(data.RUNS.find((run) => run.id === id) ?? data.RUNS[0]),
      items: id === 'run_tidy' ? data.ITEMS : data.ITEMS.slice(0, 6),
    }),
    'runs.tour': () => data.RUNS[3],
    'runs.undoPreview': () => data.UNDO,
    'runs.undo': () => ({ undone: 3, skipped: [] }),
    'tools.list': () => ({ tools: data.TOOLS, frozen: [], paused: [] }),
    'tools.setRule': ({ name, capability, rule }) => ({ rules: { [name]: { [capability]: rule } } }),
    'questions.list': () => ({ questions: fresh || !question ? [] : [question] }),
    'consent.shown': () => ({ done: true }),
    'consent.answer': () => ({
      accepted: false,
      why: 'The request has changed since it was shown. Nothing was allowed.',
    }),
    'consent.replay': () => ({
      steps:
        question?.steps.map((step) => ({
          ...step,
          replay: step.replay ?? { allowed: 18, deniedThen: 1, since: data.now - 20 * 86_400_000 },
        })) ?? [],
    }),
    'grants.list': () => ({ grants: fresh ? [] : data.GRANTS }),
    'grants.revoke': ({ id }) => ({ ...data.GRANTS.find((grant) => grant.id === id), revokedAt: Date.now() }),
    'digest.get': () => data.DIGEST,
    'activity.query': ({ limit, kinds, text, decision }) => ({
      rows:
        fresh || text === 'nothing'
          ? []
          : kinds
            ? [
                {
                  ...data.makeRow(48_100, data.now - 500_000),
                  kind: 'alert',
                  subject: 'New host paste.example.net after outside text was read',
                  decision: null,
                  asked: false,
                },
              ]
            : rows
                .filter((row) => !decision || row.decision === decision || (decision === 'ask' && row.asked))
                .slice(0, limit ?? 200),
      total: fresh ? 0 : 48_213,
    }),
    'activity.entry': ({ seq }) => ({
      entry: data.makeEntry(data.makeRow(seq, data.now - 60_000)),
      related: [
        {
          ...data.makeEntry(data.makeRow(seq, data.now)),
          seq: seq + 1,
          kind: 'question',
          subject: 'Asked: Send notes.md to paste.example.net?',
        },
        {
          ...data.makeEntry(data.makeRow(seq, data.now)),
          seq: seq + 2,
          kind: 'answer',
          subject: 'Denied after 3.8 s',
        },
      ],
    }),
    'activity.timeline': ({ since, until, buckets }) => ({
      since,
      until,
      lanes: scriptLanes(buckets, state === 'crowd' ? 14 : 3),
    }),
    'incident.current': () => ({ incident: null }),
    'activity.verify': () => ({
      ok: true,
      entries: 48_213,
      firstBad: null,
      head: null,
      sealedTo: 48_000,
      gaps: [],
      byBlocks: null,
      ms: 412,
    }),
    'secrets.list': () => ({ secrets: fresh ? [] : data.SECRETS, keychain, locked: state === 'stopped' }),
    'secrets.scan': ({ text }) => ({
      redacted: text,
      hits: text.includes('sk-')
        ? [{ what: 'an API key', start: text.indexOf('sk-'), end: text.indexOf('sk-') + 24 }]
        : [],
    }),
    'policy.status': () => ({
      personal: {
        file: '/home/anna/.config/sallyport/policy.json',
        present: true,
        rules: 6,
        faults: [
          {
            file: 'policy.json',
            line: 14,
            column: 9,
            text: '"effekt" is not a key of a rule; did you mean "effect"?',
          },
        ],
        usingLastGood: true,
      },
      managed: {
        file: '/etc/sallyport/policy.json',
        present: true,
        rules: 41,
        faults: [],
        failedClosed: false,
      },
      locked,
    }),
    'policy.text': () => ({
      text: '{\n  // Ask before every push\n  "version": 1,\n  "rules": [\n    {\n      "id": "no-quiet-push",\n      "effect": "ask",\n      "capabilities": ["command.run"],\n      "commands": [["git", "push"]],\n      "reason": "I want to see what goes out."\n    }\n  ]\n}\n',
    }),
    'policy.simulate': () => ({
      total: 60,
      allow: 43,
      ask: 12,
      deny: 5,
      differ: [
        {
          seq: 4812,
          subject: 'Run git push origin main in ~/work/site',
          was: 'allow',
          now: { effect: 'ask', because: [] },
        },
        { seq: 4700, subject: 'Read ~/.ssh/config', was: 'ask', now: { effect: 'deny', because: [] } },
      ],
    }),
    'settings.get': () => ({ settings, locked, fileLimits: {} }),
    'settings.set': (part) => ({ settings: { ...settings, ...part }, locked, fileLimits: {} }),
    'incident.start': () => ({ folder: '/home/anna/Sallyport incident 2026-05-12', files: [] }),
  }
}

function scriptLanes(buckets: number, count: number) {
  let seed = 7
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const agents = Array.from({ length: count }, (_, n) => {
    const known = data.AGENTS[n % data.AGENTS.length]
    return { id: `${known?.id}${n < 4 ? '' : n}`, name: `${known?.name}${n < 4 ? '' : ` ${n}`}` }
  })
  return agents.map(({ id, name }) => ({
    principalId: id,
    name,
    points: Array.from({ length: buckets }, (_, bucket) => {
      const busy = random() > 0.6
      return {
        bucket,
        allow: busy ? Math.ceil(random() * 30) : 0,
        ask: random() > 0.985 ? 1 : 0,
        deny: random() > 0.988 ? 1 : 0,
        stop: 0,
      }
    }),
  }))
}

function flood(tell: (rows: ReturnType<typeof data.makeRow>[], total: number) => void): void {
  let seq = 48_214
  setInterval(() => {
    const rows = Array.from({ length: 100 }, () => data.makeRow(seq++, Date.now()))
    tell(rows, seq)
  }, 25)
}

/** A desk with real grants in memory, and requests to ask about. The clock is the test's. */

import type { Answer, Question } from '../../../contract/consent.ts'
import { Perimeter } from '../../../contract/perimeter.ts'
import type { Need } from '../../../contract/resource.ts'
import { openGrantBook } from '../../grants/grant-book.ts'
import { partCovers } from '../../grants/match-scope.ts'
import { scopeSteps } from '../../grants/scope-steps.ts'
import type { AskInput, DocumentStore, Prepared, RecordedRequest } from '../../ports.ts'
import { createConsentDesk } from '../consent-desk.ts'
import type { AwaySummary } from '../desk.ts'

export const HASH = 'a'.repeat(64)

export function memoryStore(): DocumentStore & { broken: boolean } {
  const kinds = new Map<string, Map<string, unknown>>()
  return {
    broken: false,
    get: (kind, id) => kinds.get(kind)?.get(id),
    put(kind, id, value) {
      if (this.broken) throw new Error('disk full')
      const map = kinds.get(kind) ?? new Map<string, unknown>()
      kinds.set(kind, map.set(id, structuredClone(value)))
    },
    delete: (kind, id) => void kinds.get(kind)?.delete(id),
    list: (kind) => [...(kinds.get(kind) ?? [])].map(([id, value]) => ({ id, value })),
  }
}

export function openDesk(
  change: { promptBudget?: number; past?: RecordedRequest[]; ceiling?: string | null } = {},
) {
  let count = 0
  const newId = (kind: string) => `${kind}_${++count}`
  const store = memoryStore()
  const grants = openGrantBook({ store, clock: Date.now, newId, home: '/home/ada' })
  const paused: string[] = []
  const returns: AwaySummary[] = []
  const ceiling = change.ceiling === undefined ? '/home/ada/work' : change.ceiling
  const desk = createConsentDesk({
    clock: Date.now,
    newId,
    settings: () => ({ promptBudget: change.promptBudget ?? 20, questionSeconds: 300, awayMinutes: 480 }),
    grants,
    grantIndex: grants.index,
    ladder: (needs) => scopeSteps(needs, { home: '/home/ada', ceiling: () => ceiling }),
    recorded: async () => change.past ?? [],
    covers: partCovers,
    pauseAgent: (id) => paused.push(id),
    onReturn: (summary) => returns.push(summary),
  })
  desk.setSurface(true)
  return { desk, grants, store, paused, returns }
}

export const write = (path: string): Need => ({ capability: 'fs.write', resource: { kind: 'path', path } })
export const run = (program: string, args: string[], opaque = false): Need => ({
  capability: 'command.run',
  resource: { kind: 'command', program, args, cwd: '/home/ada/work', opaque },
})

export function request(
  need: Need | Need[] = write('/home/ada/work/a.txt'),
  change: {
    prepared?: Partial<Prepared>
    context?: Partial<AskInput['context']>
    input?: Partial<AskInput>
  } = {},
): AskInput {
  const needs = Array.isArray(need) ? need : [need]
  const [first] = needs
  return {
    prepared: {
      operation: 'fs.writeFile',
      capability: first?.capability ?? 'fs.write',
      needs,
      exact: [{ label: 'path', text: JSON.stringify(needs), spans: [], long: false }],
      diff: null,
      binding: JSON.stringify(needs),
      sentence: { verb: 'Write', object: 'a.txt', tail: 'in work' },
      bytesOut: 0,
      destructive: false,
      dispose() {},
      ...change.prepared,
    },
    context: {
      principal: { id: 'agent_1', kind: 'agent', name: 'Tidy' },
      perimeter: Perimeter.parse({}),
      run: { id: 'run_1', title: 'Tidy up' },
      callId: 'call_1',
      tool: { name: 'files', version: '1.0.0', hash: HASH, manifest: {} as never },
      signal: new AbortController().signal,
      ...change.context,
    },
    because: [
      { layer: 'perimeter', rule: 'perimeter:folders[0]', text: 'Changing files in ~/work asks first.' },
    ],
    flow: { lamps: { outside: false, private: false, send: false }, backed: true, unbacked: [] },
    spans: [],
    origins: [],
    ...change.input,
  }
}

export function answerTo(question: Question | undefined, change: Partial<Answer> = {}): Answer {
  return {
    questionId: question?.id ?? 'q_none',
    hash: question?.hash ?? '0'.repeat(64),
    answer: 'allow',
    scope: 'once',
    step: 0,
    reason: '',
    rememberDeny: false,
    pauseAgent: false,
    shownMs: 600,
    ...change,
  }
}

import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ModelChoice, RunItem, RunView } from '../../contract/agent.ts'
import { Decision } from '../../contract/decision.ts'
import { failed, ok, refused } from '../../contract/outcome.ts'
import { Budgets, Perimeter } from '../../contract/perimeter.ts'
import { openTestRuns, type TestRuns, type TestRunsOptions } from '../../e2e/fixtures/open-test-runs.ts'
import { type ModelServer, startModelServer } from '../../e2e/harness/model-server.ts'
import { createScanAside } from '../secrets/scan-aside.ts'
import { inputOf } from './open-agent-book.ts'

let server: ModelServer
let open: TestRuns[] = []
beforeEach(async () => {
  server = await startModelServer()
})
afterEach(async () => {
  for (const parts of open) await parts.close()
  open = []
  await server.close()
})
function openRuns(options: TestRunsOptions = {}): TestRuns {
  const parts = openTestRuns(options)
  open.push(parts)
  return parts
}
const model = (more: Partial<ModelChoice> = {}): ModelChoice => ({
  provider: 'openai-compatible',
  model: 'test-model',
  baseUrl: server.baseUrl,
  ...more,
})
const call = (input: unknown = {}) => ({ toolCalls: [{ name: 'probe__main', input }] })
const budgets = (more: Partial<Budgets>) => ({ budgets: Budgets.parse(more) })
const items = <K extends RunItem['kind']>(view: RunView, kind: K) =>
  view.items.filter((item): item is Extract<RunItem, { kind: K }> => item.kind === kind)
const never = () => new Promise<never>(() => {})

describe('a run', () => {
  it('speaks, calls a tool, reads its result, and ends', async () => {
    server.says([{ text: 'I look.', ...call({ path: '/a' }) }, { text: 'It holds two files.' }])
    const seen: unknown[] = []
    const parts = openRuns({
      answer: (context, { fn, input, callId }) => {
        seen.push({
          fn,
          input,
          callId,
          principal: context.principal,
          run: context.run?.title,
          ownModel: context.ownModel?.model,
        })
        return ok({ files: 2 })
      },
    })
    const view = await parts.run(parts.makeAgent(model()).id, 'Count the files\nplease')
    expect(view).toMatchObject({
      state: 'done',
      ended: '',
      title: 'Count the files',
      calls: 1,
      tokens: 60,
      undoable: 2,
      tour: false,
    })
    expect(view.items.map(({ kind }) => kind)).toEqual(['prompt', 'text', 'call', 'text'])
    expect(items(view, 'text').map(({ text, done }) => [text, done])).toEqual([
      ['I look.', true],
      ['It holds two files.', true],
    ])
    const [shown] = items(view, 'call')
    expect(shown).toMatchObject({
      tool: 'probe',
      function: 'main',
      title: 'Probe: Main',
      state: 'ok',
      summary: '{"files":2}',
      input: { path: '/a' },
    })
    expect(seen).toEqual([
      {
        fn: 'main',
        input: { path: '/a' },
        callId: shown?.id,
        principal: { id: view.agentId, kind: 'agent', name: 'Ada' },
        run: 'Count the files',
        ownModel: 'test-model',
      },
    ])
    const [, second] = server.requests
    expect(second?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool'])
    expect(second?.messages.at(-1)?.content).toBe('{"files":2}')
    expect(parts.passed).toEqual(['model.call', 'model.call'])
    expect(parts.entries.map(({ kind, subject }) => [kind, subject])).toEqual([
      ['agent', 'Made the agent Ada'],
      ['run.start', 'Start “Count the files”'],
      ['run.end', 'End “Count the files”: done'],
    ])
    expect(parts.ended).toEqual([view.id])
    expect(parts.faults).toEqual([])
  })

  it('has a title without the key that stands in its first line, in the list and in the record', async () => {
    const key = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`
    server.says([{ text: 'I know no such place.' }])
    const parts = openRuns({ answer: () => ok(null) })
    const view = await parts.run(parts.makeAgent(model()).id, `Log in with ${key} and count`)
    expect(view?.title).toBe('Log in with [GitHub token removed] and count')
    expect(JSON.stringify(parts.entries)).not.toContain(key)
  })

  it('tells its text while it grows', async () => {
    server.says([{ text: 'x'.repeat(400), delayMs: 10 }])
    const parts = openRuns()
    const view = await parts.run(parts.makeAgent(model()).id)
    const lengths = parts.events.flatMap(({ name, payload }) => {
      const item = name === 'runItem' ? (payload as { item: RunItem }).item : null
      return item?.kind === 'text' ? [item.text.length] : []
    })
    expect(lengths.length).toBeGreaterThan(3)
    expect(lengths.length).toBeLessThan(30)
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b))
    expect(lengths.at(-1)).toBe(400)
    expect(view.state).toBe('done')
  })

  it('shows each effect of a call as it goes, and that it asks', async () => {
    server.says([call(), { text: 'Done.' }])
    const decision = Decision.parse({
      effect: 'ask',
      because: [{ layer: 'perimeter', rule: 'x', text: 'y' }],
    })
    const notice = {
      id: 'fx_1',
      seq: 7,
      capability: 'fs.write' as const,
      subject: 'Write a.md',
      decision,
      asked: true,
      ms: null,
    }
    const states: unknown[] = []
    const parts: TestRuns = openRuns({
      answer: (context) => {
        context.onWait?.(true)
        context.onEffect?.({ ...notice, state: 'asking' })
        states.push(
          parts.runs.list({ limit: 1 })[0]?.state,
          parts.runs.get(parts.runs.list({ limit: 1 })[0]?.id ?? '')?.items.at(-1),
        )
        context.onWait?.(false)
        context.onEffect?.({ ...notice, state: 'ok', ms: 3 })
        states.push(parts.runs.list({ limit: 1 })[0]?.state)
        return ok(null)
      },
    })
    const view = await parts.run(parts.makeAgent(model()).id)
    expect(states[0]).toBe('running') // told, but written with the next save
    expect(states[1]).toMatchObject({
      state: 'asking',
      effects: [{ subject: 'Write a.md', state: 'asking' }],
    })
    const told = parts.events
      .filter(({ name }) => name === 'run')
      .map(({ payload }) => (payload as { state: string }).state)
    expect(told).toContain('asking')
    const { id: _, ...effect } = notice
    expect(items(view, 'call')[0]?.effects).toEqual([{ ...effect, state: 'ok', ms: 3 }])
  })

  it('goes on after a refusal, which the model reads and the person sees', async () => {
    server.says([call(), { text: 'Then not.' }])
    const parts = openRuns({
      answer: () =>
        refused('outside-perimeter', 'That folder is not inside.', 'Not inside. Don’t try another way.'),
    })
    const view = await parts.run(parts.makeAgent(model()).id)
    expect(view.state).toBe('done')
    expect(items(view, 'call')[0]).toMatchObject({ state: 'refused', summary: 'That folder is not inside.' })
    expect(server.requests[1]?.messages.at(-1)?.content).toContain('Don’t try another way.')
  })

  it('goes on after a tool crashed', async () => {
    server.says([call(), { text: 'It crashed.' }])
    const parts = openRuns({ answer: () => failed('crashed', 'The tool’s process ended.') })
    const view = await parts.run(parts.makeAgent(model()).id)
    expect(view.state).toBe('done')
    expect(items(view, 'call')[0]).toMatchObject({ state: 'failed', summary: 'The tool’s process ended.' })
  })

  it('answers a call of a tool that does not exist, so that the model can mend it', async () => {
    server.says([{ toolCalls: [{ name: 'shell__run', input: {} }] }, { text: 'I see.' }])
    const parts = openRuns({ answer: () => Promise.reject(new Error('must not be called')) })
    const view = await parts.run(parts.makeAgent(model()).id)
    expect(view.state).toBe('done')
    expect(items(view, 'note')[0]?.text).toMatch(/no tool named “shell__run”/)
    expect(server.requests[1]?.messages.at(-1)?.content).toMatch(/There are: probe__main/)
  })

  it('ends a model that asks again and again for what can’t be called, long before its budget is spent', async () => {
    server.says(() => ({ toolCalls: [{ name: 'shell__run', input: {} }] }))
    const parts = openRuns()
    const view = await parts.run(parts.makeAgent(model()).id, 'Go')
    expect(view).toMatchObject({ state: 'failed', calls: 0 })
    expect(view.ended).toMatch(/5 times in a row .* shell__run: There is no tool named/)
    expect(items(view, 'note')).toHaveLength(5)
  })

  it('lets a model go on that mends its call in between', async () => {
    server.says((_request, turn) =>
      turn === 24
        ? { text: 'Done.' }
        : turn % 4 === 3
          ? call({ path: '/a' })
          : { toolCalls: [{ name: 'shell__run', input: {} }] },
    )
    const parts = openRuns()
    expect(await parts.run(parts.makeAgent(model()).id, 'Go')).toMatchObject({ state: 'done' })
  })

  it('offers only tools of the perimeter, in the version that was allowed', async () => {
    server.says([{ text: 'Hi.' }])
    const parts = openRuns()
    await parts.run(parts.makeAgent(model(), { tools: [] }).id)
    await parts.run(parts.makeAgent(model(), { tools: [{ name: 'probe', hash: 'a'.repeat(64) }] }).id)
    await parts.run(parts.makeAgent(model()).id)
    expect(server.requests.map(({ tools }) => tools?.length ?? 0)).toEqual([0, 0, 1])
  })

  it('does not put a result into the conversation that is too long to read', async () => {
    server.says([call(), { text: 'Too much.' }])
    const parts = openRuns({ answer: () => ok('x'.repeat(300_000)) })
    await parts.run(parts.makeAgent(model()).id)
    expect(server.requests[1]?.messages.at(-1)?.content).toMatch(/too long to be read \(300000 characters/)
  })

  it('uses the perimeter as it stands at each call: what a person takes away is gone', async () => {
    server.says([call(), call(), { text: 'Done.' }])
    const seen: number[] = []
    const parts: TestRuns = openRuns({
      answer: (context) => {
        seen.push(context.perimeter.folders.length)
        const agent = parts.book.list()[0]
        if (agent)
          parts.book.update(
            agent.id,
            { ...inputOf(agent), perimeter: Perimeter.parse({ tools: [{ name: 'probe' }] }) },
            'you',
          )
        return ok(null)
      },
    })
    await parts.run(
      parts.makeAgent(model(), { folders: [{ path: '/tmp/x', read: 'allow', write: 'ask' }] }).id,
    )
    expect(seen).toEqual([1, 0])
  })

  it('goes on beside others', async () => {
    server.says((request) =>
      request.messages.at(-1)?.role === 'user'
        ? call()
        : { text: String(request.messages[1]?.content), delayMs: 5 },
    )
    const parts = openRuns()
    const agent = parts.makeAgent(model())
    const views = await Promise.all(['One', 'Two', 'Three'].map((prompt) => parts.run(agent.id, prompt)))
    expect(views.map(({ state }) => state)).toEqual(['done', 'done', 'done'])
    expect(views.map((view) => items(view, 'text').at(-1)?.text)).toEqual(['One', 'Two', 'Three'])
  })
})

describe('a run ends with a clear word', () => {
  it('when the model can not be reached', async () => {
    const parts = openRuns()
    const agent = parts.makeAgent(model())
    await server.close()
    expect(await parts.run(agent.id)).toMatchObject({
      state: 'failed',
      ended: expect.stringMatching(/Nothing answers at/),
    })
  })

  it('when something inside breaks', async () => {
    server.says([call()])
    const parts = openRuns({ answer: () => Promise.reject(new TypeError('boom')) })
    const view = await parts.run(parts.makeAgent(model()).id)
    expect(view).toMatchObject({ state: 'failed', ended: expect.stringMatching(/went wrong/) })
    expect(items(view, 'call')[0]?.state).toBe('failed')
    expect(String(parts.faults[0])).toContain('boom')
  })

  it.each([
    ['tool calls', { calls: 3 }],
    ['tokens', { tokens: 70 }],
    ['money', { money: 0.00005 }],
  ])('when its budget of %s is used up', async (what, more) => {
    server.says(() => call())
    const parts = openRuns()
    const agent = parts.makeAgent(model({ price: { input: 1, output: 1 } }), budgets(more))
    const view = await parts.run(agent.id)
    expect(view).toMatchObject({
      state: 'failed',
      ended: expect.stringMatching(new RegExp(`budget of ${what}`)),
    })
    expect(view.calls).toBeLessThan(5)
  })

  it('when its time is over, in the middle of a tool that never ends', async () => {
    server.says([call()])
    const parts = openRuns({ answer: never })
    const view = await parts.run(parts.makeAgent(model(), budgets({ minutes: 0.005 })).id)
    expect(view).toMatchObject({ state: 'failed', ended: expect.stringMatching(/budget of time/) })
  })

  it('but time in which a person is asked does not count', async () => {
    server.says([call(), { text: 'Done.' }])
    const parts = openRuns({
      answer: async (context) => {
        context.onWait?.(true)
        await new Promise((resolve) => setTimeout(resolve, 700))
        context.onWait?.(false)
        return ok(null)
      },
    })
    expect(await parts.run(parts.makeAgent(model(), budgets({ minutes: 0.01 })).id)).toMatchObject({
      state: 'done',
    })
  })

  it('nor does time in which its agent is paused, in the middle of a call', async () => {
    server.says([call(), { text: 'Done.' }])
    const parts: TestRuns = openRuns({
      answer: async () => {
        parts.stop.setPaused('you', true)
        await new Promise((resolve) => setTimeout(resolve, 900))
        parts.stop.setPaused('you', false)
        return ok(null)
      },
    })
    expect(await parts.run(parts.makeAgent(model(), budgets({ minutes: 0.01 })).id)).toMatchObject({
      state: 'done',
    })
  })

  it('when the gate says that a budget is used up', async () => {
    server.says(() => call())
    const parts = openRuns({
      answer: () => refused('budget', 'This run has used its budget of bytes sent out.'),
    })
    expect(await parts.run(parts.makeAgent(model()).id)).toMatchObject({
      state: 'failed',
      calls: 1,
      ended: expect.stringMatching(/bytes sent out/),
    })
  })

  it('when the model goes round for ever', async () => {
    server.says(() => call())
    const parts = openRuns()
    const view = await parts.run(parts.makeAgent(model()).id)
    expect(view).toMatchObject({ state: 'failed', ended: expect.stringMatching(/200 turns/) })
  })

  it('when its agent is deleted or frozen in the middle', async () => {
    server.says(() => call())
    const parts: TestRuns = openRuns({
      answer: (context) => {
        parts.book.freeze(context.principal.id, 'A canary turned up.')
        return ok(null)
      },
    })
    const agent = parts.makeAgent(model())
    expect(await parts.run(agent.id)).toMatchObject({
      state: 'stopped',
      ended: expect.stringMatching(/frozen: A canary/),
    })
    expect(parts.runs.start({ agentId: agent.id, prompt: 'Again', caller: 'you' })).toMatchObject({
      kind: 'refused',
      code: 'stopped',
    })
    parts.book.thaw(agent.id, 'you')
    const started = parts.runs.start({ agentId: agent.id, prompt: 'Again', caller: 'you' })
    if (started.kind !== 'ok') throw new Error(started.person)
    parts.runs.cancelAgent(agent.id, 'you')
    parts.book.delete(agent.id, 'you')
    expect(await parts.runs.whenEnded(started.value.id)).toMatchObject({ state: 'cancelled' })
  })

  it('when the activity log can not be written: no run starts', () => {
    const parts = openRuns()
    const agent = parts.makeAgent(model())
    parts.breakLog()
    expect(parts.runs.start({ agentId: agent.id, prompt: 'Go', caller: 'you' })).toMatchObject({
      kind: 'refused',
      code: 'unavailable',
    })
    expect(parts.runs.active()).toBe(0)
    expect(server.requests).toEqual([])
  })
})

describe('ending a run', () => {
  const hangs: TestRunsOptions = { answer: never }

  describe('while its long prompt is still looked through', () => {
    const LONG = 'Count the files, please. '.repeat(10_000)
    const leaks = createScanAside()
    afterAll(() => leaks.end())

    it('it does not begin after that', async () => {
      const parts = openRuns({ leaks })
      const looking = leaks.redactKnown(LONG)
      expect(looking).toBeInstanceOf(Promise)
      const started = parts.runs.start({ agentId: parts.makeAgent(model()).id, prompt: LONG, caller: 'you' })
      const { id } = (started as Extract<typeof started, { kind: 'ok' }>).value
      parts.runs.cancel(id, 'you')
      const before = parts.events.length
      await leaks.redactKnown(LONG)
      expect([parts.passed, parts.events.slice(before), server.requests, parts.faults]).toEqual([
        [],
        [],
        [],
        [],
      ])
      expect(parts.runs.get(id)).toMatchObject({ state: 'cancelled', items: [] })
    })

    it('a disk that is full then ends that run, and no more', async () => {
      const parts = openRuns({ leaks })
      const started = parts.runs.start({ agentId: parts.makeAgent(model()).id, prompt: LONG, caller: 'you' })
      const { id } = (started as Extract<typeof started, { kind: 'ok' }>).value
      const { put } = parts.store
      parts.store.put = () => {
        parts.store.put = put
        throw new Error('no space')
      }
      expect(await parts.runs.whenEnded(id)).toMatchObject({ state: 'failed' })
      expect(parts.faults).toEqual([new Error('no space')])
      expect(parts.passed).toEqual([])
    })
  })

  it('cancel ends it at once, whatever hangs', async () => {
    server.says([call()])
    const parts = openRuns(hangs)
    const started = parts.runs.start({ agentId: parts.makeAgent(model()).id, prompt: 'Go', caller: 'you' })
    if (started.kind !== 'ok') throw new Error(started.person)
    const { id } = started.value
    await expect.poll(() => parts.runs.get(id)?.items.length).toBe(2)
    expect(parts.runs.cancel(id, 'you, in the app')).toEqual(ok(true))
    const view = parts.runs.get(id)
    expect(view).toMatchObject({ state: 'cancelled', ended: 'Cancelled by you, in the app.' })
    expect(view?.items.at(-1)).toMatchObject({ kind: 'call', state: 'failed' })
    expect(parts.runs.active()).toBe(0)
    expect(parts.runs.cancel('run_nobody', 'you')).toMatchObject({ kind: 'failed', code: 'not-found' })
  })

  it('Stop ends all runs at once and nothing starts until it is resumed', async () => {
    server.says(() => ({ text: 'I think', hang: true }))
    const parts = openRuns()
    const agent = parts.makeAgent(model())
    const ids = [1, 2].map(() => {
      const started = parts.runs.start({ agentId: agent.id, prompt: 'Go', caller: 'you' })
      return started.kind === 'ok' ? started.value.id : ''
    })
    await expect.poll(() => server.requests.length).toBe(2)
    const receipt = await parts.stop.stop('you')
    expect(receipt.runs).toBe(2)
    for (const id of ids)
      expect(parts.runs.get(id)).toMatchObject({ state: 'stopped', ended: 'Stop was pressed.' })
    expect(parts.runs.start({ agentId: agent.id, prompt: 'Go', caller: 'you' })).toMatchObject({
      kind: 'refused',
      code: 'stopped',
    })
    parts.stop.resume('you')
    server.says([{ text: 'Hello.' }])
    expect(await parts.run(agent.id)).toMatchObject({ state: 'done' })
  })

  it('Stop of one agent leaves the others alone', async () => {
    server.says(() => call())
    const parts = openRuns(hangs)
    const [first, second] = [parts.makeAgent(model()), parts.makeAgent(model())]
    for (const { id } of [first, second]) parts.runs.start({ agentId: id, prompt: 'Go', caller: 'you' })
    await expect.poll(() => server.requests.length).toBe(2)
    const receipt = await parts.stop.stop('you', first.id)
    expect(receipt.runs).toBe(1)
    expect(parts.runs.list({ agentId: second.id, limit: 1 })[0]?.state).toBe('running')
  })

  it('a paused agent waits, asks no model, and goes on when it is resumed', async () => {
    server.says([call(), { text: 'Done.' }])
    const parts = openRuns()
    const agent = parts.makeAgent(model())
    parts.stop.setPaused('you', true, agent.id)
    expect(parts.book.get(agent.id)?.paused).toBe(true)
    const started = parts.runs.start({ agentId: agent.id, prompt: 'Go', caller: 'you' })
    if (started.kind !== 'ok') throw new Error(started.person)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(server.requests).toEqual([])
    expect(parts.events.filter(({ name }) => name === 'run').at(-1)?.payload).toMatchObject({
      state: 'paused',
    })
    parts.stop.setPaused('you', false, agent.id)
    expect(await parts.runs.whenEnded(started.value.id)).toMatchObject({ state: 'done' })
  })

  it('a pause ended by cancel ends the run', async () => {
    const parts = openRuns()
    const agent = parts.makeAgent(model())
    parts.stop.setPaused('you', true)
    const started = parts.runs.start({ agentId: agent.id, prompt: 'Go', caller: 'you' })
    if (started.kind !== 'ok') throw new Error(started.person)
    parts.runs.cancel(started.value.id, 'you')
    expect(await parts.runs.whenEnded(started.value.id)).toMatchObject({ state: 'cancelled' })
    expect(parts.faults).toEqual([])
  })

  it('what was under way when the broker ended reads as interrupted, with all its items', async () => {
    server.says([{ text: 'I begin.', ...call() }])
    const parts = openTestRuns(hangs)
    const started = parts.runs.start({ agentId: parts.makeAgent(model()).id, prompt: 'Go', caller: 'you' })
    if (started.kind !== 'ok') throw new Error(started.person)
    const { id } = started.value
    await expect.poll(() => parts.runs.get(id)?.items.length).toBe(3)
    parts.store.close() // as a killed process leaves it: nothing more is written
    const again = openRuns({ folder: parts.folder })
    const view = again.runs.get(id)
    expect(view).toMatchObject({
      state: 'interrupted',
      ended: expect.stringMatching(/ended while this run was under way/),
    })
    expect(view?.items.map(({ kind }) => kind)).toEqual(['prompt', 'text', 'call'])
    expect(view?.items.at(-1)).toMatchObject({ state: 'failed' })
    expect(again.runs.active()).toBe(0)
    expect(again.book.list()).toHaveLength(1)
  })
})

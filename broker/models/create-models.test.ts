import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ModelChoice } from '../../contract/agent.ts'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import { type EchoServer, startEchoServer } from '../../e2e/harness/echo-server.ts'
import { type ModelServer, startModelServer } from '../../e2e/harness/model-server.ts'
import { mintPermit, type Permit } from '../gate/permit.ts'
import type { Gate, ModelEvent, ModelMessage, SecretVault } from '../ports.ts'
import { createModels, type ModelsOptions } from './create-models.ts'

let server: ModelServer
let echo: EchoServer
beforeEach(async () => {
  server = await startModelServer()
  echo = await startEchoServer()
})
afterEach(async () => {
  await server.close()
  await echo.close()
})

const KEY = 'sk-test-only-0123456789'
type Effect = Parameters<Gate['passNeed']>[1]

/** A gate that lets through, or not, with a real permit; and a vault that wants one. */
function createParts(over: { refuse?: Outcome<never>; limits?: ModelsOptions['limits'] } = {}) {
  const passed: Pick<Effect, 'need' | 'sentence' | 'exact' | 'binding' | 'bytesOut'>[] = []
  const outcomes: Outcome<unknown>[] = []
  const details: unknown[] = []
  const revealed: { name: string; target: unknown; used: boolean }[] = []
  const passNeed: Gate['passNeed'] = async (context, effect) => {
    passed.push(effect)
    if (over.refuse) return over.refuse
    const { capability } = effect.need
    const facts = {
      principalId: context.principal.id,
      principalName: context.principal.name,
      tool: context.tool?.name ?? null,
      runId: null,
      callId: context.callId,
      capability,
      binding: effect.binding,
      intent: 1,
    }
    const outcome = await effect.perform(mintPermit(facts))
    outcomes.push(outcome)
    if (outcome.kind === 'ok') details.push(effect.details?.(outcome.value))
    return outcome
  }
  const reveal: SecretVault['reveal'] = async (permit: Permit, name, target) => {
    revealed.push({ name, target, used: permit.used })
    return name === 'model-key' ? ok(KEY) : failed('not-found', `There is no secret “${name}”.`)
  }
  let ids = 0
  const models = createModels({
    gate: { passNeed },
    vault: { reveal },
    http: fetch,
    newId: (kind) => `${kind}_${++ids}`,
    ...(over.limits ? { limits: over.limits } : {}),
  })
  return { models, passed, outcomes, details, revealed }
}
const context = (signal = new AbortController().signal) => ({
  principal: { id: 'agent_1', kind: 'agent' as const, name: 'Ada' },
  perimeter: Perimeter.parse({}),
  run: { id: 'run_1', title: 'A run' },
  signal,
})
const compatible = (more: Partial<ModelChoice> = {}): ModelChoice => ({
  provider: 'openai-compatible',
  model: 'test-model',
  baseUrl: server.baseUrl,
  ...more,
})
const hello: ModelMessage[] = [
  { role: 'instructions', text: 'Be brief.' },
  { role: 'person', text: 'Hello' },
]
const tools = [
  {
    name: 'files__list',
    description: 'Lists.',
    input: { type: 'object', properties: { path: { type: 'string' } } },
  },
]
async function collect(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const found: ModelEvent[] = []
  for await (const event of events) found.push(event)
  return found
}
const textIn = (events: ModelEvent[]) =>
  events.map((event) => (event.kind === 'text' ? event.text : '')).join('')
const faultIn = (events: ModelEvent[]) => {
  const last = events.at(-1)
  if (last?.kind !== 'fault') throw new Error(`no fault but ${JSON.stringify(last)}`)
  return last.fault
}
const ask = (
  parts: ReturnType<typeof createParts>,
  choice: ModelChoice,
  messages = hello,
  signal = new AbortController().signal,
) => collect(parts.models.client(choice, context()).stream({ messages, tools, signal }))

test('streams text, hands tool calls back unexecuted, and counts tokens', async () => {
  server.says([
    { text: 'I look at the folder first.', toolCalls: [{ name: 'files__list', input: { path: '/tmp' } }] },
  ])
  const parts = createParts()
  const events = await ask(parts, compatible())
  expect(textIn(events)).toBe('I look at the folder first.')
  expect(events.filter(({ kind }) => kind === 'text').length).toBeGreaterThan(1)
  expect(events).toContainEqual({
    kind: 'call',
    call: { id: 'call_1_0', name: 'files__list', input: { path: '/tmp' } },
  })
  expect(events.at(-1)).toEqual({ kind: 'end', reason: 'calls', tokensIn: 20, tokensOut: 10 })
  // The record says so too.
  expect(parts.details).toEqual([{ inputTokens: 20, outputTokens: 10 }])
})

test('sends instructions, conversation, calls and results as the API wants them', async () => {
  server.says([{ text: 'Done.' }])
  const call = { id: 'call_9', name: 'files__list', input: { path: '/a' } }
  await ask(createParts(), compatible(), [
    ...hello,
    { role: 'model', text: 'I look.', calls: [call, { ...call, id: 'call_10' }] },
    { role: 'tool', callId: 'call_9', name: 'files__list', text: 'two files', outcome: ok(null) },
    {
      role: 'tool',
      callId: 'call_10',
      name: 'files__list',
      text: 'Refused: no',
      outcome: refused('outside-perimeter', 'no'),
    },
  ])
  const sent = server.requests[0]
  expect(sent?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'tool'])
  expect(sent?.messages[0]?.content).toBe('Be brief.')
  expect(sent?.messages[2]?.tool_calls?.[0]).toMatchObject({
    id: 'call_9',
    function: { name: 'files__list', arguments: '{"path":"/a"}' },
  })
  expect(sent?.messages[3]).toMatchObject({ tool_call_id: 'call_9', content: 'two files' })
  expect(sent?.messages[4]?.content).toMatch(/Refused: no/)
  expect(sent?.tools?.[0]?.function).toMatchObject({ name: 'files__list', parameters: { type: 'object' } })
})

test('every call passes the gate as model.call on provider, model and origin, bound to what is sent', async () => {
  server.says([{ text: 'Hi.' }, { text: 'Hi.' }])
  const parts = createParts()
  await ask(parts, compatible())
  await ask(parts, compatible(), [{ role: 'person', text: 'Something else' }])
  expect(parts.passed[0]?.need).toEqual({
    capability: 'model.call',
    resource: {
      kind: 'model',
      provider: 'openai-compatible',
      model: 'test-model',
      origin: `http://127.0.0.1:${server.port}`,
    },
  })
  expect(parts.passed[0]?.binding).not.toBe(parts.passed[1]?.binding)
  const spent = ok({ inputTokens: 20, outputTokens: 10 })
  expect(parts.outcomes).toEqual([spent, spent])
})

test('what the gate refuses reaches no server', async () => {
  const parts = createParts({ refuse: refused('denied-by-person', 'You said no.') })
  const events = await ask(parts, compatible())
  expect(events).toEqual([{ kind: 'fault', fault: refused('denied-by-person', 'You said no.') }])
  expect(server.received).toEqual([])
})

test('the key comes from the vault with the used permit, for this address, and goes only into its header', async () => {
  server.says([{ text: 'Hi.' }])
  const parts = createParts()
  await ask(parts, compatible({ secret: 'model-key' }))
  expect(parts.revealed).toEqual([
    {
      name: 'model-key',
      target: { origin: `http://127.0.0.1:${server.port}`, path: '/v1', place: 'header' },
      used: true,
    },
  ])
  expect(server.received.find(({ path }) => path.endsWith('completions'))?.headers.authorization).toBe(
    `Bearer ${KEY}`,
  )
  expect(JSON.stringify(parts.passed)).not.toContain(KEY)
})

test('a missing secret is a fault in words, and nothing is sent', async () => {
  const parts = createParts()
  expect(faultIn(await ask(parts, compatible({ secret: 'gone' })))).toMatchObject({ code: 'not-found' })
  expect(faultIn(await ask(parts, { provider: 'openai', model: 'x' }))).toMatchObject({
    code: 'unavailable',
    person: expect.stringMatching(/needs a key/),
  })
  expect(server.received).toEqual([])
})

test('no key is taken from the environment', async () => {
  process.env.OPENAI_API_KEY = 'sk-from-the-environment'
  server.says([{ text: 'Hi.' }])
  await ask(createParts(), compatible())
  delete process.env.OPENAI_API_KEY
  expect(JSON.stringify(server.received)).not.toContain('sk-from-the-environment')
})

test.each([
  [401, 'permission', /did not accept the key/],
  [404, 'not-found', /has no model “test-model”/],
  [400, 'network', /answered with 400/],
])('an answer of %i is a failure with what to do', async (status, code, words) => {
  server.says([{ status }])
  expect(faultIn(await ask(createParts(), compatible()))).toMatchObject({
    kind: 'failed',
    code,
    person: expect.stringMatching(words),
  })
})

test('a key that a server sends back in its error is cut out', async () => {
  echo.answer('/v1/chat/completions', {
    status: 401,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error: { message: `bad key ${KEY}` } }),
  })
  const fault = faultIn(
    await ask(createParts(), compatible({ baseUrl: `${echo.origin}/v1`, secret: 'model-key' })),
  )
  expect(fault.person).toContain('bad key [key]')
  expect(JSON.stringify(fault)).not.toContain(KEY)
})

test('nothing that answers is said at once, without trying again', async () => {
  await server.close()
  const started = performance.now()
  const fault = faultIn(await ask(createParts(), compatible()))
  expect(fault).toMatchObject({
    kind: 'failed',
    code: 'network',
    person: expect.stringMatching(/^Nothing answers at http:\/\/127\.0\.0\.1:\d+\/v1\. Check the address/),
  })
  // Two tries more would wait six seconds between them.
  expect(performance.now() - started).toBeLessThan(5_000)
})

test.each<[what: string, answer: (response: ServerResponse) => void, said: RegExp]>([
  [
    'hangs up without an answer',
    (response) => void response.destroy(),
    /^Nothing answers at \S+: it closed the connection\. Check/,
  ],
  [
    'hangs up in the middle of its answer',
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const delta = { choices: [{ index: 0, delta: { content: 'Hel' } }] }
      response.write(`data: ${JSON.stringify(delta)}\n\n`, () => setTimeout(() => response.destroy(), 50))
    },
    /closed the connection before its answer was complete\./,
  ],
  [
    'does not speak HTTP',
    (response) => void response.socket?.end('SSH-2.0-OpenSSH_9\r\n'),
    /answered with something that is not valid HTTP\. Check the address/,
  ],
])('a model that %s is told of in plain words', async (_what, answer, said) => {
  echo.answer('/v1/chat/completions', (_request, response) => answer(response))
  const fault = faultIn(await ask(createParts(), compatible({ baseUrl: `${echo.origin}/v1` })))
  expect(fault).toMatchObject({ kind: 'failed', code: 'network', person: expect.stringMatching(said) })
  expect(fault.person + fault.model).not.toMatch(/[A-Z]_[A-Z]|\bE[A-Z]{3,}|terminated|other side closed/)
})

test('a redirect is not followed, so a key can not travel on', async () => {
  echo.answer('/v1/chat/completions', {
    status: 307,
    headers: { location: `${server.baseUrl}/chat/completions` },
  })
  const fault = faultIn(
    await ask(createParts(), compatible({ baseUrl: `${echo.origin}/v1`, secret: 'model-key' })),
  )
  expect(fault.kind).toBe('failed')
  expect(server.received).toEqual([])
})

test('arguments that are no JSON come back as a faulty call', async () => {
  const chunk = (choice: object) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, finish_reason: null, ...choice }] })}\n\n`
  echo.answer('/v1/chat/completions', (_request, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(
      chunk({
        delta: {
          tool_calls: [
            {
              index: 0,
              id: 'c1',
              type: 'function',
              function: { name: 'files__list', arguments: '{"path": ' },
            },
          ],
        },
      }),
    )
    response.write(chunk({ delta: {}, finish_reason: 'tool_calls' }))
    response.end('data: [DONE]\n\n')
  })
  const events = await ask(createParts(), compatible({ baseUrl: `${echo.origin}/v1` }))
  const call = events.find((event) => event.kind === 'call')
  expect(call).toMatchObject({ call: { name: 'files__list', input: {}, fault: expect.stringMatching(/./) } })
})

test('ending the run ends the connection', async () => {
  server.says([{ text: 'I think about it', hang: true }])
  const parts = createParts()
  const ended = new AbortController()
  const events: ModelEvent[] = []
  for await (const event of parts.models
    .client(compatible(), context())
    .stream({ messages: hello, tools, signal: ended.signal })) {
    events.push(event)
    if (textIn(events).includes('about it')) ended.abort()
  }
  expect(faultIn(events)).toMatchObject({ kind: 'refused', code: 'cancelled' })
})

test('a model that falls silent is ended with a clear word', async () => {
  server.says([{ text: 'I think', hang: true }])
  const parts = createParts({ limits: { maxBytes: 1e6, idleMs: 200 } })
  expect(faultIn(await ask(parts, compatible()))).toMatchObject({ kind: 'failed', code: 'timeout' })
})

test('an endless answer is ended at its limit', async () => {
  server.says([{ text: 'x'.repeat(20_000) }])
  const parts = createParts({ limits: { maxBytes: 5_000, idleMs: 5_000 } })
  expect(faultIn(await ask(parts, compatible()))).toMatchObject({
    kind: 'failed',
    person: expect.stringMatching(/larger than 5000/),
  })
})

test('a reader that leaves early ends the call', async () => {
  server.says([{ text: 'x'.repeat(5000), delayMs: 5 }])
  const parts = createParts()
  for await (const event of parts.models
    .client(compatible(), context())
    .stream({ messages: hello, tools, signal: new AbortController().signal })) {
    if (event.kind === 'text') break
  }
  await expect.poll(() => parts.outcomes.length).toBe(1)
  expect(parts.outcomes[0]).toMatchObject({ kind: 'refused', code: 'cancelled' })
})

test('OpenAI is spoken to over its own API, and told to keep nothing', async () => {
  const events = [
    { type: 'response.created', response: { id: 'r', created_at: 0, model: 'gpt' } },
    { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'm' } },
    { type: 'response.output_text.delta', item_id: 'm', delta: 'Hi there.' },
    { type: 'response.output_item.done', output_index: 0, item: { type: 'message', id: 'm' } },
    { type: 'response.completed', response: { usage: { input_tokens: 7, output_tokens: 3 } } },
  ]
  echo.answer('/v1/responses', {
    headers: { 'content-type': 'text/event-stream' },
    body: events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''),
  })
  const found = await ask(createParts(), {
    provider: 'openai',
    model: 'gpt',
    baseUrl: `${echo.origin}/v1`,
    secret: 'model-key',
  })
  expect(textIn(found)).toBe('Hi there.')
  expect(found.at(-1)).toEqual({ kind: 'end', reason: 'done', tokensIn: 7, tokensOut: 3 })
  const sent = echo.received[0]
  expect(sent?.headers.authorization).toBe(`Bearer ${KEY}`)
  expect(JSON.parse(sent?.body ?? '{}')).toMatchObject({ store: false, stream: true, model: 'gpt' })
})

test('Anthropic is spoken to over its own API', async () => {
  const events = [
    {
      type: 'message_start',
      message: { id: 'm', model: 'c', role: 'assistant', usage: { input_tokens: 7, output_tokens: 1 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi.' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 't1', name: 'files__list', input: {} },
    },
    {
      type: 'content_block_delta',
      index: 1,
      delta: { type: 'input_json_delta', partial_json: '{"path":"/a"}' },
    },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } },
    { type: 'message_stop' },
  ]
  const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
  echo.answer('/v1/messages', { headers: { 'content-type': 'text/event-stream' }, body })
  const found = await ask(createParts(), {
    provider: 'anthropic',
    model: 'c',
    baseUrl: `${echo.origin}/v1`,
    secret: 'model-key',
  })
  expect(found).toEqual([
    { kind: 'text', text: 'Hi.' },
    { kind: 'call', call: { id: 't1', name: 'files__list', input: { path: '/a' } } },
    { kind: 'end', reason: 'calls', tokensIn: 7, tokensOut: 3 },
  ])
  expect(echo.received[0]?.headers['x-api-key']).toBe(KEY)
})

test.each([
  ['no address', { baseUrl: undefined }, /no address/],
  ['another scheme', { baseUrl: 'file:///etc/passwd' }, /no address of a model/],
  ['a name and password inside', { baseUrl: 'https://me:secret@example.com/v1' }, /user name/],
  [
    'a key in plain text over the network',
    { baseUrl: 'http://example.com/v1', secret: 'model-key' },
    /plain text/,
  ],
])('an address with %s is refused before anything happens', async (_what, more, words) => {
  const parts = createParts()
  expect(faultIn(await ask(parts, compatible(more)))).toMatchObject({
    code: 'invalid-request',
    person: expect.stringMatching(words),
  })
  expect(parts.passed).toEqual([])
})

test('lists models through the gate, and says what is wrong when it can’t', async () => {
  const parts = createParts()
  expect(await parts.models.list(compatible({ secret: 'model-key' }), context())).toEqual(ok(['test-model']))
  expect(parts.passed[0]?.sentence).toMatchObject({ verb: 'List', object: 'models' })
  expect(await parts.models.list({ provider: 'tour', model: 'tour' }, context())).toEqual(ok(['tour']))
  echo.answer('/v1/models', { status: 403 })
  expect(await parts.models.list(compatible({ baseUrl: `${echo.origin}/v1` }), context())).toMatchObject({
    code: 'permission',
  })
  await server.close()
  expect(await parts.models.list(compatible(), context())).toMatchObject({
    kind: 'failed',
    person: expect.stringMatching(/Nothing answers/),
  })
})

test('detects the servers that answer, and waits for none that doesn’t', async () => {
  const models = createModels({
    gate: { passNeed: () => Promise.reject(new Error('detection needs no permit')) },
    vault: { reveal: () => Promise.reject(new Error('detection needs no key')) },
    http: fetch,
    newId: (kind) => kind,
    localServers: [
      { name: 'Ollama', baseUrl: server.baseUrl },
      { name: 'LM Studio', baseUrl: 'http://127.0.0.1:9/v1' },
      { name: 'Odd', baseUrl: `${echo.origin}/v1` },
    ],
  })
  expect(await models.detect()).toEqual([{ name: 'Ollama', baseUrl: server.baseUrl, models: ['test-model'] }])
})

/**
 * A model on loopback that speaks the OpenAI chat API, with streaming and tool calls. It says what the test wrote for
 * it, turn by turn, and keeps what it was asked.
 */
import type { ServerResponse } from 'node:http'
import { type EchoServer, type ReceivedRequest, startEchoServer } from './echo-server.ts'

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool' | 'developer'
  content: unknown
  tool_calls?: { id: string; function: { name: string; arguments: string } }[]
  tool_call_id?: string
}
export interface ChatRequest {
  model: string
  messages: ChatMessage[]
  stream?: boolean
  tools?: { function: { name: string; description?: string; parameters?: unknown } }[]
}
/** One answer of the model. */
export interface ModelTurn {
  text?: string
  toolCalls?: { name: string; input: unknown }[]
  /** Milliseconds between the pieces of a stream. */
  delayMs?: number
  /** Sends headers and the text, then nothing more until the client gives up. */
  hang?: boolean
  /** An HTTP error in place of an answer. */
  status?: number
}
export type ModelScript = ModelTurn[] | ((request: ChatRequest, turn: number) => ModelTurn)

export interface ModelServer {
  /** What to enter as the endpoint: `http://127.0.0.1:PORT/v1`. */
  baseUrl: string
  port: number
  modelName: string
  requests: ChatRequest[]
  /** Each request as it came, with its headers. */
  received: ReceivedRequest[]
  /** What it says from now on; a list is used up turn by turn, then it says "Done." */
  says(script: ModelScript): void
  close(): Promise<void>
}

const MODEL = 'test-model'

export async function startModelServer(): Promise<ModelServer> {
  const server = await startEchoServer()
  const requests: ChatRequest[] = []
  let script: ModelScript = []
  let turn = 0
  server.answer('/v1/models', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      object: 'list',
      data: [{ id: MODEL, object: 'model', created: 0, owned_by: 'test' }],
    }),
  })
  server.answer('/v1/chat/completions', async (received, response) => {
    const request = JSON.parse(received.body) as ChatRequest
    requests.push(request)
    const now = typeof script === 'function' ? script(request, turn) : (script[turn] ?? { text: 'Done.' })
    turn += 1
    if (now.status) return refuse(response, now.status)
    if (request.stream) await stream(response, now, turn)
    else answerWhole(response, now, turn)
  })
  return describe(server, requests, (next) => {
    script = next
    turn = 0
  })
}

function describe(server: EchoServer, requests: ChatRequest[], says: ModelServer['says']): ModelServer {
  return {
    baseUrl: `${server.origin}/v1`,
    port: server.port,
    modelName: MODEL,
    requests,
    received: server.received,
    says,
    close: server.close,
  }
}

function refuse(response: ServerResponse, status: number) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { message: `the test model answers ${status}`, type: 'test' } }))
}

const toolCallsOf = (now: ModelTurn, turn: number) =>
  (now.toolCalls ?? []).map(({ name, input }, index) => ({
    id: `call_${turn}_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
const finishOf = (now: ModelTurn) => (now.toolCalls?.length ? 'tool_calls' : 'stop')
const usage = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 }

function answerWhole(response: ServerResponse, now: ModelTurn, turn: number) {
  const calls = toolCallsOf(now, turn)
  const message = {
    role: 'assistant',
    content: now.text ?? null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  }
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify({
      id: `chat-${turn}`,
      object: 'chat.completion',
      created: 0,
      model: MODEL,
      choices: [{ index: 0, message, finish_reason: finishOf(now) }],
      usage,
    }),
  )
}

async function stream(response: ServerResponse, now: ModelTurn, turn: number) {
  const send = async (choice: object | null, extra: object = {}) => {
    const chunk = {
      id: `chat-${turn}`,
      object: 'chat.completion.chunk',
      created: 0,
      model: MODEL,
      choices: choice ? [{ index: 0, finish_reason: null, ...choice }] : [],
      ...extra,
    }
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
    if (now.delayMs) await new Promise((resolve) => setTimeout(resolve, now.delayMs))
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  await send({ delta: { role: 'assistant', content: '' } })
  for (const piece of pieces(now.text ?? '')) await send({ delta: { content: piece } })
  if (now.hang) return
  for (const [index, call] of toolCallsOf(now, turn).entries()) {
    const { arguments: text, name } = call.function
    await send({
      delta: { tool_calls: [{ index, id: call.id, type: 'function', function: { name, arguments: '' } }] },
    })
    for (const piece of pieces(text)) {
      await send({ delta: { tool_calls: [{ index, function: { arguments: piece } }] } })
    }
  }
  await send({ delta: {}, finish_reason: finishOf(now) })
  await send(null, { usage })
  response.end('data: [DONE]\n\n')
}

// Some ten characters at a time, never inside a surrogate pair.
const pieces = (text: string) => text.match(/[\s\S]{1,10}/gu) ?? []

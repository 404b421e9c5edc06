import { describe, expect, it } from 'vitest'
import type { NewEntry } from '../../../contract/activity.ts'
import type { Need } from '../../../contract/resource.ts'
import type { Json } from '../../../contract/words.ts'
import { encodeEntry, readEntry } from '../entry-bytes.ts'
import { readIntent } from '../test-log.ts'
import { type OtlpAttribute, otlpRecord } from './otlp-record.ts'

const tool = { name: 'files', version: '1.0.0', hash: 'a'.repeat(64) }
const needs = (need: Need) => ({ needs: [need] as unknown as Json })
const model = (origin: string): Need => ({
  capability: 'model.call',
  resource: { kind: 'model', provider: 'anthropic', model: 'm-1', origin },
})
const url = (method: string): Need => ({
  capability: 'net.request',
  resource: {
    ...{ kind: 'url', method, url: 'https://a.example/x', scheme: 'https', host: 'a.example', port: 443 },
    ...{ path: '/x', privateAddress: false },
  },
})

function attributesOf(entry: NewEntry): Record<string, unknown> {
  const record = otlpRecord(readEntry(encodeEntry(entry, 7, 1_750_000_000_000)))
  const { attributes } = record as { attributes: OtlpAttribute[] }
  expect(new Set(attributes.map(({ key }) => key)).size).toBe(attributes.length)
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
const operation = (entry: NewEntry) => attributesOf(entry)['gen_ai.operation.name']

describe('a record for a collector', () => {
  it('names an operation once: the call of a tool, not what the tool’s code does in it', () => {
    expect(operation(readIntent(1, { kind: 'tool.call', tool, capability: null }))).toBe('execute_tool')
    const within = attributesOf(readIntent(1, { tool }))
    expect(within).toMatchObject({ 'gen_ai.tool.name': 'files', 'gen_ai.tool.call.id': 'call_1' })
    expect(within).not.toHaveProperty('gen_ai.operation.name')
    expect(operation(readIntent(1, { kind: 'run.start', capability: null }))).toBe('invoke_agent')
  })

  it('tells of a model with its provider and its server, and of a list of models as no chat', () => {
    const ask = { capability: 'model.call', subject: 'Ask m-1' } as const
    expect(
      attributesOf(readIntent(1, { ...ask, details: needs(model('https://api.example:8443')) })),
    ).toMatchObject({
      ...{
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'm-1',
      },
      ...{ 'server.address': 'api.example', 'server.port': '8443' },
    })
    const tour = attributesOf(readIntent(1, { ...ask, details: needs(model('built-in')) }))
    expect(tour).not.toHaveProperty('server.address')
    expect(attributesOf(readIntent(1, { ...ask, details: needs(model('https://a.example')) }))).toMatchObject(
      {
        'server.port': '443',
      },
    )
    expect(operation(readIntent(1, { ...ask, subject: 'List models at a.example' }))).toBeUndefined()
  })

  it('has what an answer took in tokens', () => {
    const details = { inputTokens: 70, outputTokens: 8 }
    expect(
      attributesOf({ kind: 'outcome', subject: 'Ask m-1', capability: 'model.call', ok: true, details }),
    ).toMatchObject({
      ...{ 'gen_ai.usage.input_tokens': '70', 'gen_ai.usage.output_tokens': '8' },
    })
  })

  it('has the answer’s status and the program’s end, which only an outcome knows', () => {
    const end = { kind: 'outcome', subject: 'Done', ref: 6, ok: true } as const
    const answered = {
      ...end,
      capability: 'net.request',
      details: { status: 201, host: 'a.example' },
    } as const
    expect(attributesOf(answered)).toMatchObject({
      ...{ 'http.response.status_code': '201', 'server.address': 'a.example' },
    })
    expect(attributesOf({ ...end, capability: 'command.run', details: { exitCode: 3 } })).toMatchObject({
      'process.exit.code': '3',
    })
  })

  it('keeps to the known methods, and tells of others beside them', () => {
    const request = (method: string) =>
      attributesOf(readIntent(1, { capability: 'net.request', details: needs(url(method)) }))
    expect(request('QUERY')).toMatchObject({
      'http.request.method': 'QUERY',
      'url.full': 'https://a.example/x',
    })
    expect(request('QUERY')).not.toHaveProperty('http.request.method_original')
    expect(request('BREW')).toMatchObject({
      ...{ 'http.request.method': '_OTHER', 'http.request.method_original': 'BREW' },
    })
  })

  it('calls an agent only what is one, and has all three lamps', () => {
    const cli = attributesOf(
      readIntent(1, { principal: { id: 'cli', kind: 'cli', name: 'the command line' } }),
    )
    expect(cli).toMatchObject({ 'sallyport.principal.kind': 'cli', 'sallyport.lamps.send': false })
    expect(cli).not.toHaveProperty('gen_ai.agent.id')
    expect(attributesOf(readIntent(1))).toMatchObject({ 'gen_ai.agent.id': 'agent_tidy' })
  })
})

/** An entry as a log record of OpenTelemetry (OTLP/JSON), with the conventions for generative AI, HTTP and files where they fit. */
import type { Need } from '../../../contract/resource.ts'
import type { EntryFields } from '../entry-bytes.ts'

export interface OtlpSource {
  productVersion: string
  hostname: string
}
type Value =
  | { stringValue: string }
  | { intValue: string }
  | { boolValue: boolean }
  | { doubleValue: number }
  | { arrayValue: { values: Value[] } }
export interface OtlpAttribute {
  key: string
  value: Value
}

/** The body of one `POST …/v1/logs`. */
export function otlpRequest(entries: EntryFields[], source: OtlpSource): object {
  return {
    resourceLogs: [
      {
        resource: {
          attributes: attributes({
            'service.name': 'sallyport',
            'service.version': source.productVersion,
            'host.name': source.hostname,
          }),
        },
        scopeLogs: [
          {
            scope: { name: 'sallyport.activity', version: source.productVersion },
            logRecords: entries.map(otlpRecord),
          },
        ],
      },
    ],
  }
}

export function otlpRecord(entry: EntryFields): object {
  const [severityNumber, severityText] = severityOf(entry)
  const nanos = `${BigInt(entry.at) * 1_000_000n}`
  return {
    timeUnixNano: nanos,
    observedTimeUnixNano: nanos,
    severityNumber,
    severityText,
    eventName: `sallyport.${entry.kind}`,
    body: { stringValue: entry.subject },
    attributes: attributes({
      ...ownAttributes(entry),
      ...agentAttributes(entry),
      ...resourceAttributes(entry),
    }),
  }
}

function ownAttributes(entry: EntryFields): Record<string, unknown> {
  return {
    'sallyport.entry.number': entry.seq,
    'sallyport.entry.ref': entry.ref,
    'sallyport.capability': entry.capability,
    'sallyport.decision': entry.decision,
    'sallyport.asked': entry.asked || null,
    'sallyport.because': entry.because.length === 0 ? null : entry.because.map(({ rule }) => rule),
    'sallyport.ok': entry.ok,
    'sallyport.duration_ms': entry.durationMs,
    'sallyport.lamps.outside': entry.lamps?.outside,
    'sallyport.lamps.private': entry.lamps?.private,
    'error.type': entry.ok === false && typeof entry.details.code === 'string' ? entry.details.code : null,
  }
}

function agentAttributes({
  principal,
  run,
  tool,
  callId,
  kind,
  details,
  capability,
}: EntryFields): Record<string, unknown> {
  const model = capability === 'model.call' || kind === 'model.call'
  return {
    'gen_ai.operation.name': model ? 'chat' : tool === null ? null : 'execute_tool',
    'gen_ai.agent.id': principal?.id,
    'gen_ai.agent.name': principal?.name,
    'gen_ai.conversation.id': run?.id,
    'gen_ai.tool.name': tool?.name,
    'gen_ai.tool.call.id': tool === null ? null : callId,
    'gen_ai.request.model': details.model,
    'gen_ai.usage.input_tokens': details.inputTokens,
    'gen_ai.usage.output_tokens': details.outputTokens,
  }
}

function resourceAttributes({ details }: EntryFields): Record<string, unknown> {
  const [need] = (Array.isArray(details.needs) ? details.needs : []) as unknown as Need[]
  const resource = need?.resource
  switch (resource?.kind) {
    case 'path':
      return { 'file.path': resource.path }
    case 'url':
      return {
        'url.full': resource.url,
        'http.request.method': resource.method,
        'server.address': resource.host,
        'server.port': resource.port,
        'http.response.status_code': details.status,
      }
    case 'command':
      return {
        'process.executable.path': resource.program,
        'process.command_args': [resource.program, ...resource.args],
      }
    case 'model':
      return { 'gen_ai.provider.name': resource.provider, 'gen_ai.request.model': resource.model }
    case 'secret':
      return { 'sallyport.secret.name': resource.name, 'sallyport.secret.to': resource.to }
    default:
      return {}
  }
}

function severityOf({ kind, decision }: EntryFields): [number, string] {
  if (kind === 'alert' || kind === 'crash') return [17, 'ERROR']
  return decision === 'deny' || kind === 'stop' ? [13, 'WARN'] : [9, 'INFO']
}

/** Absent and null attributes are left out. */
function attributes(values: Record<string, unknown>): OtlpAttribute[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const written = otlpValue(value)
    return written === null ? [] : [{ key, value: written }]
  })
}
function otlpValue(value: unknown): Value | null {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  if (Array.isArray(value))
    return { arrayValue: { values: value.map(otlpValue).filter((item) => item !== null) } }
  return null
}

/**
 * An entry as a log record of OpenTelemetry (OTLP/JSON), with the conventions for generative AI (0.1.0), HTTP, files and
 * processes (1.45.0) where they fit. Each entry is a record of its own: an outcome has what it knows itself.
 */
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
    'sallyport.lamps.send': entry.lamps?.send,
    'sallyport.principal.kind': entry.principal?.kind,
    'sallyport.principal.id': entry.principal?.id,
    'sallyport.principal.name': entry.principal?.name,
    'error.type': entry.ok === false && typeof entry.details.code === 'string' ? entry.details.code : null,
  }
}

function agentAttributes(entry: EntryFields): Record<string, unknown> {
  const { principal, run, tool, callId, details } = entry
  // The command line and the product itself are no agents.
  const agent = principal?.kind === 'agent' || principal?.kind === 'client' ? principal : null
  return {
    'gen_ai.operation.name': operationOf(entry),
    'gen_ai.agent.id': agent?.id,
    'gen_ai.agent.name': agent?.name,
    'gen_ai.conversation.id': run?.id,
    'gen_ai.tool.name': tool?.name,
    'gen_ai.tool.call.id': tool === null ? null : callId,
    'gen_ai.request.model': details.model,
    'gen_ai.usage.input_tokens': details.inputTokens,
    'gen_ai.usage.output_tokens': details.outputTokens,
  }
}

/** What a tool's code does in the middle of its call is no further call of a tool. */
function operationOf({ kind, capability, subject }: EntryFields): string | null {
  if (kind === 'run.start' || kind === 'run.end') return 'invoke_agent'
  if (kind === 'tool.call' || kind === 'tool.result') return 'execute_tool'
  // The list of a provider's models is asked for in the same way, and is no chat.
  if (kind === 'model.call' || capability === 'model.call') return /^List /.test(subject) ? null : 'chat'
  return null
}

function resourceAttributes({ details, capability }: EntryFields): Record<string, unknown> {
  const [need] = (Array.isArray(details.needs) ? details.needs : []) as unknown as Need[]
  const resource = need?.resource
  switch (resource?.kind) {
    case 'path':
      return { 'file.path': resource.path }
    case 'url':
      return {
        'url.full': resource.url,
        ...methodAttributes(resource.method),
        'server.address': resource.host,
        'server.port': resource.port,
      }
    case 'command':
      return {
        'process.executable.path': resource.program,
        'process.command_args': [resource.program, ...resource.args],
        'process.working_directory': resource.cwd,
      }
    case 'model':
      return {
        'gen_ai.provider.name': resource.provider,
        'gen_ai.request.model': resource.model,
        ...serverAttributes(resource.origin),
      }
    case 'secret':
      return { 'sallyport.secret.name': resource.name, 'sallyport.secret.to': resource.to }
    default:
      return capability === 'net.request'
        ? { 'http.response.status_code': details.status, 'server.address': details.host }
        : capability === 'command.run'
          ? { 'process.exit.code': details.exitCode }
          : {}
  }
}

/** The convention's list is closed: any other method is told of beside it. */
function methodAttributes(method: string): Record<string, unknown> {
  return KNOWN_METHODS.has(method)
    ? { 'http.request.method': method }
    : { 'http.request.method': '_OTHER', 'http.request.method_original': method }
}
const KNOWN_METHODS = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
])

/** `built-in` is no address. */
function serverAttributes(origin: string): Record<string, unknown> {
  if (!URL.canParse(origin)) return {}
  const { hostname, port, protocol } = new URL(origin)
  return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'http:' ? 80 : 443) }
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

/** A request in the question: what it needs, all that would go out, and one sentence. */
import type { Need } from '../../../contract/resource.ts'
import type { Prepared } from '../../ports.ts'
import { fit } from '../files/name-paths.ts'
import { originOf } from './canonical-url.ts'
import type { RequestPlan, SentParts } from './plan-request.ts'
import { describeSigning } from './sign-request.ts'

type Args = SentParts

const READS = new Set(['GET', 'HEAD'])

export function needsOf(plan: RequestPlan): Need[] {
  const names = [...new Set(plan.secrets.map(({ name }) => name))]
  const to = originOf(plan.resource)
  return [
    { capability: 'net.request', resource: plan.resource },
    ...names.map((name): Need => ({ capability: 'secret.use', resource: { kind: 'secret', name, to } })),
  ]
}

/** Everything that would go out, with placeholders where secrets would stand. */
export function exactLines(plan: RequestPlan, args: Args): Prepared['exact'] {
  const lines: Prepared['exact'] = [
    { label: 'Request', text: `${plan.resource.method} ${plan.resource.url}`, spans: [], long: false },
  ]
  for (const [name, value] of plan.headers)
    lines.push({ label: 'Header', text: `${name}: ${value}`, spans: [], long: false })
  if (plan.signing)
    lines.push({ label: 'Signed', text: describeSigning(plan.signing), spans: [], long: false })
  if (args.body !== undefined) lines.push(...bodyLines(args.body, args.bodyEncoding))
  return lines
}

/** Longest text of one line in a question, in UTF-16 units. */
const LINE = 1_900_000

function bodyLines(body: string, encoding: string): Prepared['exact'] {
  const label = encoding === 'utf8' ? 'Body' : `Body (${encoding})`
  const parts = Math.max(1, Math.ceil(body.length / LINE))
  return Array.from({ length: parts }, (_, part) => ({
    label: parts === 1 ? label : `${label}, ${part + 1} of ${parts}`,
    text: body.slice(part * LINE, (part + 1) * LINE),
    spans: [],
    long: true,
  }))
}

export function sentenceOf(plan: RequestPlan, bytes: number): Prepared['sentence'] {
  const { method, path, scheme } = plan.resource
  const host = hostAndPort(plan)
  const plain = scheme === 'http' ? ' without encryption' : ''
  if (READS.has(method))
    return { verb: 'Fetch', object: fit(`${host}${path === '/' ? '' : path}`, 300), tail: plain.trim() }
  if (bytes === 0)
    return { verb: `Send ${method} to`, object: fit(`${host}${path}`, 300), tail: plain.trim() }
  return { verb: 'Send', object: `${bytes} bytes`, tail: fit(`to ${host} (${method})${plain}`, 120) }
}

export function redirectSentence(plan: RequestPlan): Prepared['sentence'] {
  return { verb: 'Follow a redirect to', object: fit(hostAndPort(plan) + plan.resource.path, 300), tail: '' }
}

/** The port is said where it is not the usual one. */
function hostAndPort({ resource: { scheme, host, port } }: RequestPlan): string {
  return port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`
}

/** What a tool gets of an answer: text or base64, known secrets taken out, cookies kept back. */
import { type Outcome, ok } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import type { EffectResult, LeakScanner } from '../../ports.ts'
import type { RequestPlan } from './plan-request.ts'
import { headerOf } from './request-headers.ts'
import type { WireAnswer } from './send-once.ts'

export interface Answered {
  plan: RequestPlan
  answer: WireAnswer
  args: OperationArgs<'net.fetch'>
  redirects: string[]
  bytesOut: number
  isPrivate: boolean
}

export function toResult(answered: Answered, leaks: Pick<LeakScanner, 'redactKnown'>): Outcome<EffectResult> {
  const { plan, answer, args, redirects } = answered
  let echoes = 0
  const clean = (text: string) => {
    const { text: redacted, hits } = leaks.redactKnown(text)
    echoes += hits.length
    return redacted
  }
  const { host } = plan.resource
  return ok({
    value: {
      url: plan.resource.url,
      status: answer.status,
      statusText: clean(answer.statusText),
      headers: answer.headers.map(([name, value]): [string, string] => [name, clean(value)]),
      body: args.responseEncoding === 'base64' ? cleanBytes(answer.body, clean) : clean(decode(answer)),
      bodyEncoding: args.responseEncoding,
      truncated: answer.truncated,
      redirects,
    },
    origins: [{ field: '', origin: { kind: 'outside', source: plan.resource.url.slice(0, 500) } }],
    private: answered.isPrivate,
    bytesIn: answer.body.length,
    bytesOut: answered.bytesOut,
    details: {
      status: answer.status,
      host,
      redirects: redirects.length,
      ...(echoes > 0 ? { echoedSecretsRemoved: echoes } : {}),
    },
  })
}

/** Bytes are looked through as Latin-1, in which each byte is one character; unchanged unless there was a hit. */
function cleanBytes(bytes: Buffer, clean: (text: string) => string): string {
  const text = bytes.toString('latin1')
  const cleaned = clean(text)
  return cleaned === text ? bytes.toString('base64') : Buffer.from(cleaned, 'latin1').toString('base64')
}

function decode(answer: WireAnswer): string {
  const charset =
    /charset\s*=\s*"?([A-Za-z0-9_.:-]{1,40})/i.exec(headerOf(answer.headers, 'content-type'))?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(answer.body)
  } catch {
    return answer.body.toString('utf8') // a charset that nobody knows
  }
}

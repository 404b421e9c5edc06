/** What a tool gets of an answer: text or base64, known secrets taken out, cookies kept back. */
import { type Outcome, ok } from '../../../contract/outcome.ts'
import type { EffectResult, LabelledPart, LeakScanner } from '../../ports.ts'
import type { Delivered } from '../deliver-bytes.ts'
import type { RequestPlan } from './plan-request.ts'
import { headerOf } from './request-headers.ts'
import type { WireAnswer, WireHead } from './send-once.ts'

export interface Answered {
  plan: RequestPlan
  answer: WireAnswer
  encoding: 'utf8' | 'base64'
  redirects: string[]
  bytesOut: number
  isPrivate: boolean
}
type Head = Pick<Answered, 'plan' | 'redirects' | 'isPrivate'> & { answer: WireHead }

type Clean = (text: string) => Promise<string>

/** The first answer of a request whose body comes in parts. */
export async function toHead(answered: Head, leaks: Pick<LeakScanner, 'redactKnown'>): Promise<LabelledPart> {
  const clean = async (text: string) => (await leaks.redactKnown(text)).text
  return { value: await headOf(answered, clean), ...labelOf(answered) }
}

/** What each part of it is labelled with. */
export function labelOf({
  plan,
  isPrivate,
}: Pick<Head, 'plan' | 'isPrivate'>): Pick<LabelledPart, 'origins' | 'private'> {
  return {
    origins: [{ field: '', origin: { kind: 'outside', source: plan.resource.url.slice(0, 500) } }],
    private: isPrivate,
  }
}

async function headOf({ plan, answer, redirects }: Head, clean: Clean) {
  const headers: [string, string][] = []
  for (const [name, value] of answer.headers) headers.push([await clean(name), await clean(value)])
  return {
    url: plan.resource.url,
    status: answer.status,
    statusText: await clean(answer.statusText),
    headers,
    redirects,
  }
}

/** What the log says at its end. */
export function toEnd(answered: Omit<Answered, 'encoding'> & { delivered: Delivered }): EffectResult {
  const { plan, answer, redirects, delivered } = answered
  return {
    value: { bytes: delivered.bytes },
    ...labelOf(answered),
    bytesIn: delivered.bytes,
    bytesOut: answered.bytesOut,
    details: {
      status: answer.status,
      host: plan.resource.host,
      redirects: redirects.length,
      ...(delivered.letGo ? { letGo: true } : {}),
      ...(delivered.echoes > 0 ? { echoedSecretsRemoved: delivered.echoes } : {}),
    },
  }
}

export async function toResult(
  answered: Answered,
  leaks: Pick<LeakScanner, 'redactKnown' | 'stream'>,
): Promise<Outcome<EffectResult>> {
  const { plan, answer, encoding, redirects } = answered
  let echoes = 0
  const clean = async (text: string) => {
    const { text: redacted, hits } = await leaks.redactKnown(text)
    echoes += hits.length
    return redacted
  }
  /** What was cut off may end in the middle of a value: its beginning is left out, or the next limit shows more of it. */
  const cleanCut = async (text: string) => {
    const stream = leaks.stream()
    const whole = (await stream.push(text)) + (await stream.cut())
    echoes += stream.hits().length
    return whole
  }
  const { host } = plan.resource
  const head = await headOf(answered, clean)
  const cleanBody = answer.truncated ? cleanCut : clean
  const body = await (encoding === 'base64' ? cleanBytes(answer.body, cleanBody) : cleanBody(decode(answer)))
  return ok({
    value: {
      ...head,
      body,
      bodyEncoding: encoding,
      truncated: answer.truncated,
    },
    ...labelOf(answered),
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
async function cleanBytes(bytes: Buffer, clean: Clean): Promise<string> {
  const text = bytes.toString('latin1')
  const cleaned = await clean(text)
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

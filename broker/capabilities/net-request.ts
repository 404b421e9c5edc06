/**
 * net.request: one request over HTTP, with its redirects. The address is canonical and decided on; the connection goes
 * to addresses that were checked; secrets are filled in at the very edge; what comes back is outside text, limited and
 * free of known secrets.
 */
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { OperationArgs } from '../../contract/request.ts'
import type { Permit } from '../gate/permit.ts'
import type {
  CapabilityModule,
  Clock,
  EffectResult,
  LeakScanner,
  PerformContext,
  PrepareContext,
  Prepared,
  Stoppable,
} from '../ports.ts'
import { deliverBytes } from './deliver-bytes.ts'
import { hashOf } from './hash-content.ts'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'
import { originOf } from './network/canonical-url.ts'
import { addressesFor, type ResolveName, resolveName } from './network/check-addresses.ts'
import { type CookieJar, createCookieJar } from './network/cookie-jar.ts'
import { exactLines, needsOf, redirectSentence, sentenceOf } from './network/describe-request.ts'
import { followRedirect, redirectOf } from './network/follow-redirect.ts'
import { createOpenRequests, type OpenRequest } from './network/open-requests.ts'
import { createPatience, type Patience, waitedFor } from './network/patience.ts'
import { planRequest, type RequestPlan } from './network/plan-request.ts'
import { sendOnce, type WireAnswer, type WireRequest } from './network/send-once.ts'
import { labelOf, toEnd, toHead, toResult } from './network/to-result.ts'
import { refuseSecrets, wireRequest } from './network/wire-request.ts'
import type { SecretSource } from './reveal-secret.ts'

export interface NetRequestDeps {
  vault: SecretSource
  leaks: Pick<LeakScanner, 'redactKnown' | 'stream'>
  clock: Clock
  /** Names to addresses; the system's own unless a test plays it. */
  resolve?: ResolveName
  /** Certificates to trust instead of the usual ones, PEM. */
  ca?: string
}

type Args = OperationArgs<'net.fetch'> | OperationArgs<'net.stream'>
type Operation = 'net.fetch' | 'net.stream'

export function createNetRequestCapability(deps: NetRequestDeps): CapabilityModule & Stoppable {
  const resolve = deps.resolve ?? resolveName
  const held = createPreparedHold<{ plan: RequestPlan; args: Args }>()
  const jars = new Map<string, CookieJar>()
  const open = createOpenRequests()

  function prepare(operation: Operation, args: Args, who: PrepareContext): Outcome<Prepared> {
    const planned = planRequest(args)
    if (planned.kind !== 'ok') return planned
    const plan = planned.value
    const hash = plan.body === null ? null : hashOf(plan.body)
    const prepared = plainPrepared({
      operation,
      capability: 'net.request',
      needs: needsOf(plan),
      exact: exactLines(plan, args),
      binding: JSON.stringify([
        operation,
        plan.resource.method,
        plan.resource.url,
        plan.headers,
        hash,
        plan.signing,
        args.redirect,
        'responseEncoding' in args ? args.responseEncoding : null,
        args.maxBytes,
      ]),
      sentence: sentenceOf(plan, bodyBytes(plan)),
      bytesOut: headBytes(plan) + bodyBytes(plan),
      unable: () => refuseSecrets(plan, deps.vault, who),
    })
    return ok(held.keep(prepared, { plan, args }))
  }

  async function perform(
    permit: Permit,
    prepared: Prepared,
    context: PerformContext,
  ): Promise<Outcome<EffectResult>> {
    const { plan: first, args } = held.of(prepared)
    const jar = jars.get(context.principal.id) ?? createCookieJar(deps.clock)
    jars.set(context.principal.id, jar)
    const redirects: string[] = []
    let plan = first
    let left = args.timeoutMs
    let bytesOut = 0
    let isPrivate = false
    for (;;) {
      const began = performance.now()
      const sent = await exchange(plan, args, { permit, context, jar, timeoutMs: left, redirects })
      if (sent.kind !== 'ok') return sent
      const { answer } = sent.value
      bytesOut += sent.value.bytesOut
      isPrivate ||= sent.value.isPrivate
      left -= performance.now() - began
      const location = args.redirect === 'manual' ? null : redirectOf(answer)
      const answered = { plan, answer, redirects, bytesOut, isPrivate }
      if (answer.delivered) return endOf({ ...answered, delivered: answer.delivered }, args)
      if (location === null)
        return toResult(
          { ...answered, encoding: 'responseEncoding' in args ? args.responseEncoding : 'base64' },
          deps.leaks,
        )
      if (args.redirect === 'error')
        return failed('network', `“${plan.resource.host}” redirects, and the request asked for none.`)
      const next = await nextPlan(plan, answer, location, redirects.length)
      if (next.kind !== 'ok') return next
      if (left <= 0) return failed('timeout', `“${plan.resource.host}” took too long.`)
      // The time in which a person is asked does not count; what is sent once more does.
      const no =
        refuseSecrets(next.value, deps.vault, context) ??
        (await context.allowFurther(
          { capability: 'net.request', resource: next.value.resource },
          redirectSentence(next.value),
          headBytes(next.value) + bodyBytes(next.value),
        ))
      if (no) return no
      plan = next.value
      redirects.push(plan.resource.url)
    }
  }

  async function nextPlan(
    plan: RequestPlan,
    answer: WireAnswer,
    location: string,
    hops: number,
  ): Promise<Outcome<RequestPlan>> {
    if ((await deps.leaks.redactKnown(location)).hits.length > 0) {
      return refused(
        'flow',
        `“${plan.resource.host}” redirects to an address that holds a secret’s value, so it was not followed.`,
      )
    }
    return followRedirect(plan, answer.status, location, hops)
  }

  async function exchange(
    plan: RequestPlan,
    args: Args,
    how: {
      permit: Permit
      context: PerformContext
      jar: CookieJar
      timeoutMs: number
      redirects: readonly string[]
    },
  ): Promise<Outcome<{ answer: WireAnswer; bytesOut: number; isPrivate: boolean }>> {
    const { permit, context, jar } = how
    const entry: OpenRequest = open.begin(
      context.principal.id,
      `${plan.resource.method} ${originOf(plan.resource)}`,
    )
    const patience = createPatience(how.timeoutMs)
    const signals = [context.signal, patience.signal, entry.signal]
    const signal = AbortSignal.any(context.parts ? [...signals, context.parts.closed] : signals)
    try {
      const addresses = await addressesFor(plan.resource, context.perimeter, resolve, signal)
      if (addresses.kind !== 'ok') return addresses
      const cookies = jar.headerFor(plan.resource)
      const wire = await wireRequest(plan, deps.vault, permit, context, cookies, deps.clock())
      if (wire.kind !== 'ok') return wire
      const answer = await sendOnce({
        ...wire.value,
        method: plan.resource.method,
        addresses: addresses.value,
        maxBytes: args.maxBytes,
        signal,
        ca: deps.ca,
        take: takerFor(plan, args, how, patience, cookies),
        onSocket(socket) {
          entry.connected(socket)
          context.progress(`Connected to ${plan.resource.host}; what is sent may arrive.`)
        },
      })
      if (answer.kind !== 'ok')
        return context.signal.aborted || entry.signal.aborted
          ? refused('cancelled', endedSentence(plan, entry))
          : answer
      await jar.store(plan.resource, answer.value.setCookie)
      return ok({
        answer: answer.value,
        bytesOut: entry.sent(),
        isPrivate: plan.secrets.length > 0 || cookies !== '',
      })
    } finally {
      patience.rest()
      entry.end()
    }
  }

  /** Hands a body on in parts, where it was asked for so; null for an answer that leads elsewhere. */
  function takerFor(
    plan: RequestPlan,
    args: Args,
    { context, redirects }: { context: PerformContext; redirects: readonly string[] },
    patience: Patience,
    cookies: string,
  ): WireRequest['take'] {
    const { parts: sink } = context
    if (!sink) return undefined
    return (head) => {
      if (args.redirect !== 'manual' && redirectOf(head) !== null) return null
      const isPrivate = plan.secrets.length > 0 || cookies !== ''
      return async (body) => {
        sink.open(await toHead({ plan, answer: head, redirects: [...redirects], isPrivate }, deps.leaks))
        const delivered = await deliverBytes(waitedFor(body, patience), {
          sink,
          leaks: deps.leaks,
          max: args.maxBytes,
          label: labelOf({ plan, isPrivate }),
        }).catch((error) => {
          if (!sink.closed.aborted) throw error
          return null
        })
        return ok(delivered ?? { bytes: 0, letGo: true, over: false, echoes: 0 })
      }
    }
  }

  return {
    name: 'network',
    operations: ['net.fetch', 'net.stream'],
    async prepare(request, context) {
      if (request.operation === 'net.fetch' || request.operation === 'net.stream')
        return prepare(request.operation, request.args, context)
      throw new Error(`net.request does not do ${request.operation}.`)
    },
    async perform(permit, prepared, context) {
      permit.consume('net.request', prepared.binding)
      if (prepared.operation === 'net.stream' && !context.parts) return onlyInParts()
      return perform(permit, prepared, context)
    },
    async end(scope) {
      if (scope === 'all') jars.clear()
      else jars.delete(scope)
      return open.endAll(scope)
    },
  }
}

const bodyBytes = ({ body }: RequestPlan) => (body === null ? 0 : Buffer.byteLength(body))
const headBytes = ({ resource, headers }: RequestPlan) =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, resource.url.length)

function endOf(answered: Parameters<typeof toEnd>[0], args: Args): Outcome<EffectResult> {
  if (answered.delivered.over)
    return refused(
      'too-large',
      `The answer of “${answered.plan.resource.host}” is longer than ${args.maxBytes} bytes; the rest was not read.`,
    )
  return ok(toEnd(answered))
}

function onlyInParts() {
  return refused('invalid-request', 'Only a tool’s code can take an answer in parts.')
}

function endedSentence(plan: RequestPlan, entry: OpenRequest): string {
  const sent = entry.sent()
  return sent === 0
    ? `The request to “${plan.resource.host}” was ended before anything was sent.`
    : `The request to “${plan.resource.host}” was ended; ${sent} bytes had been sent.`
}

/**
 * The one way of a model call to the gate. What is decided on is provider, model and address; what is bound is all
 * that is sent. The key comes from the vault with the permit, for this one address, and is kept nowhere.
 */
import { createHash } from 'node:crypto'
import type { ModelChoice } from '../../contract/agent.ts'
import type { ExactLine } from '../../contract/consent.ts'
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type { Permit } from '../gate/permit.ts'
import type { CallContext, Gate, SecretVault } from '../ports.ts'
import type { ModelAddress } from './model-address.ts'

export interface PassOptions {
  gate: Pick<Gate, 'passNeed'>
  vault: Pick<SecretVault, 'reveal'>
  newId(kind: string): string
}
export interface ModelCall {
  choice: ModelChoice
  address: ModelAddress
  context: Omit<CallContext, 'tool' | 'callId'>
  what: 'answer' | 'list'
  /** All that leaves, as text. */
  sent: string
}

/** `perform` gets the key, or null where none is needed. Never rejects for a refusal. */
export function passModelCall<T>(
  options: PassOptions,
  call: ModelCall,
  perform: (key: string | null) => Promise<Outcome<T>>,
  details?: (value: T) => Record<string, Json>,
): Promise<Outcome<T>> {
  const { choice, address, context, what, sent } = call
  const { resource } = address
  const digest = createHash('sha256').update(sent).digest('hex')
  const binding = JSON.stringify({ what, resource, secret: choice.secret ?? null, digest })
  return options.gate.passNeed(
    { ...context, tool: null, callId: options.newId('call') },
    {
      need: { capability: 'model.call', resource },
      sentence: sentenceOf(call),
      exact: exactLines(call),
      binding,
      // What a model is sent is bounded by the budget of tokens, not by that of bytes sent out.
      bytesOut: 0,
      async perform(permit) {
        permit.consume('model.call', binding)
        const key = await revealKey(options.vault, call, permit)
        return key.kind === 'ok' ? perform(key.value) : key
      },
      ...(details ? { details } : {}),
    },
  )
}

function sentenceOf({ what, address: { resource } }: ModelCall) {
  const tail = resource.origin === 'built-in' ? '(built in)' : `at ${new URL(resource.origin).host}`
  return what === 'list'
    ? { verb: 'List', object: 'models', tail }
    : { verb: 'Ask', object: resource.model, tail }
}

function exactLines({ choice, address, sent }: ModelCall): ExactLine[] {
  const line = (label: string, text: string) => ({ label, text, spans: [], long: false })
  const size = `${Buffer.byteLength(sent)} bytes: the conversation of this run and the list of its tools`
  return [
    line('Model', address.resource.model),
    line('Address', address.baseUrl === '' ? 'built in, no network' : address.baseUrl),
    line('Key', choice.secret ? `{{secret:${choice.secret}}}` : 'none'),
    line('Sent', sent === '' ? 'nothing but the request for the list' : size),
  ]
}

async function revealKey(
  vault: PassOptions['vault'],
  call: ModelCall,
  permit: Permit,
): Promise<Outcome<string | null>> {
  const { choice, address } = call
  if (choice.secret) {
    const { pathname } = new URL(address.baseUrl)
    return vault.reveal(permit, choice.secret, {
      origin: address.resource.origin,
      path: pathname,
      place: 'header',
    })
  }
  if (choice.provider === 'openai-compatible' || choice.provider === 'tour') return ok(null)
  const who = choice.provider === 'openai' ? 'OpenAI' : 'Anthropic'
  return refused(
    'unavailable',
    `${who} needs a key, and none is chosen. Add it under Secrets, then choose it on the agent’s page.`,
  )
}

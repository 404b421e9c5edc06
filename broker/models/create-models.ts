/**
 * Models behind the gate. Each call is a `model.call` like any other effect: decided, written down, then done with the
 * permit in hand. The libraries load with the first call to a real model.
 */
import type { ModelChoice } from '../../contract/agent.ts'
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import type {
  CallContext,
  ModelClient,
  ModelEvent,
  ModelMessage,
  ModelRequest,
  ModelRoom,
  ModelTool,
} from '../ports.ts'
import { detectModels, type LOCAL_SERVERS } from './detect-models.ts'
import { createEventQueue } from './event-queue.ts'
import { guardHttp, type Http, type HttpLimits } from './guard-http.ts'
import { modelAddress } from './model-address.ts'
import { passList } from './pass-list.ts'
import { type ModelCall, type PassOptions, passModelCall } from './pass-model-call.ts'
import { createTourFolder, summaryFileIn } from './tour/create-tour-folder.ts'
import { createTourModel, type TourPace } from './tour/tour-model.ts'

export interface ModelsOptions extends PassOptions {
  /** Takes what no model may read out of a text: values of secrets. */
  redact?(text: string, context: Omit<CallContext, 'tool' | 'callId'>): Promise<string>
  /** The platform's HTTP client; this room has no network of its own. */
  http: Http
  pace?: TourPace
  limits?: HttpLimits
  /** Where `detect` looks. */
  localServers?: typeof LOCAL_SERVERS
}
type Emit = (event: ModelEvent) => void

export function createModels(options: ModelsOptions): ModelRoom {
  return {
    resource(choice) {
      const address = modelAddress(choice)
      return address.kind === 'ok' ? ok(address.value.resource) : address
    },
    client: (choice, context) => createClient(options, choice, context),
    list: (choice, context) => passList(options, choice, context),
    async tourFolder(path) {
      const made = await createTourFolder(path)
      return made.kind === 'ok' ? ok({ folder: made.value, summaryFile: summaryFileIn(made.value) }) : made
    },
    detect: () => detectModels(options.http, options.localServers),
  }
}

/** The tour plays in the first folder of the perimeter. */
function createClient(
  options: ModelsOptions,
  choice: ModelChoice,
  context: Omit<CallContext, 'tool' | 'callId'>,
): ModelClient {
  const tour =
    choice.provider === 'tour'
      ? createTourModel(context.perimeter.folders[0]?.path ?? '', options.pace)
      : null
  return {
    async *stream(request) {
      const address = modelAddress(choice)
      if (address.kind !== 'ok') return yield { kind: 'fault', fault: address }
      const ended = new AbortController()
      const signal = AbortSignal.any([request.signal, context.signal, ended.signal])
      const messages: ModelMessage[] = []
      for (const message of request.messages) messages.push(await redactMessage(options, message, context))
      const tools: ModelTool[] = []
      for (const tool of request.tools) tools.push(await redactTool(options, tool, context))
      const bounded = { ...request, messages, tools, signal }
      const sent = JSON.stringify([messages.map(({ role, text }) => [role, text]), tools])
      const call: ModelCall = { choice, address: address.value, context, what: 'answer', sent }
      const queue = createEventQueue<ModelEvent>()
      const done = passModelCall<Spent>(
        options,
        call,
        (key) =>
          tour ? playTour(tour, bounded, queue.push) : askModel(options, call, key, bounded, queue.push),
        (spent) => ({ ...spent }),
      )
        .then((outcome) => {
          if (outcome.kind !== 'ok') queue.push({ kind: 'fault', fault: outcome })
        })
        .finally(queue.close)
      done.catch(() => {}) // awaited below, unless the reader left early
      try {
        yield* queue
        await done
      } finally {
        ended.abort()
      }
    },
  }
}

/** `outcome` is for models inside the house only, and was redacted when it came. */
async function redactMessage(
  { redact }: ModelsOptions,
  message: ModelMessage,
  context: Omit<CallContext, 'tool' | 'callId'>,
): Promise<ModelMessage> {
  const text = (await redact?.(message.text, context)) ?? message.text
  return text === message.text ? message : { ...message, text }
}

/** What a tool says of itself was written by others, too. A schema that holds a secret is none that a tool needs. */
async function redactTool(
  { redact = async (text) => text }: ModelsOptions,
  tool: ModelTool,
  context: Omit<CallContext, 'tool' | 'callId'>,
): Promise<ModelTool> {
  const schema = JSON.stringify(tool.input)
  const input = (await redact(schema, context)) === schema ? tool.input : { type: 'object' }
  return { ...tool, description: await redact(tool.description, context), input }
}

async function askModel(
  options: ModelsOptions,
  { choice, address }: ModelCall,
  key: string | null,
  request: ModelRequest,
  emit: Emit,
): Promise<Outcome<Spent>> {
  const { faultOf } = await import('./fault-words.ts')
  const guard = guardHttp(options.http, address.resource.origin, request.signal, options.limits)
  try {
    const { sdkModel } = await import('./sdk-model.ts')
    const { streamSdk } = await import('./stream-sdk.ts')
    const model = sdkModel({ choice, baseUrl: address.baseUrl, key, http: guard.http })
    let spent: Spent = {}
    for await (const event of streamSdk(model, request)) {
      if (event.kind === 'end') spent = spentOf(event)
      emit(event)
    }
    return ok(spent)
  } catch (error) {
    return faultOf(error, { address, signal: request.signal, guard, key })
  }
}

/** The tokens as the provider counted them; nothing where none were counted. */
type Spent = { inputTokens?: number; outputTokens?: number }
const spentOf = ({ tokensIn, tokensOut }: { tokensIn: number; tokensOut: number }): Spent =>
  tokensIn + tokensOut === 0 ? {} : { inputTokens: tokensIn, outputTokens: tokensOut }

async function playTour(tour: ModelClient, request: ModelRequest, emit: Emit): Promise<Outcome<Spent>> {
  try {
    for await (const event of tour.stream(request)) emit(event)
    return ok({})
  } catch (error) {
    if (request.signal.aborted) return refused('cancelled', 'The run was ended while the tour was speaking.')
    throw error
  }
}

/** One model call through the `ai` SDK: one step, tool calls handed back unexecuted. */
import { type LanguageModel, streamText, type TextStreamPart, type ToolSet } from 'ai'
import type { Json } from '../../contract/words.ts'
import type { ModelEvent, ModelRequest, ModelToolCall } from '../ports.ts'
import { splitMessages, toSdkTools } from './sdk-messages.ts'
import { PRIVATE_OPTIONS } from './sdk-model.ts'

// The library prints warnings to standard output, which is the pipe to the shell.
globalThis.AI_SDK_LOG_WARNINGS = false

/** Yields text, calls and one `end`; throws what the provider or the network threw. */
export async function* streamSdk(model: LanguageModel, request: ModelRequest): AsyncGenerator<ModelEvent> {
  const { instructions, conversation } = splitMessages(request.messages)
  const answer = streamText({
    model,
    ...(instructions === '' ? {} : { instructions }),
    messages: conversation,
    tools: toSdkTools(request.tools),
    abortSignal: request.signal,
    providerOptions: PRIVATE_OPTIONS,
    onError() {}, // it also comes in the stream; without this it would be printed
  })
  for await (const part of answer.stream) {
    const event = eventOf(part)
    if (event) yield event
  }
}

function eventOf(part: TextStreamPart<ToolSet>): ModelEvent | null {
  switch (part.type) {
    case 'text-delta':
      return part.text === '' ? null : { kind: 'text', text: part.text }
    case 'tool-call':
      return { kind: 'call', call: callOf(part) }
    case 'finish':
      return {
        kind: 'end',
        reason: reasonOf(part.finishReason),
        tokensIn: part.totalUsage.inputTokens ?? 0,
        tokensOut: part.totalUsage.outputTokens ?? 0,
      }
    case 'error':
      throw part.error
    case 'abort':
      throw new DOMException('The call was ended.', 'AbortError')
    default:
      return null
  }
}

function callOf(part: Extract<TextStreamPart<ToolSet>, { type: 'tool-call' }>): ModelToolCall {
  const call = { id: part.toolCallId, name: part.toolName }
  if (!part.dynamic || !part.invalid) return { ...call, input: (part.input ?? {}) as Json }
  const fault = part.error instanceof Error ? part.error.message : 'The call could not be read.'
  return { ...call, input: {}, fault: fault.slice(0, 500) }
}

type Reason = Extract<ModelEvent, { kind: 'end' }>['reason']
function reasonOf(reason: string): Reason {
  const reasons: Record<string, Reason> = {
    stop: 'done',
    'tool-calls': 'calls',
    length: 'length',
    'content-filter': 'filtered',
  }
  return reasons[reason] ?? 'other'
}

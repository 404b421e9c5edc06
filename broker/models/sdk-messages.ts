/** Our messages and tools in the words of the `ai` SDK. Pure. */
import { jsonSchema, type ModelMessage as SdkMessage, type ToolSet, tool } from 'ai'
import type { ModelMessage, ModelTool } from '../ports.ts'

/** Instructions travel apart from the conversation. */
export function splitMessages(messages: ModelMessage[]): {
  instructions: string
  conversation: SdkMessage[]
} {
  const instructions: string[] = []
  const conversation: SdkMessage[] = []
  for (const message of messages) {
    if (message.role === 'instructions') instructions.push(message.text)
    else conversation.push(toSdkMessage(message))
  }
  return { instructions: instructions.join('\n\n'), conversation }
}

function toSdkMessage(message: Exclude<ModelMessage, { role: 'instructions' }>): SdkMessage {
  switch (message.role) {
    case 'person':
      return { role: 'user', content: message.text }
    case 'model':
      return {
        role: 'assistant',
        content: [
          ...(message.text === '' ? [] : [{ type: 'text' as const, text: message.text }]),
          ...message.calls.map(({ id, name, input }) => ({
            type: 'tool-call' as const,
            toolCallId: id,
            toolName: name,
            input,
          })),
        ],
      }
    case 'tool':
      return {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: message.callId,
            toolName: message.name,
            output: { type: message.outcome.kind === 'ok' ? 'text' : 'error-text', value: message.text },
          },
        ],
      }
  }
}

/** Without `execute`: the library never runs a tool, only the gate does. */
export function toSdkTools(tools: ModelTool[]): ToolSet {
  return Object.fromEntries(
    tools.map(({ name, description, input }) => [
      name,
      tool({ description, inputSchema: jsonSchema(input) }),
    ]),
  )
}

import type { ModelChoice } from '../../contract/agent.ts'

export const PROVIDER_WORDS: Record<ModelChoice['provider'], string> = {
  tour: 'Guided tour',
  'openai-compatible': 'On this computer, or any server that speaks OpenAI’s API',
  openai: 'OpenAI',
  anthropic: 'Anthropic',
}

/** "llama3.1 on this computer", "claude-sonnet from Anthropic". */
export function describeModel({ provider, model, baseUrl }: ModelChoice): string {
  if (provider === 'tour') return 'The tour’s script, no model'
  if (provider !== 'openai-compatible') return `${model} from ${PROVIDER_WORDS[provider]}`
  const host = URL.parse(baseUrl ?? '')?.hostname ?? ''
  const here = host === 'localhost' || host === '[::1]' || host.startsWith('127.')
  return `${model} ${here ? 'on this computer' : `at ${host || 'an unknown address'}`}`
}

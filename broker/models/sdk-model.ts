/**
 * A provider's model, made for one call: address, key and network are all handed in. Nothing is taken from the
 * environment, where the libraries would look for keys by themselves.
 */
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModel } from 'ai'
import type { ModelChoice } from '../../contract/agent.ts'
import type { Http } from './guard-http.ts'

export interface SdkModelOptions {
  choice: ModelChoice
  baseUrl: string
  /** Null where the endpoint needs none. */
  key: string | null
  http: Http
}

export function sdkModel({ choice, baseUrl, key, http }: SdkModelOptions): LanguageModel {
  switch (choice.provider) {
    case 'openai':
      return createOpenAI({ baseURL: baseUrl, apiKey: key ?? '', fetch: http }).responses(choice.model)
    case 'anthropic':
      return createAnthropic({ baseURL: baseUrl, apiKey: key ?? '', fetch: http })(choice.model)
    case 'openai-compatible': {
      const options = { name: 'openai-compatible', baseURL: baseUrl, fetch: http, includeUsage: true }
      return createOpenAICompatible(key === null ? options : { ...options, apiKey: key })(choice.model)
    }
    case 'tour':
      throw new Error('The tour has no provider.')
  }
}

/** OpenAI keeps conversations for a month unless told not to. */
export const PRIVATE_OPTIONS = { openai: { store: false } }

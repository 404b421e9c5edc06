/**
 * Finds model servers on this computer: Ollama and LM Studio at their usual ports. Loopback only, nothing is sent but
 * the request for a list, and nobody waits long for what isn't there.
 */
import { guardHttp, type Http } from './guard-http.ts'
import { listModels } from './list-models.ts'

export const LOCAL_SERVERS = [
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
]
/** Milliseconds. */
const PATIENCE = 800

export interface FoundEndpoint {
  name: string
  baseUrl: string
  models: string[]
}

/** Those that answer with a list; never throws. */
export async function detectModels(http: Http, servers = LOCAL_SERVERS): Promise<FoundEndpoint[]> {
  const found = await Promise.all(servers.map((server) => look(http, server)))
  return found.filter((endpoint) => endpoint !== null)
}

async function look(
  http: Http,
  { name, baseUrl }: (typeof LOCAL_SERVERS)[number],
): Promise<FoundEndpoint | null> {
  const signal = AbortSignal.timeout(PATIENCE)
  const limits = { maxBytes: 1024 * 1024, idleMs: PATIENCE }
  const guarded = guardHttp(http, new URL(baseUrl).origin, signal, limits).http
  try {
    const models = await listModels({ provider: 'openai-compatible', model: '-' }, baseUrl, null, guarded)
    return { name, baseUrl, models }
  } catch {
    return null
  }
}

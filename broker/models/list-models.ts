/** The names that an endpoint offers, by the one request that they all know: GET /models. */
import { z } from 'zod'
import type { ModelChoice } from '../../contract/agent.ts'
import type { Http } from './guard-http.ts'

const Answer = z.object({ data: z.array(z.object({ id: z.string().max(200) })).max(5000) })

/** Sorted names. Throws `ListFault` on another status, and on anything but a list. `http` limits the size. */
export async function listModels(
  choice: ModelChoice,
  baseUrl: string,
  key: string | null,
  http: Http,
): Promise<string[]> {
  const response = await http(`${baseUrl}/models`, { headers: keyHeaders(choice, key) })
  if (!response.ok) {
    await response.body?.cancel()
    throw new ListFault(response.status)
  }
  return Answer.parse(await response.json())
    .data.map(({ id }) => id)
    .sort((a, b) => a.localeCompare(b))
}

export class ListFault extends Error {
  readonly status: number
  constructor(status: number) {
    super(`answered with ${status}`)
    this.name = 'ListFault'
    this.status = status
  }
}

function keyHeaders({ provider }: ModelChoice, key: string | null): Record<string, string> {
  const version: Record<string, string> =
    provider === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {}
  if (key === null) return version
  return provider === 'anthropic' ? { ...version, 'x-api-key': key } : { authorization: `Bearer ${key}` }
}

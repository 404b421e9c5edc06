/** Makes agents and runs over the page's own bridge: for journeys whose subject is not the form. */
import { expect, type Page } from '@playwright/test'
import type { MethodName, Params, Result } from '../../contract/broker-api.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import type { ModelServer } from './model-server.ts'
import { until } from './time-limit.ts'

/** Calls a broker method as the page would. */
export function call<M extends MethodName>(page: Page, method: M, params: Params<M>): Promise<Result<M>> {
  return page.evaluate(
    ([name, given]) =>
      (window as unknown as { sallyport: PageBridge }).sallyport.call(name as MethodName, given as never),
    [method, params] as const,
  ) as Promise<Result<M>>
}

export interface AgentWish {
  name?: string
  folders?: { path: string; read?: 'allow' | 'ask' | 'deny'; write?: 'allow' | 'ask' | 'deny' }[]
  hosts?: Record<string, unknown>[]
  secrets?: { name: string; use: 'allow' | 'ask' }[]
  tools?: string[]
}

/** The page is there before the broker is. */
export async function brokerAnswers(page: Page): Promise<void> {
  await until(() => call(page, 'status.get', {}).catch(() => null), 60_000, 'waiting for the broker')
}

/** An agent on the loopback model. */
export async function makeAgent(page: Page, model: ModelServer, wish: AgentWish = {}): Promise<string> {
  const { name = 'Helper', folders = [], hosts = [], secrets = [], tools = ['files', 'web', 'notes'] } = wish
  await brokerAnswers(page)
  const agent = await call(page, 'agents.create', {
    name,
    model: { provider: 'openai-compatible', model: model.modelName, baseUrl: model.baseUrl },
    perimeter: { folders, hosts, secrets, tools: tools.map((tool) => ({ name: tool })) } as never,
  })
  return agent.id
}

/** Adds a secret on its page, as a person does: bound to one host, for every tool and agent. */
export async function addSecret(
  page: Page,
  { name, value, host }: { name: string; value: string; host: string },
): Promise<void> {
  await page.getByRole('link', { name: 'Secrets' }).first().click()
  await page
    .getByRole('button', { name: /add a secret/i })
    .first()
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill(name)
  await dialog.getByLabel('Value', { exact: true }).fill(value)
  await dialog.getByLabel('Host', { exact: true }).fill(host)
  // A host that was typed counts, added or not.
  await dialog.getByRole('button', { name: 'Store', exact: true }).click()
  await expect(dialog).toBeHidden()
}

export async function startRun(page: Page, agentId: string, prompt: string): Promise<string> {
  return (await call(page, 'runs.start', { agentId, prompt })).id
}

/** Waits until a run has ended; answers with its view. */
export async function runEnded(page: Page, id: string, limitMs = 60_000): Promise<Result<'runs.get'>> {
  return until(
    async () => {
      const run = await call(page, 'runs.get', { id })
      return run.endedAt === null ? null : run
    },
    limitMs,
    `waiting for run ${id} to end`,
  )
}

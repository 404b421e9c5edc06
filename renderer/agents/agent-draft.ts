/** An agent as it is being made or changed. Pure. */
import type { Agent, AgentInput, ModelChoice } from '../../contract/agent.ts'
import type { ToolInfo } from '../../contract/broker-api.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { SecretBinding } from '../../contract/secret.ts'

export type AgentDraft = AgentInput

/** Deny by default: no folder, no host, no command. Tools alone reach nothing. */
export function newDraft(tools: string[]): AgentDraft {
  return {
    name: '',
    model: { provider: 'openai-compatible', model: '', baseUrl: '' },
    instructions: '',
    reviewOutside: 'default',
    perimeter: {
      folders: [],
      hosts: [],
      commands: [],
      secrets: [],
      tools: tools.map((name) => ({ name })),
      clipboard: { read: 'deny', write: 'deny' },
      notify: 'allow',
      open: 'ask',
      budgets: { calls: 500, tokens: 1_000_000, minutes: 60, bytesOut: 20 * 1024 * 1024, money: 0 },
      own: { folders: [], contacts: [] },
    },
  }
}

type Offered = Pick<ToolInfo, 'name' | 'from' | 'manifest'>
const runsPrograms = ({ manifest }: Offered) => manifest.capabilities.includes('command.run')

/** What a new agent has: our own tools, but the one that runs programs comes with the first command. */
export function firstTools(installed: readonly Offered[]): string[] {
  return installed.filter((tool) => tool.from === 'built-in' && !runsPrograms(tool)).map(({ name }) => name)
}

/** A command that no tool of the agent could run would do nothing, so the first one brings our tool for it along. */
export function withCommands(
  { tools, commands: before }: Pick<Perimeter, 'tools' | 'commands'>,
  commands: Perimeter['commands'],
  installed: readonly Offered[],
): Pick<Perimeter, 'tools' | 'commands'> {
  const able = installed.filter(runsPrograms)
  const ours = able.find(({ from }) => from === 'built-in')
  const has = tools.some(({ name }) => able.some((tool) => tool.name === name))
  if (before.length > 0 || commands.length === 0 || has || !ours) return { tools, commands }
  return { tools: [...tools, { name: ours.name }], commands }
}

export function draftOf(agent: Agent): AgentDraft {
  const { name, model, instructions, perimeter, reviewOutside } = agent
  return structuredClone({ name, model, instructions, perimeter, reviewOutside })
}

export interface DraftFaults {
  name: string
  model: string
  baseUrl: string
  folders: string
}

/** What keeps the draft from being saved, by field; empty strings when all is well. The broker checks again. */
export function checkDraft(draft: AgentDraft): DraftFaults {
  const { name, model, perimeter } = draft
  const needsUrl = model.provider === 'openai-compatible'
  return {
    name: name.trim() === '' ? 'Give it a name.' : '',
    model: model.model.trim() === '' ? 'Choose a model.' : '',
    baseUrl:
      needsUrl && !isHttpUrl(model.baseUrl ?? '') ? 'An address that starts with http:// or https://' : '',
    folders: perimeter.folders.some(({ path }) => !/^(~\/|~$|\/|[A-Za-z]:[\\/]|\\\\)/.test(path))
      ? 'Each folder starts with / or ~/.'
      : '',
  }
}

export function isSound(faults: DraftFaults): boolean {
  return Object.values(faults).every((fault) => fault === '')
}

/** Fields that a provider doesn't use are left out. */
export function tidyModel(model: ModelChoice): ModelChoice {
  const { baseUrl, ...rest } = model
  return model.provider === 'openai-compatible' ? { ...rest, baseUrl: (baseUrl ?? '').trim() } : rest
}

/** Where a provider's key may be sent: to its own address only. Null when there is no such address yet. */
export function bindingFor(model: ModelChoice): SecretBinding | null {
  const host = { openai: 'api.openai.com', anthropic: 'api.anthropic.com' }[model.provider as string]
  if (host) return { scheme: 'https', host, pathPrefix: '/', place: 'header' }
  if (!isHttpUrl(model.baseUrl ?? '')) return null
  const url = new URL(model.baseUrl ?? '')
  return {
    scheme: url.protocol === 'http:' ? 'http' : 'https',
    host: url.hostname,
    ...(url.port ? { port: Number(url.port) } : {}),
    pathPrefix: '/',
    place: 'header',
  }
}

function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text.trim())?.protocol ?? '')
}

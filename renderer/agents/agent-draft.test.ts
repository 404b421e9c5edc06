import { describe, expect, it } from 'vitest'
import { AgentInput } from '../../contract/agent.ts'
import {
  bindingFor,
  checkDraft,
  firstTools,
  isSound,
  newDraft,
  tidyModel,
  withCommands,
} from './agent-draft.ts'

const whole = () => ({
  ...newDraft(['files']),
  name: 'Anna',
  model: { provider: 'openai-compatible' as const, model: 'llama3.1', baseUrl: 'http://127.0.0.1:11434/v1' },
})

const tool = (name: string, capabilities: string[], from = 'built-in') =>
  ({ name, from, manifest: { capabilities } }) as never
const INSTALLED = [
  tool('files', ['fs.read']),
  tool('commands', ['command.run', 'fs.read']),
  tool('builder', ['command.run'], 'installed'),
]

describe('the tool that runs programs', () => {
  const git = { program: 'git', args: [], run: 'ask' as const }
  it('is not given to a new agent, and comes with its first command', () => {
    expect(firstTools(INSTALLED)).toEqual(['files'])
    const before = { tools: [{ name: 'files' }], commands: [] }
    expect(withCommands(before, [git], INSTALLED)).toEqual({
      tools: [{ name: 'files' }, { name: 'commands' }],
      commands: [git],
    })
  })
  it('stays away once a person took it out, or where another tool runs programs', () => {
    const later = { tools: [{ name: 'files' }], commands: [git] }
    expect(withCommands(later, [git, git], INSTALLED).tools).toEqual([{ name: 'files' }])
    const other = { tools: [{ name: 'builder' }], commands: [] }
    expect(withCommands(other, [git], INSTALLED).tools).toEqual([{ name: 'builder' }])
    expect(withCommands({ tools: [], commands: [git] }, [], INSTALLED)).toEqual({ tools: [], commands: [] })
  })
})

describe('a new agent', () => {
  it('reaches nothing until a person says so', () => {
    const { perimeter } = newDraft(['files'])
    expect([perimeter.folders, perimeter.hosts, perimeter.commands, perimeter.secrets]).toEqual([
      [],
      [],
      [],
      [],
    ])
    expect(perimeter.clipboard).toEqual({ read: 'deny', write: 'deny' })
  })
  it('is of the form that the broker takes once it is filled in', () => {
    expect(AgentInput.safeParse(whole()).success).toBe(true)
  })
  it('says what is missing', () => {
    expect(checkDraft(newDraft([]))).toMatchObject({ name: 'Give it a name.', model: 'Choose a model.' })
    expect(isSound(checkDraft(whole()))).toBe(true)
  })
  it('needs folders with a fixed place', () => {
    const draft = whole()
    draft.perimeter.folders = [{ path: 'Downloads', read: 'allow', write: 'ask' }]
    expect(checkDraft(draft).folders).not.toBe('')
    draft.perimeter.folders = [{ path: '~/Downloads', read: 'allow', write: 'ask' }]
    expect(checkDraft(draft).folders).toBe('')
  })
})

describe('a model’s key', () => {
  it('is bound to the provider’s address', () => {
    expect(bindingFor({ provider: 'openai', model: 'x' })).toMatchObject({
      scheme: 'https',
      host: 'api.openai.com',
    })
    expect(
      bindingFor({ provider: 'openai-compatible', model: 'x', baseUrl: 'http://127.0.0.1:1234/v1' }),
    ).toEqual({
      scheme: 'http',
      host: '127.0.0.1',
      port: 1234,
      pathPrefix: '/',
      place: 'header',
    })
  })
  it('has no place to go without an address', () => {
    expect(bindingFor({ provider: 'openai-compatible', model: 'x', baseUrl: 'nonsense' })).toBeNull()
  })
})

it('leaves out the address where the provider has its own', () => {
  expect(tidyModel({ provider: 'openai', model: 'x', baseUrl: 'http://left.over' })).toEqual({
    provider: 'openai',
    model: 'x',
  })
})

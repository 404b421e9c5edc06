/** Whether an agent may call a tool at all: the organization, a stop, the perimeter, the person's rules, in this order. */
import { describe, expect, it } from 'vitest'
import { refused } from '../../../contract/outcome.ts'
import { Perimeter } from '../../../contract/perimeter.ts'
import { CAPABILITIES, type PrincipalRef } from '../../../contract/words.ts'
import type { PolicySources } from '../../ports.ts'
import { decider, HASH, policyFile, tool } from './testing/known-computer.ts'

const TIDY: PrincipalRef = { id: 'agent_1', kind: 'agent', name: 'Tidy' }
const OTHER_HASH = 'b'.repeat(64)
const STOPPED = refused('stopped', 'Everything is stopped.')

function call(given: {
  tools?: object[]
  sources?: Partial<PolicySources>
  stop?: typeof STOPPED
  principal?: PrincipalRef
}) {
  return decider(given.sources).decideToolCall({
    principal: given.principal ?? TIDY,
    perimeter: Perimeter.parse({ tools: given.tools ?? [{ name: 'files' }] }),
    stop: given.stop ?? null,
    tool: tool(),
  })
}
const saidBy = (decision: ReturnType<typeof call>) => [decision.effect, decision.because[0]?.rule]
const bound = (tools: object[]) => ({ managed: policyFile([], { perimeter: { tools } }) })
const rule = (more: object = {}) =>
  policyFile([{ id: 'none', effect: 'deny', tools: ['files'], capabilities: [...CAPABILITIES], ...more }])

describe('an agent’s tools', () => {
  it('are those that its perimeter names, and no others', () => {
    expect(saidBy(call({}))).toEqual(['allow', 'perimeter:tools[0]'])
    expect(saidBy(call({ tools: [{ name: 'web' }, { name: 'files' }] }))).toEqual([
      'allow',
      'perimeter:tools[1]',
    ])
    for (const tools of [[], [{ name: 'web' }], [{ name: 'web', hash: HASH }]]) {
      const decision = call({ tools })
      expect(saidBy(decision)).toEqual(['deny', 'perimeter:tools'])
      expect(decision.because[0]?.text).toContain('is not among the tools of Tidy')
    }
  })

  it('that are allowed as they were stay allowed, and are not when they have changed', () => {
    expect(saidBy(call({ tools: [{ name: 'files', hash: HASH }] }))).toEqual(['allow', 'perimeter:tools[0]'])
    const changed = call({ tools: [{ name: 'files', hash: OTHER_HASH }] })
    expect(saidBy(changed)).toEqual(['deny', 'perimeter:tools'])
    expect(changed.because[0]?.text).toContain('has changed since it was allowed for Tidy')
  })
})

describe('an organization', () => {
  it('names the tools of all agents, and in which form; whoever names none bounds none', () => {
    for (const tools of [[{ name: 'web' }], [{ name: 'files', hash: OTHER_HASH }]])
      expect(saidBy(call({ sources: bound(tools) }))).toEqual(['deny', 'managed:tools'])
    for (const tools of [[{ name: 'web' }, { name: 'files' }], [{ name: 'files', hash: HASH }], []])
      expect(saidBy(call({ sources: bound(tools) }))).toEqual(['allow', 'perimeter:tools[0]'])
    expect(saidBy(call({ tools: [], sources: bound([{ name: 'files' }]) }))).toEqual([
      'deny',
      'perimeter:tools',
    ])
  })

  it('denies a tool before anything else is said, and a file that can’t be read denies all', () => {
    const others = { tools: [], stop: STOPPED }
    expect(saidBy(call({ ...others, sources: { managed: rule() } }))).toEqual(['deny', 'managed:none'])
    expect(saidBy(call({ ...others, sources: bound([{ name: 'web' }]) }))).toEqual(['deny', 'managed:tools'])
    expect(saidBy(call({ ...others, sources: { failedClosed: 'It can’t be read.' } }))).toEqual([
      'deny',
      'managed:broken-file',
    ])
    expect(saidBy(call({ stop: STOPPED }))).toEqual(['deny', 'stop:stopped'])
  })
})

describe('a person’s rule', () => {
  it('that denies all that a tool can do denies the call, behind a stop and the perimeter', () => {
    expect(saidBy(call({ sources: { personal: rule() } }))).toEqual(['deny', 'policy:none'])
    expect(saidBy(call({ sources: { personal: rule() }, stop: STOPPED }))).toEqual(['deny', 'stop:stopped'])
    expect(saidBy(call({ sources: { personal: rule() }, tools: [] }))).toEqual(['deny', 'perimeter:tools'])
  })

  it('counts for the tools and the agents that it names, by id or by name, and for all that it may do', () => {
    const effect = (more: object, principal = TIDY) =>
      call({ sources: { personal: rule(more) }, principal }).effect
    expect(effect({ tools: ['web'] })).toBe('allow')
    expect(effect({ capabilities: ['fs.read'] })).toBe('allow')
    expect(effect({ tools: undefined })).toBe('allow')
    expect(effect({ paths: ['/home/ada'] })).toBe('allow')
    for (const principals of [['agent_1'], ['Tidy'], ['other', 'Tidy']]) {
      expect(effect({ principals })).toBe('deny')
      expect(effect({ principals }, { ...TIDY, id: 'agent_2', name: 'Neat' })).toBe('allow')
    }
  })
})

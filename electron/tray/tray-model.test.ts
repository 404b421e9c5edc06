import { describe, expect, it } from 'vitest'
import type { Agent } from '../../contract/agent.ts'
import type { Status } from '../../contract/broker-api.ts'
import { makeTrayModel, type TrayFacts, type TrayItem } from './tray-model.ts'

const agent = (name: string, paused = false) => ({ id: `agent_${name}`, name, paused }) as Agent
function facts(over: Partial<TrayFacts> = {}, stop: Partial<Status['stop']> = {}, runsActive = 0): TrayFacts {
  const whole = { stopped: false, paused: false, pausedAgents: [], ...stop }
  return {
    broker: { state: 'ready', text: '' },
    status: { stop: whole, runsActive } as unknown as Status,
    agents: [],
    questions: 0,
    ...over,
  }
}
const labels = (items: TrayItem[]): string[] =>
  items.flatMap((item) =>
    item.kind === 'line' ? [] : item.kind === 'menu' ? [item.label, ...labels(item.items)] : [item.label],
  )

describe('the tray', () => {
  it.each<[string, TrayFacts, string, string]>([
    ['nothing at work', facts(), 'running', 'nothing is running'],
    ['runs at work', facts({}, {}, 2), 'running', '2 runs at work'],
    ['a question', facts({ questions: 1 }, {}, 1), 'asking', '1 question waits'],
    ['everything paused', facts({}, { paused: true }), 'paused', 'paused'],
    ['stopped, with a question left', facts({ questions: 1 }, { stopped: true }), 'stopped', 'stopped'],
    ['a broker that starts', facts({ broker: { state: 'starting', text: '' } }), 'paused', 'starting'],
    [
      'a gate that has ended',
      facts({ broker: { state: 'down', text: '' } }),
      'stopped',
      'the gate has closed',
    ],
    ['a gate that hangs', facts({ broker: { state: 'silent', text: '' } }), 'stopped', 'not answering'],
  ])('says in shape and words: %s', (_what, given, icon, words) => {
    const model = makeTrayModel(given)
    expect(model.icon).toBe(icon)
    expect(model.tooltip).toBe(`Sallyport: ${words}`)
    expect(labels(model.items)[0]?.toLowerCase()).toBe(words)
  })

  it('offers to open, to stop and to quit in every state but stopped, where nothing is left to stop', () => {
    for (const given of [facts(), facts({ broker: { state: 'down', text: '' } }), facts({ status: null })])
      expect(labels(makeTrayModel(given).items)).toEqual(
        expect.arrayContaining(['Open Sallyport', 'Stop everything', 'Quit Sallyport']),
      )
    expect(labels(makeTrayModel(facts({}, { stopped: true })).items)).not.toContain('Stop everything')
  })

  it('offers to start the gate again when it has ended or hangs, in words that say what that is', () => {
    for (const state of ['down', 'silent'] as const)
      expect(labels(makeTrayModel(facts({ broker: { state, text: '' } })).items)).toContain(
        'Start the gate again',
      )
    expect(labels(makeTrayModel(facts()).items)).not.toContain('Start the gate again')
  })

  it('pauses and resumes all, and each agent by name', () => {
    const items = makeTrayModel(facts({ agents: [agent('Tidy'), agent('Mail', true)] })).items
    expect(labels(items)).toEqual(expect.arrayContaining(['Pause all', 'Pause Tidy', 'Resume Mail']))
    expect(items.flatMap((item) => (item.kind === 'menu' ? item.items : []))).toContainEqual({
      kind: 'action',
      label: 'Resume Mail',
      action: { do: 'pause', paused: false, agentId: 'agent_Mail' },
    })
    expect(labels(makeTrayModel(facts({}, { paused: true })).items)).toContain('Resume all')
  })

  it('draws an agent’s name as one short line without tricks', () => {
    const tricky = agent(`A\n\u202eB & C${'x'.repeat(100)}`)
    const label = labels(makeTrayModel(facts({ agents: [tricky] })).items).find((each) =>
      each.startsWith('Pause A'),
    )
    expect(label).toMatch(/^Pause A +B && Cx+…$/)
    expect(label?.length).toBeLessThan(60)
  })

  it('does not list a thousand agents', () => {
    const many = Array.from({ length: 1000 }, (_each, index) => agent(`a${index}`))
    const menu = makeTrayModel(facts({ agents: many })).items.find((item) => item.kind === 'menu')
    expect(menu?.kind === 'menu' && menu.items.length).toBe(31)
  })
})

import { describe, expect, it, vi } from 'vitest'
import type { Status } from '../../contract/broker-api.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { type BrokerLife, createLinkStore } from './link-store.ts'

const running = {
  state: 'running',
  stop: { stopped: false, since: null, by: null, receipt: null, paused: false, pausedAgents: [] },
} as unknown as Status
const receipt = { id: 'stop_1', at: 5, by: 'you, in the app', ms: 12 }

function setUp(answers: Record<string, unknown> = {}, shellState: unknown = { state: 'starting', text: '' }) {
  let tellLife: (life: BrokerLife) => void = () => {}
  let tellStatus: (status: Status) => void = () => {}
  const calls: [string, unknown][] = []
  const bridge = {
    call: async (method: string, params: unknown) => {
      calls.push([method, params])
      const answer = method in answers ? answers[method] : method === 'status.get' ? running : {}
      if (answer instanceof Error) throw answer
      return answer
    },
    on: (_event: string, fn: typeof tellStatus) => {
      tellStatus = fn
      return () => {}
    },
    onBroker: (fn: typeof tellLife) => {
      tellLife = fn
      return () => {}
    },
    desktop: async () => shellState,
  } as unknown as PageBridge
  const store = createLinkStore(bridge)
  store.getState().follow()
  return { store, calls, life: (life: BrokerLife) => tellLife(life), status: (s: Status) => tellStatus(s) }
}

describe('the link to the broker', () => {
  it('starts as starting and reads the status once the broker is ready', async () => {
    const { store, life } = setUp()
    expect(store.getState().broker.state).toBe('starting')
    life({ state: 'ready', text: '' })
    await vi.waitFor(() => expect(store.getState().status).toEqual(running), 30_000)
  })
  it('asks the shell for a state that was told before the page listened', async () => {
    const { store } = setUp({}, { state: 'ready', text: '' })
    await vi.waitFor(() => expect(store.getState().broker.state).toBe('ready'), 30_000)
  })
  it('keeps the words when the broker is down', () => {
    const { store, life } = setUp()
    life({ state: 'down', text: 'It ended 3 times in a minute.' })
    expect(store.getState().broker).toEqual({ state: 'down', text: 'It ended 3 times in a minute.' })
  })
  it('shows the receipt as soon as stop has answered', async () => {
    const { store, status } = setUp({ 'stop.now': receipt })
    status(running)
    const stopping = store.getState().stop()
    expect(store.getState().stopping).toBe(true)
    await stopping
    expect(store.getState()).toMatchObject({
      stopping: false,
      status: { state: 'stopped', stop: { stopped: true, receipt } },
    })
  })
  it('stopping one agent does not show all as stopped', async () => {
    const { store, status, calls } = setUp({ 'stop.now': receipt })
    status(running)
    await store.getState().stop('agent_1')
    expect(calls).toContainEqual(['stop.now', { agentId: 'agent_1' }])
    expect(store.getState().status?.stop.stopped).toBe(false)
  })
  it('marks a drill as one', async () => {
    const { store, status, calls } = setUp({ 'stop.now': receipt })
    status(running)
    await store.getState().stop(undefined, true)
    expect(calls).toContainEqual(['stop.now', { drill: true }])
    expect(store.getState().status?.stop.stopped).toBe(true)
  })
  it('says why a stop did not work', async () => {
    const { store } = setUp({ 'stop.now': new Error('The broker does not answer.') })
    await store.getState().stop()
    expect(store.getState()).toMatchObject({ stopping: false, fault: 'The broker does not answer.' })
  })
  it('lets go of a stop that the broker did not live to answer', () => {
    const { store, life } = setUp({ 'stop.now': new Promise(() => {}) })
    void store.getState().stop()
    life({ state: 'down', text: '' })
    expect(store.getState().stopping).toBe(false)
  })
})

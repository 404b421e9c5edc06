import { expect, it } from 'vitest'
import type { Caller } from '../../contract/broker-api.ts'
import { createStopSwitch } from '../stop/stop-switch.ts'
import { serveStop } from './serve-stop.ts'

const caller = { surface: 'cli', name: 'you, in a terminal' } as unknown as Caller

function world() {
  const documents = new Map<string, unknown>()
  let locked = false
  const ended: string[] = []
  const stop = createStopSwitch({
    store: {
      get: (kind, id) => documents.get(kind + id),
      put: (kind, id, value) => void documents.set(kind + id, value),
      delete: () => {},
      list: () => [],
    },
    clock: Date.now,
    log: { append: () => ({ seq: 1, at: 1 }) },
    file: null,
  })
  const session = { locked: () => locked, setLocked: (now: boolean) => (locked = now) }
  const incidents = {
    async end(by: string) {
      ended.push(by)
      return null
    },
  }
  return { api: serveStop({ stop, session, incidents }), stop, session, ended }
}

it('resumes one agent and leaves the others, and an incident, as they are', async () => {
  const { api, stop, ended } = world()
  for (const agentId of ['agent_a', 'agent_b']) await api['stop.now']({ agentId, drill: false }, caller)
  await api['stop.resume']({ agentId: 'agent_a' }, caller)
  expect(stop.state().stoppedAgents).toEqual(['agent_b'])
  expect(ended).toEqual([])
})

it('stops while the screen is locked: anyone at the keyboard may', async () => {
  const { api, stop, session } = world()
  session.setLocked(true)
  expect(await api['stop.now']({ drill: false }, caller)).toMatchObject({ scope: 'all' })
  expect(await api['pause.set']({ paused: true }, caller)).toMatchObject({ paused: true })
  expect(stop.state()).toMatchObject({ stopped: true, paused: true })
})

it('resumes everything, and ends the incident, only while the screen is unlocked', async () => {
  const { api, stop, session, ended } = world()
  await api['stop.now']({ drill: false }, caller)
  session.setLocked(true)
  await expect(api['stop.resume']({}, caller)).rejects.toThrow('locked')
  await expect(api['stop.resume']({ agentId: 'agent_a' }, caller)).rejects.toThrow('locked')
  await expect(api['pause.set']({ paused: false }, caller)).rejects.toThrow('locked')
  expect(stop.state().stopped).toBe(true)
  session.setLocked(false)
  await api['stop.resume']({}, caller)
  expect(stop.state().stopped).toBe(false)
  expect(ended).toEqual([caller.name])
})

import { expect, test } from 'vitest'
import { METHODS } from '../../contract/broker-api.ts'
import { serveAgents } from './serve-agents.ts'

test('a frozen agent is thawed in the window or a terminal, and only while the screen is unlocked', async () => {
  let locked = true
  const thawed: string[] = []
  const api = serveAgents({
    agents: {
      thaw(id: string) {
        thawed.push(id)
        return { kind: 'ok', value: { id } }
      },
    },
    session: { locked: () => locked },
  } as never)
  const by = { surface: 'cli', name: 'you, in a terminal' } as never
  expect(METHODS['agents.thaw'].surfaces).toEqual(['page', 'cli'])
  await expect(api['agents.thaw']({ id: 'agent_1' }, by)).rejects.toThrow('The screen is locked')
  expect(thawed).toEqual([])
  locked = false
  await api['agents.thaw']({ id: 'agent_1' }, by)
  expect(thawed).toEqual(['agent_1'])
})

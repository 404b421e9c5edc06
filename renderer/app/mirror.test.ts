import { describe, expect, it, vi } from 'vitest'
import type { Agent } from '../../contract/agent.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { mirror } from './mirror.ts'

function setUp(load: () => Promise<Agent[]>, again?: (look: () => void) => () => void) {
  let tell: (payload: { agents: Agent[] }) => void = () => {}
  const off = vi.fn()
  const bridge = {
    on: (_event: string, fn: (payload: never) => void) => {
      tell = fn as typeof tell
      return off
    },
  } as unknown as PageBridge
  const seen: Agent[][] = []
  const faults: string[] = []
  const end = mirror({
    bridge,
    event: 'agents',
    load,
    fromEvent: ({ agents }) => agents,
    apply: (agents) => seen.push(agents),
    fail: (text) => faults.push(text),
    ...(again ? { again } : {}),
  })
  return { tell: (agents: Agent[]) => tell({ agents }), off, end, seen, faults }
}

const anna = { name: 'Anna' } as Agent
const bert = { name: 'Bert' } as Agent

describe('a mirror', () => {
  it('shows what it loaded, then each event', async () => {
    const { tell, seen } = setUp(async () => [anna])
    await vi.waitFor(() => expect(seen).toHaveLength(1), 30_000)
    tell([anna, bert])
    expect(seen).toEqual([[anna], [anna, bert]])
  })
  it('does not let a slow first load overwrite a newer event', async () => {
    let answer: (agents: Agent[]) => void = () => {}
    const { tell, seen } = setUp(
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    )
    tell([bert])
    answer([anna])
    await Promise.resolve()
    expect(seen).toEqual([[bert]])
  })
  it('loads anew when it is to look again, and an event that comes meanwhile is newer', async () => {
    const loads: ((agents: Agent[]) => void)[] = []
    let look: () => void = () => {}
    const rest = vi.fn()
    const { tell, seen, end } = setUp(
      () => new Promise((resolve) => loads.push(resolve)),
      (again) => {
        look = again
        return rest
      },
    )
    loads[0]?.([anna])
    await vi.waitFor(() => expect(seen).toEqual([[anna]]), 30_000)
    look()
    loads[1]?.([bert])
    await vi.waitFor(() => expect(seen).toEqual([[anna], [bert]]), 30_000)
    look()
    tell([anna, bert])
    loads[2]?.([])
    await Promise.resolve()
    expect(seen).toEqual([[anna], [bert], [anna, bert]])
    end()
    expect(rest).toHaveBeenCalledOnce()
  })
  it('is silent after its end', async () => {
    const { tell, end, off, seen } = setUp(async () => [anna])
    end()
    tell([bert])
    await Promise.resolve()
    expect(seen).toEqual([])
    expect(off).toHaveBeenCalledOnce()
  })
  it('says the fault of a load that failed', async () => {
    const { faults } = setUp(async () => {
      throw { code: 'unavailable', text: 'The store is locked.' }
    })
    await vi.waitFor(() => expect(faults).toEqual(['The store is locked.']), 30_000)
  })
})

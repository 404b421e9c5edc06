import { describe, expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import { createRouteStore, PAGES, parseRoute, writeRoute } from './route.ts'

describe('a route', () => {
  it('is read from the address', () => {
    expect(parseRoute('#/activity/48209?run=run_1')).toEqual({
      page: 'activity',
      rest: ['48209'],
      params: { run: 'run_1' },
    })
  })
  it('leads home when the address is unknown or empty', () => {
    for (const hash of ['', '#', '#/nowhere', '#//evil.example', '#/%E0%A4%A'])
      expect(parseRoute(hash).page).toBe('home')
  })
  it('survives being written and read', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PAGES),
        fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 3 }),
        (page, rest) => {
          expect(parseRoute(writeRoute({ page, rest, params: {} }))).toEqual({ page, rest, params: {} })
        },
      ),
    )
  })
  it('follows back and forward', () => {
    const listeners = new Set<() => void>()
    const window = {
      location: { hash: '#/runs' },
      addEventListener: (_type: 'hashchange', fn: () => void) => void listeners.add(fn),
      removeEventListener: (_type: 'hashchange', fn: () => void) => void listeners.delete(fn),
    }
    const store = createRouteStore(window)
    const end = store.getState().follow()
    store.getState().go('agents', ['agent_1'])
    expect(window.location.hash).toBe('#/agents/agent_1')
    window.location.hash = '#/runs'
    for (const fn of listeners) fn()
    expect(store.getState().page).toBe('runs')
    end()
    expect(listeners.size).toBe(0)
  })
})

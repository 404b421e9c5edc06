import { describe, expect, it, vi } from 'vitest'
import type { NewEntry } from '../../contract/activity.ts'
import type { DocumentStore } from '../ports.ts'
import { noteDrill, remindOfDrill } from './remind-of-drill.ts'

const DAY = 86_400_000

function world() {
  const documents = new Map<string, unknown>()
  const store: DocumentStore = {
    get: (kind, id) => documents.get(`${kind}/${id}`),
    put: (kind, id, value) => void documents.set(`${kind}/${id}`, value),
    delete: () => {},
    list: () => [],
  }
  const entries: NewEntry[] = []
  let now = 1_000 * DAY
  const look = (muted: string[] = []) => {
    vi.useFakeTimers()
    const end = remindOfDrill({
      documents: store,
      clock: () => now,
      muted: () => muted,
      log: { append: (entry) => ({ seq: entries.push(entry), at: now }) },
      onFault(error) {
        throw error
      },
      firstLookMs: 1,
    })
    vi.advanceTimersByTime(2)
    end()
    vi.useRealTimers()
    return entries.splice(0).length
  }
  return { store, look, forward: (days: number) => (now += days * DAY), now: () => now }
}

describe('the reminder of a drill', () => {
  it('comes a month after the first start, and a month after that', () => {
    const { look, forward } = world()
    expect(look()).toBe(0)
    forward(29)
    expect(look()).toBe(0)
    forward(2)
    expect(look()).toBe(1)
    expect(look()).toBe(0)
    forward(31)
    expect(look()).toBe(1)
  })

  it('does not come when Stop was tried, or when it is muted', () => {
    const { store, look, forward, now } = world()
    look()
    forward(25)
    noteDrill(store, now())
    forward(20)
    expect(look()).toBe(0)
    forward(20)
    expect(look(['drill-due'])).toBe(0)
    expect(look()).toBe(1)
  })
})

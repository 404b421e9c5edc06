import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { shareAbortListeners } from './abort-listeners.ts'

const listening = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

const fail = (error: unknown) => expect.unreachable(String(error))

describe('the listeners of aborts', () => {
  it('are one for all calls of a run, and tell each of them once', () => {
    const aborts = shareAbortListeners(fail)
    const run = new AbortController()
    const heard: string[] = []
    const gone = () => void heard.push('gone')
    aborts.add(run.signal, () => void heard.push('one'))
    aborts.add(run.signal, gone)
    aborts.add(run.signal, () => void heard.push('two'))
    aborts.remove(run.signal, gone)
    expect(listening(run.signal)).toBe(1)
    run.abort()
    run.abort()
    expect(heard).toEqual(['one', 'two'])
    expect(listening(run.signal)).toBe(0)
  })

  it('tell no run of another one’s end', () => {
    const aborts = shareAbortListeners(fail)
    const [one, two] = [new AbortController(), new AbortController()]
    const heard: string[] = []
    aborts.add(one.signal, () => void heard.push('one'))
    aborts.add(two.signal, () => void heard.push('two'))
    two.abort()
    expect(heard).toEqual(['two'])
  })

  it('hear of it also after one that fails, and the failure is not lost', () => {
    const faults: unknown[] = []
    const aborts = shareAbortListeners((error) => faults.push(error))
    const run = new AbortController()
    const heard: string[] = []
    const bug = new Error('a bug')
    aborts.add(run.signal, () => void heard.push('one'))
    aborts.add(run.signal, () => {
      throw bug
    })
    aborts.add(run.signal, () => void heard.push('two'))
    run.abort()
    expect(heard).toEqual(['one', 'two'])
    expect(faults).toEqual([bug])
  })

  it('stay for a run’s next call, and for few runs that have none', () => {
    const aborts = shareAbortListeners(fail)
    const runs = Array.from({ length: 100 }, () => new AbortController().signal)
    const lasting = new AbortController()
    const heard: string[] = []
    aborts.add(lasting.signal, () => void heard.push('lasting'))
    for (const signal of runs) {
      const onAbort = () => {}
      aborts.add(signal, onAbort)
      aborts.remove(signal, onAbort)
      expect(listening(signal)).toBe(1)
    }
    expect(runs.filter((signal) => listening(signal) > 0).length).toBeLessThan(20)
    lasting.abort()
    expect(heard).toEqual(['lasting'])
  })
})

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CallAnswer, DoorLink } from '../contract/door-link.ts'
import { StopFile, StopReceipt } from '../contract/stop.ts'
import { createStopEverything } from './stop-everything.ts'
import { writeStopFile } from './write-stop-file.ts'

function makeStop(answer: (() => Promise<CallAnswer>) | null, failWrite = false, answerMs = 50) {
  const order: string[] = []
  const calls: unknown[] = []
  const files: StopFile[] = []
  const noted: StopFile[] = []
  const link = {
    call: (method: string, params: unknown, surface: string) => {
      calls.push([method, params, surface])
      return (answer as () => Promise<CallAnswer>)()
    },
  } as unknown as DoorLink
  const stop = createStopEverything({
    link: () => (answer ? link : null),
    holdLanes: () => order.push('lanes'),
    endLanes: () => {
      order.push('end lanes')
      return 3
    },
    killBroker: async () => {
      order.push('kill')
      return { killed: 4, survivors: [], ms: 3 }
    },
    startBroker: () => order.push('start'),
    noteStop: (file) => {
      if (failWrite) throw new Error('no space left')
      order.push('note')
      noted.push(file)
      return true
    },
    writeStopFile: (file) => {
      if (failWrite) throw new Error('no space left')
      order.push('write')
      files.push(file)
      return true
    },
    onForced: () => order.push('say'),
    now: () => 1000,
    answerMs,
    lanesMs: 5,
  })
  return { stop, order, calls, files, noted }
}

describe('Stop', () => {
  it('is what the broker says it is, when it answers', async () => {
    const { stop, order, calls } = makeStop(async () => ({ ok: true, value: 'a receipt' }))
    expect(await stop({ surface: 'page', params: { agentId: 'agent_1' } })).toEqual({
      ok: true,
      value: 'a receipt',
    })
    expect(calls).toEqual([['stop.now', { agentId: 'agent_1' }, 'page']])
    // One agent is the broker's to sort out.
    expect(order).toEqual([])
  })

  it('closes the gate and ends what runs before the broker is asked', async () => {
    const seen: string[] = []
    const { stop, order, noted } = makeStop(async () => {
      seen.push(...order)
      return { ok: true, value: 'a receipt' }
    })
    await stop({ surface: 'page', params: { drill: true } })
    expect(seen).toEqual(['note', 'lanes'])
    expect(StopFile.parse(noted[0])).toMatchObject({ writer: 'shell', by: 'you, in the app', drill: true })
    expect(order).toEqual(['note', 'lanes'])
  })

  it('ends what runs when the broker hangs, and still waits for it', async () => {
    let answer: (answer: CallAnswer) => void = () => {}
    const { stop, order } = makeStop(
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
      false,
      60_000,
    )
    const stopped = stop({ surface: 'shell', params: {} })
    await expect.poll(() => order).toEqual(['note', 'lanes', 'end lanes'])
    answer({ ok: true, value: 'a receipt' })
    expect(await stopped).toEqual({ ok: true, value: 'a receipt' })
    expect(order).toEqual(['note', 'lanes', 'end lanes'])
  })

  it('writes the stop down before it kills a broker that hangs, and starts a new one after', async () => {
    const { stop, order, files } = makeStop(() => new Promise(() => {}))
    const start = performance.now()
    const answer = await stop({ surface: 'shell', params: {} })
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(order).toEqual(['note', 'lanes', 'end lanes', 'write', 'kill', 'write', 'say', 'start'])
    expect(StopFile.parse(files[0])).toMatchObject({ writer: 'shell', at: 1000 })
    const receipt = StopReceipt.parse(answer.ok && answer.value)
    expect(receipt).toMatchObject({ processes: 7, survivors: [], scope: 'all' })
    expect(receipt.alreadyLeft[0]).toContain('did not answer')
    expect(StopFile.parse(files[1]).receipt).toEqual(receipt)
  })

  it('does not trust that a broker which went away in the middle has ended everything', async () => {
    const fault = { code: 'unavailable', text: 'The broker ended.' }
    const { stop, order } = makeStop(async () => ({ ok: false, fault }))
    expect(await stop({ surface: 'page', params: {} })).toMatchObject({ ok: true })
    expect(order).toContain('kill')
  })

  it('works while no broker is there: the next one comes up stopped', async () => {
    const { stop, order } = makeStop(null)
    expect(await stop({ surface: 'shell', params: {} })).toMatchObject({ ok: true })
    expect(order).toEqual(['note', 'lanes', 'write', 'kill', 'write', 'say', 'start'])
  })

  it('kills also when the stop can not be written down, and says so', async () => {
    const { stop, order } = makeStop(null, true)
    const answer = await stop({ surface: 'shell', params: {} })
    expect(order).toEqual(['lanes', 'kill', 'say', 'start'])
    expect(JSON.stringify(answer)).toContain('no space left')
  })

  it('kills once for a person who presses it ten times', async () => {
    const { stop, order } = makeStop(() => new Promise(() => {}))
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => stop({ surface: 'shell', params: {} })),
    )
    expect(answers.every((answer) => answer.ok)).toBe(true)
    expect(order.filter((step) => step === 'kill')).toHaveLength(1)
  })
})

describe('the stop file', () => {
  it('is the user’s alone, whole, and never replaces the broker’s own', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'stop-'))
    const file = path.join(folder, 'data', 'STOPPED')
    const content: StopFile = { version: 1, at: 5, by: 'you', writer: 'shell', drill: false, receipt: null }
    expect(writeStopFile(file, content)).toBe(true)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(content)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(existsSync(`${file}.shell`)).toBe(false)
    expect(writeStopFile(file, { ...content, at: 9 })).toBe(false)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(content)
    writeStopFile(file, { ...content, at: 9 }, true)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...content, at: 9 })
    rmSync(folder, { recursive: true })
  })
})

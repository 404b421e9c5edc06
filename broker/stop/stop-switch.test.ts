import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewEntry } from '../../contract/activity.ts'
import { StopFile } from '../../contract/stop.ts'
import type { DocumentStore, Stoppable } from '../ports.ts'
import { stopFileIn } from './stop-file.ts'
import { createStopSwitch, type StopSwitchOptions } from './stop-switch.ts'

let folder: string
let documents: Map<string, unknown>
let entries: NewEntry[]
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'stop-'))
  documents = new Map()
  entries = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const store: DocumentStore = {
  get: (kind, id) => documents.get(`${kind} ${id}`),
  put: (kind, id, value) => void documents.set(`${kind} ${id}`, structuredClone(value)),
  delete: (kind, id) => void documents.delete(`${kind} ${id}`),
  list: () => [],
}
const open = (more: Partial<StopSwitchOptions> = {}) =>
  createStopSwitch({
    store,
    clock: () => 1000,
    file: stopFileIn(folder),
    log: { append: (entry) => ({ seq: entries.push(entry), at: 0 }) },
    ...more,
  })
const part = (end: Stoppable['end'], name = 'isolates'): Stoppable => ({ name, end })

describe('stop', () => {
  it('holds at once, here and for other processes, and then on the disk', async () => {
    const stop = open()
    let seen: unknown
    stop.register(
      part(async () => {
        seen = stop.blocks('agent_1')?.code
        return {}
      }),
    )
    const done = stop.stop('you, in the app')
    expect([stop.blocks('agent_1')?.code, existsSync(stopFileIn(folder))]).toEqual(['stopped', true])
    await done
    expect(seen).toBe('stopped')
    expect(documents.get('stop state')).toMatchObject({ stopped: true, by: 'you, in the app' })
  })

  it('obeys a file that says it was a drill', async () => {
    const stop = open()
    const drill: StopFile = { version: 1, at: 5, by: 'you', writer: 'shell', drill: true, receipt: null }
    writeFileSync(stopFileIn(folder), JSON.stringify(drill))
    await expect.poll(() => stop.state().receipt).toMatchObject({ drill: true, by: 'you' })
  })

  it('closes the gate when the broker leaves, ends what has effects by itself, and keeps nothing of it', async () => {
    const stop = open()
    const ended: string[] = []
    const ends = (name: string) => async () => {
      ended.push(name)
      return {}
    }
    stop.register({ ...part(ends('network'), 'network'), atExit: true })
    stop.register(part(ends('runs'), 'runs'))
    stop.halt()
    expect(stop.blocks('agent_1')).toMatchObject({ code: 'stopped' })
    expect(stop.blocks('product', true)).toMatchObject({ code: 'stopped' })
    expect(ended).toEqual(['network'])
    expect(stop.state().stopped).toBe(false)
    expect([documents.size, entries.length, existsSync(stopFileIn(folder))]).toEqual([0, 0, false])
  })

  it('is for agents: what a person does by hand goes on', async () => {
    const stop = open()
    await stop.stop('you')
    expect(stop.blocks('product')).toMatchObject({ code: 'stopped' })
    expect(stop.blocks('product', true)).toBeNull()
  })

  it('adds up what each part ended, and writes a receipt', async () => {
    const stop = open()
    stop.register(part(async () => ({ isolates: 3, processes: 2, survivors: [17] })))
    stop.register(
      part(
        async () => ({ sockets: 1, runs: 1, alreadyLeft: ['POST https://a.example: 2 kB sent'] }),
        'network',
      ),
    )
    const receipt = await stop.stop('you')
    expect(receipt).toMatchObject({
      isolates: 3,
      processes: 2,
      sockets: 1,
      runs: 1,
      survivors: [17],
      scope: 'all',
      drill: false,
    })
    expect(receipt.alreadyLeft).toEqual(['POST https://a.example: 2 kB sent'])
    expect(stop.state().receipt).toEqual(receipt)
    expect(StopFile.parse(JSON.parse(readFileSync(stopFileIn(folder), 'utf8'))).receipt).toEqual(receipt)
    expect(entries.map(({ kind, subject }) => [kind, subject])).toEqual([
      ['stop', 'Stop everything'],
      [
        'stop',
        expect.stringMatching(
          /^Stopped everything in \d+ ms: 1 run, 3 tools, 2 processes, 1 connection; 1 would not end$/,
        ),
      ],
    ])
  })

  it('keeps the receipt of what it stopped when it is pressed again and nothing was left', async () => {
    let now = 1_000
    const stop = open({ clock: () => now })
    let left = 2
    stop.register({ name: 'lane', end: async () => ({ isolates: left }) })
    const first = await stop.stop('file')
    left = 0
    // A terminal writes the file and then asks: to it, it was one press.
    expect(await stop.stop('terminal')).toEqual(first)
    now += 60_000
    expect(await stop.stop('incident')).toMatchObject({ isolates: 0 })
    expect(stop.state().receipt).toEqual(first)
    left = 1
    await stop.stop('tray')
    expect(stop.state().receipt).toMatchObject({ isolates: 1 })
    stop.resume('main')
    left = 0
    await stop.stop('tray')
    expect(stop.state().receipt).toMatchObject({ isolates: 0 })
  })
  it('waits for no part that hangs or throws, and names it', async () => {
    const stop = open()
    stop.register(part(() => new Promise(() => {}), 'the hanging lane'))
    stop.register(part(() => Promise.reject(new Error('broken pipe')), 'the broken lane'))
    stop.register(part(async () => ({ processes: 1 })))
    const receipt = await stop.stop('you')
    expect(receipt.processes).toBe(1)
    expect(receipt.ms).toBeLessThan(10_000)
    expect(receipt.alreadyLeft).toEqual([
      expect.stringContaining('the hanging lane did not end within'),
      'the broken lane could not be ended: broken pipe',
    ])
  })

  it('works although neither log nor disk take anything', async () => {
    const fail = () => {
      throw new Error('disk full')
    }
    const stop = open({
      log: { append: fail },
      store: { ...store, put: fail },
      file: path.join(folder, 'no', '\0bad'),
    })
    let ended = false
    stop.register(
      part(async () => {
        ended = true
        return {}
      }),
    )
    const receipt = await stop.stop('you')
    expect(ended).toBe(true)
    expect(stop.blocks('agent_1')?.code).toBe('stopped')
    expect(receipt.alreadyLeft.join()).toContain('could not be saved')
  })

  it('survives a restart; only resume lifts it', async () => {
    await open().stop('you')
    const again = open()
    expect(again.state()).toMatchObject({ stopped: true, by: 'you', since: 1000 })
    expect(again.resume('you').stopped).toBe(false)
    expect(existsSync(stopFileIn(folder))).toBe(false)
    expect(open().state().stopped).toBe(false)
  })

  it('is not lifted while the session is locked', async () => {
    let locked = true
    const stop = open({ mayResume: () => !locked })
    await stop.stop('you')
    expect(stop.resume('someone').stopped).toBe(true)
    stop.setPaused('someone', true)
    expect(stop.setPaused('someone', false).paused).toBe(true)
    locked = false
    expect(stop.resume('you').stopped).toBe(false)
  })

  it.each([
    [
      'a stop file that the shell wrote',
      () => JSON.stringify({ version: 1, at: 5, by: 'you, in the window', writer: 'shell' }),
    ],
    ['a stop file of nonsense', () => 'not json'],
    ['an empty stop file', () => ''],
  ])('counts %s as a stop', (_, text) => {
    writeFileSync(stopFileIn(folder), text())
    const stop = open()
    expect(stop.state().stopped).toBe(true)
    expect(stop.blocks('agent_1')?.code).toBe('stopped')
  })

  it('obeys a stop file that somebody else writes while it runs', async () => {
    const stop = open()
    let ended = 0
    stop.register(
      part(async () => {
        ended++
        return {}
      }),
    )
    expect(stop.blocks('agent_1')).toBeNull()
    writeFileSync(
      stopFileIn(folder),
      JSON.stringify({ version: 1, at: 5, by: 'you, at the desktop', writer: 'shell' }),
    )
    await sleep(25)
    expect(stop.blocks('agent_1')?.code).toBe('stopped')
    expect(stop.state()).toMatchObject({ stopped: true, by: 'you, at the desktop' })
    for (let n = 0; n < 50 && ended === 0; n++) await sleep(5)
    expect(ended).toBe(1)
    stop.resume('you')
    expect(stop.blocks('agent_1')).toBeNull()
    writeFileSync(stopFileIn(folder), '')
    for (let n = 0; n < 50 && !stop.state().stopped; n++) await sleep(20)
    expect(stop.state().stopped).toBe(true)
  })

  it('counts a state that can not be read as a stop', () => {
    documents.set('stop state', { stopped: 'maybe' })
    expect(open().state().stopped).toBe(true)
  })

  it('stops one agent and leaves the others', async () => {
    const stop = open()
    const scopes: string[] = []
    stop.register(
      part(async (scope) => {
        scopes.push(scope)
        return {}
      }),
    )
    await stop.stop('you', 'agent_1')
    expect(scopes).toEqual(['agent_1'])
    expect(stop.blocks('agent_1')?.code).toBe('stopped')
    expect(stop.blocks('agent_2')).toBeNull()
    expect(existsSync(stopFileIn(folder))).toBe(false)
    expect(open().blocks('agent_1')?.code).toBe('stopped')
    stop.resume('you', 'agent_1')
    expect(stop.blocks('agent_1')).toBeNull()
  })

  it('says of a drill that it was one', async () => {
    const receipt = await open().stop('you', 'all', true)
    expect(receipt.drill).toBe(true)
    expect(entries.at(-1)?.subject).toMatch(/^Drill: stopped/)
  })

  it('is one stop when it is pressed many times, and ends what there is at each press', async () => {
    const stop = open()
    let calls = 0
    stop.register(
      part(async () => {
        calls++
        await sleep(10)
        return {}
      }),
    )
    const receipts = await Promise.all([stop.stop('you'), stop.stop('you'), stop.stop('you')])
    expect(new Set(receipts.map(({ id }) => id)).size).toBe(1)
    expect(entries.filter(({ subject }) => subject === 'Stop everything')).toHaveLength(1)
    // What was held still from outside at the second press must be ended and let go, too.
    expect(calls).toBe(3)
  })

  it('holds when it is pressed again after a resume, while the first one still waits for a part', async () => {
    const stop = open()
    const hanging = Promise.withResolvers<void>()
    let calls = 0
    stop.register(
      part(async () => {
        if (calls++ === 0) await hanging.promise
        return {}
      }),
    )
    const first = stop.stop('you')
    expect(stop.resume('you').stopped).toBe(false)
    const second = stop.stop('you, again')
    expect(stop.blocks('agent_1')?.code).toBe('stopped')
    expect(existsSync(stopFileIn(folder))).toBe(true)
    expect((await second).by).toBe('you, again')
    hanging.resolve()
    expect((await first).by).toBe('you')
    expect(stop.state()).toMatchObject({ stopped: true, by: 'you, again' })
    expect(existsSync(stopFileIn(folder))).toBe(true)
    expect(open().state().stopped).toBe(true)
  })

  it('holds for one agent when it is pressed again after a resume', async () => {
    const stop = open()
    let calls = 0
    stop.register(part(() => (calls++ === 0 ? sleep(50).then(() => ({})) : Promise.resolve({}))))
    const first = stop.stop('you', 'agent_1')
    stop.resume('you', 'agent_1')
    await stop.stop('you', 'agent_1')
    await first
    expect(stop.blocks('agent_1')?.code).toBe('stopped')
  })
})

describe('pause', () => {
  const settled = async (promise: Promise<void>) =>
    Promise.race([promise.then(() => true), sleep(15).then(() => false)])

  it('holds an agent until it is resumed; nothing is lost', async () => {
    const stop = open()
    stop.setPaused('you', true, 'agent_1')
    const wait = stop.whilePaused('agent_1', new AbortController().signal)
    await stop.whilePaused('agent_2', new AbortController().signal)
    expect(stop.blocks('agent_1')?.code).toBe('paused')
    expect(stop.blocks('agent_2')).toBeNull()
    expect(await settled(wait)).toBe(false)
    stop.setPaused('you', true)
    stop.setPaused('you', false, 'agent_1')
    expect(await settled(wait)).toBe(false)
    stop.setPaused('you', false)
    expect(await settled(wait)).toBe(true)
  })

  it('is in the record once, and going on is when there was a pause', () => {
    const stop = open()
    for (const agent of [undefined, 'agent_1']) {
      for (const paused of [false, true, true, false, false]) stop.setPaused('you', paused, agent)
      const words = agent === undefined ? 'everything' : 'one agent'
      expect(entries.splice(0).map(({ subject }) => subject)).toEqual([`Pause ${words}`, `Resume ${words}`])
    }
  })

  it('ends the wait when everything is stopped, or the call is aborted', async () => {
    const stop = open()
    stop.setPaused('you', true)
    const abort = new AbortController()
    const aborted = stop.whilePaused('agent_1', abort.signal)
    abort.abort()
    expect(await settled(aborted)).toBe(true)
    const stopped = stop.whilePaused('agent_1', new AbortController().signal)
    await stop.stop('you')
    expect(await settled(stopped)).toBe(true)
    expect(stop.blocks('agent_1')?.code).toBe('stopped')
  })

  it('has the parts hold still what runs, at once, and tells a part that comes later', () => {
    const stop = open()
    const told: string[] = []
    const holding = (name: string): Stoppable => ({
      name,
      end: async () => ({}),
      hold: (isPaused) =>
        void told.push(`${name}: ${['agent_1', 'agent_2'].filter(isPaused).join(' ') || 'nobody'}`),
    })
    stop.register({
      name: 'a broken one',
      end: async () => ({}),
      hold() {
        throw new Error('no such process')
      },
    })
    stop.register(holding('lane'))
    stop.setPaused('you', true, 'agent_1')
    stop.setPaused('you', true)
    stop.register(holding('late'))
    stop.setPaused('you', false)
    expect(told).toEqual([
      'lane: nobody',
      'lane: agent_1',
      'lane: agent_1 agent_2',
      'late: agent_1 agent_2',
      'lane: agent_1',
      'late: agent_1',
    ])
  })

  it('survives a restart', () => {
    open().setPaused('you', true, 'agent_1')
    expect(open().blocks('agent_1')?.code).toBe('paused')
  })
})

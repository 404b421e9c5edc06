// Hosts that can't be started, take too long or ask too much: with small stand-ins that only speak the channel's words.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ContainedProgram, ContainedPrograms } from '../../ports.ts'
import { killTrees } from '../../stop/kill-tree.ts'
import { type LaneGroup, noGroup } from '../lane-group.ts'
import { createContainedPrograms } from './contained-programs.ts'
import { STARTS_AT_ONCE } from './start-line.ts'

let top: string
let lane: ContainedPrograms
let said: string[]
const usual = process.env.TMPDIR

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync('/tmp/sph-'))
  said = []
  for (const name of ['bwrap', 'socat', 'rg']) fs.writeFileSync(`${top}/${name}`, '', { mode: 0o755 })
  fs.writeFileSync(
    `${top}/host.mjs`,
    `import fs from 'node:fs'
    const mode = fs.readFileSync('${top}/mode', 'utf8')
    fs.writeFileSync('${top}/pid', String(process.pid))
    process.on('disconnect', () => process.exit())
    const answers = []
    process.on('message', ({ kind, no }) => {
      if (kind === 'answer' && answers.push(no) === 1002) fs.writeFileSync('${top}/answers', JSON.stringify(answers))
      if (kind !== 'run' || mode === 'stays') return
      if (mode === 'asks') {
        const ask = (id) => process.send({ kind: 'ask', id, host: 'h' + (id % 1000) + '.example', port: 443 })
        for (let id = 0; id < 1002; id++) ask(id)
        return
      }
      process.send({ kind: 'over', exitCode: 0, signal: null, limit: null, peakRss: 0, left: [] })
    })
    if (mode === 'unable') process.send({ kind: 'unable', text: 'The sandbox lacks a thing.' })
    if (mode === 'ready' || mode === 'stays' || mode === 'asks') process.send({ kind: 'ready' })
    if (mode === 'dies') {
      fs.writeSync(2, 'Error: a part of it is missing\\n')
      process.exit(3)
    }`,
  )
  const temporary = `${top}/t`
  fs.mkdirSync(temporary)
  process.env.TMPDIR = temporary
  lane = make(noGroup)
})
afterEach(async () => {
  await lane.close()
  if (usual === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usual
  fs.rmSync(top, { recursive: true, force: true })
})

const make = (group: LaneGroup) =>
  createContainedPrograms({
    group,
    node: process.execPath,
    childFile: `${top}/host.mjs`,
    searchPath: top,
    killTrees,
    log: (text) => said.push(text),
  })
const hosts = (mode: 'ready' | 'silent' | 'unable' | 'dies' | 'stays' | 'asks') =>
  fs.writeFileSync(`${top}/mode`, mode)
const start = (
  mayConnect: ContainedProgram['mayConnect'] = async () => null,
  { signal } = new AbortController(),
) =>
  lane.start({
    principalId: 'agent_1',
    words: 'a program',
    program: '/bin/true',
    ...{ args: [], input: '', cwd: top, env: {}, readable: [], writable: [], hidden: [], readOnly: [] },
    ...{ maxMemory: 1e9, maxProcesses: 10, timeoutMs: 20_000 },
    ...{ mayConnect, privateAddresses: async () => [], onSent: () => null, local: [] },
    signal,
  })
/** Each has a folder from the moment in which it is started. */
const begun = () => fs.readdirSync(`${top}/t`).length
const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await nextTurn()
}

describe.skipIf(process.platform === 'win32')('a host', () => {
  test('that can’t have its folder is a refusal, and costs no place, however often', async () => {
    hosts('ready')
    fs.renameSync(`${top}/t`, `${top}/away`)
    for (let n = 0; n < 20; n++)
      expect(await start()).toMatchObject({
        kind: 'refused',
        code: 'unavailable',
        person: expect.stringContaining('ENOENT'),
      })
    expect(await lane.end('all')).toMatchObject({ processes: 0, survivors: [], alreadyLeft: [] })
    fs.renameSync(`${top}/away`, `${top}/t`)
    expect((await start()).kind).toBe('ok')
  })

  test('of which no spare can be made takes nothing from the program before', async () => {
    hosts('ready')
    const started = await start()
    if (started.kind !== 'ok') throw new Error(started.person)
    fs.renameSync(`${top}/t`, `${top}/away`)
    expect(await started.value.ended).toMatchObject({ endedBy: 'itself', exitCode: 0 })
    expect(await started.value.kill()).toEqual({ survivors: [] })
    expect(said.join()).toContain('ENOENT')
    fs.renameSync(`${top}/away`, `${top}/t`)
  })

  test('that is a spare and broke is not the next program’s', async () => {
    hosts('ready')
    const started = await start()
    if (started.kind !== 'ok') throw new Error(started.person)
    const before = fs.readFileSync(`${top}/pid`, 'utf8')
    hosts('unable')
    await started.value.ended
    await expect.poll(() => fs.readFileSync(`${top}/pid`, 'utf8'), { timeout: 10_000 }).not.toBe(before)
    await sleep(300)
    hosts('ready')
    expect((await start()).kind).toBe('ok')
  })

  test('that dies before it is ready leaves its end and its last words in the diagnostic log, and there only', async () => {
    hosts('dies')
    const refused = await start()
    expect(refused).toMatchObject({ kind: 'refused', code: 'unavailable' })
    expect(said).toEqual([
      expect.stringMatching(/ended before it was ready.*exit code 3.*a part of it is missing/),
    ])
    expect(JSON.stringify(refused)).not.toContain('missing')
  })

  test('that is a spare and dies before it is ready does so, too', async () => {
    hosts('ready')
    const started = await start()
    if (started.kind !== 'ok') throw new Error(started.person)
    hosts('dies')
    await started.value.ended
    await expect.poll(() => said, { timeout: 10_000 }).toHaveLength(1)
    expect(said[0]).toMatch(/spare.*exit code 3.*a part of it is missing/)
  })

  test('that is still coming up is ended by Stop at once, and nobody is told that programs can’t run here', async () => {
    hosts('silent')
    const starting = start()
    await expect.poll(() => fs.existsSync(`${top}/pid`), { timeout: 10_000 }).toBe(true)
    const pid = Number(fs.readFileSync(`${top}/pid`, 'utf8'))
    const began = performance.now()
    expect(await lane.end('all')).toMatchObject({ processes: 1, survivors: [], alreadyLeft: [] })
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(await starting).toMatchObject({ kind: 'refused', code: 'cancelled' })
    // Killed by then; that its parent has taken note of it can take a turn more.
    await expect.poll(() => spawnSync('kill', ['-0', String(pid)]).status).not.toBe(0)
    expect(said).toEqual([])
  })

  test('is one of few that come up at a time; who waits for a turn is let go at once, and at a time limit is let in', async () => {
    hosts('silent')
    const given = new AbortController()
    const first = Array.from({ length: STARTS_AT_ONCE }, () => start())
    const waiting = start(undefined, given)
    const last = start()
    await turns(50)
    expect(begun()).toBe(STARTS_AT_ONCE)
    given.abort()
    expect(await waiting).toMatchObject({ kind: 'refused', code: 'cancelled' })
    expect(begun()).toBe(STARTS_AT_ONCE)
    await expect.poll(begun, { timeout: 10_000 }).toBe(STARTS_AT_ONCE + 1)
    await lane.end('all')
    for (const each of [...first, last])
      expect(await each).toMatchObject({ kind: 'refused', code: 'cancelled' })
  })

  test('whose turn has not come when Stop is pressed is never started', async () => {
    hosts('silent')
    const all = Array.from({ length: 16 }, () => start())
    await turns(50)
    await lane.end('all')
    for (const each of all) expect(await each).toMatchObject({ kind: 'refused', code: 'cancelled' })
    await turns(50)
    expect(begun()).toBe(0)
    hosts('ready')
    expect((await start()).kind).toBe('ok')
  })

  test('lets the next one come up when it is ready, or broke: all have their turn', async () => {
    hosts('unable')
    for (const each of await Promise.all(Array.from({ length: 16 }, () => start())))
      expect(each).toMatchObject({ kind: 'refused', code: 'unavailable' })
    hosts('ready')
    for (const each of await Promise.all(Array.from({ length: 16 }, () => start())))
      expect(each.kind).toBe('ok')
  })

  test('that could not be put into its group is ended all the same, and that is known', async () => {
    hosts('stays')
    const takesNobody: LaneGroup = { ...noGroup, works: true, take: () => false, inner: () => takesNobody }
    lane = make(takesNobody)
    const started = await start()
    if (started.kind !== 'ok') throw new Error(started.person)
    const pid = Number(fs.readFileSync(`${top}/pid`, 'utf8'))
    try {
      expect(await lane.end('all')).toMatchObject({ processes: 1, survivors: [] })
      const isThere = () => spawnSync('kill', ['-0', String(pid)]).status === 0
      await expect.poll(isThere).toBe(false)
      expect(said).toEqual([expect.stringContaining('could not be put into its group')])
    } finally {
      spawnSync('kill', ['-9', String(pid)])
    }
  })

  test('whose program asks for ever more hosts is refused them at some point; those that it has stay', async () => {
    hosts('asks')
    const asked: string[] = []
    const started = await start(async (host) => {
      asked.push(host)
      return null
    })
    expect(started.kind).toBe('ok')
    await expect.poll(() => fs.existsSync(`${top}/answers`), { timeout: 10_000 }).toBe(true)
    const answers = JSON.parse(fs.readFileSync(`${top}/answers`, 'utf8')) as (string | null)[]
    expect(asked).toHaveLength(256)
    const refusals = answers.filter((no) => no !== null)
    expect(refusals).toHaveLength(1000 - 256)
    expect(refusals[0]).toContain('256 hosts')
    if (started.kind !== 'ok') return
    await started.value.kill()
    expect(await started.value.ended).toMatchObject({ denied: [], notAsked: 1000 - 256 })
  })
})

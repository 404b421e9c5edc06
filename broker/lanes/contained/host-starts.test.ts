// Hosts that can't be started, or take too long: with small stand-ins that only speak the channel's words.
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ContainedPrograms } from '../../ports.ts'
import { killTrees } from '../../stop/kill-tree.ts'
import { createContainedPrograms } from './contained-programs.ts'

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
    process.on('message', ({ kind }) => {
      if (kind !== 'run') return
      process.send({ kind: 'over', exitCode: 0, signal: null, limit: null, peakRss: 0, left: [] })
    })
    if (mode === 'unable') process.send({ kind: 'unable', text: 'The sandbox lacks a thing.' })
    if (mode === 'ready') process.send({ kind: 'ready' })
    if (mode === 'dies') {
      fs.writeSync(2, 'Error: a part of it is missing\\n')
      process.exit(3)
    }`,
  )
  const temporary = `${top}/t`
  fs.mkdirSync(temporary)
  process.env.TMPDIR = temporary
  lane = createContainedPrograms({
    node: process.execPath,
    childFile: `${top}/host.mjs`,
    searchPath: top,
    killTrees,
    log: (text) => said.push(text),
  })
})
afterEach(async () => {
  await lane.close()
  if (usual === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usual
  fs.rmSync(top, { recursive: true, force: true })
})

const hosts = (mode: 'ready' | 'silent' | 'unable' | 'dies') => fs.writeFileSync(`${top}/mode`, mode)
const start = () =>
  lane.start({
    principalId: 'agent_1',
    words: 'a program',
    program: '/bin/true',
    ...{ args: [], cwd: top, env: {}, readable: [], writable: [], hidden: [], readOnly: [] },
    ...{ maxMemory: 1e9, maxProcesses: 10, timeoutMs: 20_000 },
    mayConnect: async () => null,
    signal: new AbortController().signal,
  })

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
    expect(() => process.kill(pid, 0)).toThrow()
    expect(said).toEqual([])
  })
})

/**
 * Pause (everything stands still, nothing is lost), Stop (everything ends) and a freeze (one tool), for one agent and for
 * all, in every order in which they meet: on the real broker, with a program of each of two agents that writes all the
 * time, and with calls that are made meanwhile.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import { type BusyBroker, openBusyBroker, PERSON } from '../../e2e/fixtures/open-busy-broker.ts'

/** What is held must be seen to stand still for so long, after so long. */
const STILL_MS = 150
const HOLDING_MS = 60

let busy: BusyBroker
beforeAll(async () => {
  busy = await openBusyBroker()
})
afterAll(() => busy?.close())
afterEach(async () => {
  await busy.api['session.locked']({ locked: false }, PERSON)
  await stop()
  await resume()
  for (const each of [all, ann, bob]) await letGo(each)
})

const all = undefined
const [ann, bob] = ['agent_ann', 'agent_bob']
const scope = (agentId: string | undefined) => (agentId === undefined ? {} : { agentId })
const stop = (agentId?: string) => busy.api['stop.now']({ ...scope(agentId), drill: false }, PERSON)
const resume = (agentId?: string) => busy.api['stop.resume'](scope(agentId), PERSON)
const pause = (agentId?: string) => busy.api['pause.set']({ ...scope(agentId), paused: true }, PERSON)
const letGo = (agentId?: string) => busy.api['pause.set']({ ...scope(agentId), paused: false }, PERSON)

type Program = Awaited<ReturnType<BusyBroker['startProgram']>>
const size = ({ file }: Program) => readFileSync(file).length
async function runsOn(program: Program): Promise<void> {
  const before = size(program)
  await expect.poll(() => size(program)).toBeGreaterThan(before)
}
async function standsStill(program: Program): Promise<void> {
  await sleep(HOLDING_MS)
  const before = size(program)
  await sleep(STILL_MS)
  expect(size(program)).toBe(before)
  expect(busy.processes().join()).toContain(program.file)
}
async function isGone(program: Program): Promise<void> {
  expect((await program.ended).kind).not.toBe('ok')
  await expect.poll(() => busy.processes().filter((command) => command.includes(program.file))).toEqual([])
}

const works = async (agent: string) => expect(await busy.once(agent)).toMatchObject({ kind: 'ok' })
const isRefused = async (agent: string, words: RegExp) => {
  const outcome = await busy.once(agent)
  expect(outcome).toMatchObject({ kind: 'refused', code: 'stopped', person: expect.stringMatching(words) })
}
/** A call that is made now and does not come back yet. */
async function waits(agent: string): Promise<{ outcome: Promise<Outcome<Json>> }> {
  const outcome = busy.once(agent)
  expect(await Promise.race([outcome, sleep(STILL_MS, 'waits')])).toBe('waits')
  return { outcome }
}

describe('pause and Stop, for one agent and for all', () => {
  it('one is paused, everything is stopped, and that one stays paused after the resume', async () => {
    const [anns, bobs] = [await busy.startProgram(ann), await busy.startProgram(bob)]
    await pause(ann)
    await standsStill(anns)
    await runsOn(bobs)
    const waiting = await waits(ann)
    const receipt = await stop()
    expect(receipt.survivors).toEqual([])
    await isGone(anns)
    await isGone(bobs)
    expect(await waiting.outcome).toMatchObject({ kind: 'refused', code: 'stopped' })
    await isRefused(bob, /Everything is stopped/)
    await resume()
    await works(bob)
    const held = await waits(ann)
    await letGo(ann)
    expect(await held.outcome).toMatchObject({ kind: 'ok' })
  })

  it('everything is paused, and one is stopped meanwhile: the others go on where they were', async () => {
    const [anns, bobs] = [await busy.startProgram(ann), await busy.startProgram(bob)]
    await pause(all)
    await standsStill(anns)
    await standsStill(bobs)
    expect((await stop(ann)).survivors).toEqual([])
    await isGone(anns)
    await standsStill(bobs)
    await isRefused(ann, /This agent is stopped/)
    await letGo(all)
    await runsOn(bobs)
    await isRefused(ann, /This agent is stopped/)
    await resume(ann)
    await works(ann)
  })

  it('one is paused, and stopped by itself: each is lifted by itself', async () => {
    const anns = await busy.startProgram(ann)
    await pause(ann)
    await stop(ann)
    await isGone(anns)
    await isRefused(ann, /This agent is stopped/)
    await resume(ann)
    const held = await waits(ann)
    await letGo(ann)
    expect(await held.outcome).toMatchObject({ kind: 'ok' })
    await works(bob)
  })

  it('one is stopped, then everything: to let one go on is not to let anything go on', async () => {
    await stop(ann)
    await works(bob)
    await stop()
    await resume(ann)
    await isRefused(ann, /Everything is stopped/)
    await resume()
    await works(ann)
    await works(bob)
  })

  it('everything is paused, then stopped: the pause outlives the stop', async () => {
    await pause(all)
    await stop()
    await resume()
    const [first, second] = [await waits(ann), await waits(bob)]
    await letGo(all)
    for (const each of [first, second]) expect(await each.outcome).toMatchObject({ kind: 'ok' })
  })

  it('one is paused although everything is: it stays so when all are let go', async () => {
    await pause(ann)
    await pause(all)
    await letGo(all)
    await works(bob)
    const held = await waits(ann)
    await letGo(ann)
    expect(await held.outcome).toMatchObject({ kind: 'ok' })
  })
})

it('a tool that is frozen stays so over a pause and a stop, until a person thaws it', async () => {
  const refusal = () => isRefused(ann, /is frozen/)
  expect(await busy.leak(bob)).toMatchObject({ kind: 'refused' })
  await refusal()
  await pause(ann)
  await letGo(ann)
  await refusal()
  await stop()
  await isRefused(ann, /Everything is stopped|is frozen/)
  await resume()
  await refusal()
  await busy.api['tools.thaw']({ name: 'busy' }, PERSON)
  await works(ann)
})

it('while the screen is locked everything can be held, and nothing let go', async () => {
  const { api } = busy
  await api['session.locked']({ locked: true }, PERSON)
  await pause(ann)
  await stop(bob)
  await stop()
  for (const attempt of [() => resume(), () => resume(bob), () => letGo(ann), () => letGo()])
    await expect(attempt()).rejects.toThrow('The screen is locked')
  for (const agent of [ann, bob]) await isRefused(agent, /Everything is stopped/)
  await api['session.locked']({ locked: false }, PERSON)
  await resume()
  await letGo(ann)
  for (const agent of [ann, bob]) await works(agent)
})

// What a policy file says of tools holds for a tool that is run by hand under it: not the perimeter alone.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { makeRealBroker, PERSON, prepareHome } from '../../e2e/fixtures/open-busy-broker.ts'
import { findBubblewrap } from '../lanes/wrap-with-os-sandbox.linux.ts'

const PROBE = `
export const one = () => 1
export const write = ({ file, data = 'x' }) => sallyport.fs.writeFile({ path: file, data })
export const wait = () => new Promise((resolve) => setTimeout(resolve, 60_000))
`
const realPath = process.env.PATH
let undo: (() => unknown)[] = []
afterEach(async () => {
  for (const back of undo.toReversed()) await back()
  undo = []
})

async function open(settings: object, bin?: string) {
  if (bin) process.env.PATH = `${bin}:${realPath}`
  const at = prepareHome()
  undo.push(() => rmSync(at.home, { recursive: true, force: true, maxRetries: 5 }))
  const broker = await makeRealBroker(at)
  undo.push(
    () => broker.close(),
    () => {
      process.env.PATH = realPath
    },
  )
  const tool = path.join(at.home, 'probe.js')
  writeFileSync(tool, PROBE)
  const policyText = JSON.stringify({
    version: 1,
    perimeter: { folders: [{ path: at.home, read: 'allow', write: 'allow' }], tools: [{ name: 'files' }] },
    settings,
  })
  const run = async (fn: string, input: object = {}) =>
    (await broker.api['tool.run']({ path: tool, fn, input, policyText, answer: 'deny' } as never, PERSON))
      .outcome
  const check = async (name: string, file: string) => {
    const request = { capability: 'fs.write', resource: { path: file }, tool: name } as const
    const { answers } = await broker.api['policy.check']({ requests: [request], policyText }, PERSON)
    return answers[0]?.decision
  }
  return { run, check, rooms: broker.rooms, file: path.join(at.home, 'new.txt') }
}

describe('settings of the policy file that a tool is run by hand with', () => {
  it.runIf(process.platform === 'linux')(
    'refuse it where the OS sandbox is missing and they require it',
    async () => {
      const bin = mkdtempSync('/tmp/sallyport-bin-')
      undo.push(() => rmSync(bin, { recursive: true }))
      writeFileSync(path.join(bin, 'bwrap'), '#!/bin/sh\necho "bwrap: No permissions" >&2\nexit 1\n')
      chmodSync(path.join(bin, 'bwrap'), 0o755)
      expect(await (await open({}, bin)).run('one')).toMatchObject({ kind: 'ok' })
      expect(await (await open({ requireOsSandbox: true }, bin)).run('one')).toMatchObject({
        kind: 'refused',
        code: 'unavailable',
      })
    },
  )

  it.runIf(findBubblewrap())('have it run without a compiler when they are strict', async () => {
    for (const strictSandbox of [false, true]) {
      const { run, rooms } = await open({ strictSandbox })
      const waiting = run('wait')
      await expect.poll(() => rooms.lane.stats().busy).toBe(1)
      const [pid] = rooms.lane.stats().pids
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      expect(words.includes('--jitless')).toBe(strictSandbox)
      await rooms.lane.end('all')
      await waiting
    }
  })

  it('keep it from what they say that it never does', async () => {
    const free = await open({})
    expect(await free.run('write', { file: free.file })).toMatchObject({ kind: 'ok' })
    const toolRules = { probe: { 'fs.write': 'deny' }, files: { 'fs.write': 'deny' } }
    const bound = await open({ toolRules })
    expect(await bound.run('write', { file: bound.file })).toMatchObject({ code: 'denied-by-policy' })
    // What is only checked under such a file is told the same, of a tool that is installed.
    expect(await free.check('files', free.file)).toBe('allow')
    expect(await bound.check('files', bound.file)).toBe('deny')
  })
})

// A policy lowers what a call of any tool may take; a manifest can't get around it, and nothing is raised by it.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToolLimitCaps } from '../../contract/manifest.ts'
import { openTestHouse, type TestHouse } from '../../e2e/fixtures/open-test-house.ts'
import { makeTool } from '../../e2e/fixtures/open-test-lane.ts'

let caps: ToolLimitCaps = {}
let house: TestHouse

beforeAll(async () => {
  house = await openTestHouse({ toolLimits: () => caps })
})
afterAll(() => house.close())

const call = (code: string, limits: ToolLimitCaps = {}) => {
  const tool = makeTool(code)
  tool.manifest = {
    ...tool.manifest,
    capabilities: ['fs.read'],
    limits: { ...tool.manifest.limits, ...limits },
  }
  return house.callTool(tool, 'main', {}, { folders: [{ path: house.home, read: 'allow', write: 'deny' }] })
}

describe('limits of a call, lowered by a policy', () => {
  it('end a call that its manifest would let go on', async () => {
    const loop = 'export const main = () => { for (;;) {} }'
    caps = { wallMs: 300 }
    expect(await call(loop, { wallMs: 600_000 })).toMatchObject({ kind: 'failed', code: 'deadline' })
    caps = { cpuMs: 200 }
    expect(await call(loop, { cpuMs: 300_000 })).toMatchObject({ kind: 'failed', code: 'deadline' })
    caps = { outputBytes: 1_024 }
    expect(await call("export const main = () => 'x'.repeat(2_000)")).toMatchObject({ code: 'too-large' })
    caps = {}
    expect(await call("export const main = () => 'x'.repeat(2_000)")).toMatchObject({ kind: 'ok' })
  })
  it('count its requests', async () => {
    const file = path.join(house.home, 'a.txt')
    writeFileSync(file, 'one')
    const reads = (n: number) =>
      `export const main = async () => { for (let i = 0; i < ${n}; i++) await sallyport.fs.readFile({ path: ${JSON.stringify(file)} }); return ${n} }`
    caps = { capabilityCalls: 2 }
    expect(await call(reads(2))).toMatchObject({ kind: 'ok', value: 2 })
    expect(await call(reads(3))).not.toMatchObject({ kind: 'ok' })
  })
  it('raise nothing', async () => {
    caps = { capabilityCalls: 1_000, wallMs: 600_000 }
    expect(await call('export const main = () => { for (;;) {} }', { wallMs: 300 })).toMatchObject({
      code: 'deadline',
    })
  })
})

// What the isolate is given of its process, called by hand: tool code never sees these functions, and could it get hold
// of them, it would come no further. Here a guest of the test's own hands them out.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { ToolLimits } from '../../contract/manifest.ts'
import { ok } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import { buildTestSandbox, callTool, makeTool, openTestLane } from '../../e2e/fixtures/open-test-lane.ts'

const guest = mkdtempSync(path.join(os.tmpdir(), 'sallyport-guest-'))
for (const name of ['guest', 'endowments'])
  cpSync(path.join('sandbox', name), path.join(guest, name), { recursive: true })
writeFileSync(
  path.join(guest, 'endowments/bare.ts'),
  `export const endowment = { install: (box) => box.give('bare', { ...box.host }) }`,
)
const sandbox = await buildTestSandbox(guest)
const lane = openTestLane(sandbox)
afterAll(async () => {
  await lane.close()
  sandbox.remove()
  rmSync(guest, { recursive: true })
})

const ASK = `let next = 0
  const ask = (operation, args, request = next++) => {
    const refusal = bare.ask(request, operation, args)
    return refusal === '' ? 'sent' : JSON.parse(refusal).code
  }`
async function run(body: string, limits: Partial<ToolLimits> = {}) {
  const asked: [string, Json][] = []
  const logs: string[] = []
  const tool = makeTool(`${ASK}\nexport const main = async () => { ${body} }`, { wallMs: 10_000, ...limits })
  const { outcome } = await callTool(lane, tool, {
    onRequest: async (operation, args) => {
      asked.push([operation, args])
      return ok(null)
    },
    onLog: (level, text) => logs.push(`${level} ${text}`),
  })
  return { outcome, asked, logs }
}

it('ask for nothing that no endowment has, and nothing out of turn', async () => {
  const { outcome, asked } = await run(
    `return [ask('gate.open', '{}'), ask('toString', '{}'), ask('fs.stat', '{}', 9), ask('fs.stat', '{"path":"/a"}')]`,
  )
  expect(outcome).toEqual(ok(['invalid-request', 'invalid-request', 'invalid-request', 'sent']))
  expect(asked).toEqual([['fs.stat', { path: '/a' }]])
})

it('take as arguments one line of JSON, neither too long nor too deep', async () => {
  const { outcome, asked } = await run(`return [
    ...['x', '', '{},"id":9', '{}\\n{"t":"ready"}', '{\\n}'].map((args) => ask('fs.stat', args)),
    ask('fs.stat', '['.repeat(17) + ']'.repeat(17)),
    ask('fs.stat', '"' + 'ü'.repeat(4e6) + '"'),
  ]`)
  expect(outcome).toEqual(ok([...Array(5).fill('invalid-request'), 'too-large', 'too-large']))
  expect(asked).toEqual([])
})

it('keep few requests open at once, few bytes in them, and no more than the call may make', async () => {
  const codes = async (body: string, limits?: Partial<ToolLimits>) => {
    const { outcome } = await run(`return ${body}`, limits)
    return outcome.kind === 'ok' ? (outcome.value as string[]).map((code) => code === 'sent') : outcome
  }
  const small = (count: number) => `Array.from({ length: ${count} }, () => ask('fs.stat', '{}'))`
  expect(await codes(small(34))).toEqual([...Array(32).fill(true), false, false])
  expect(await codes(small(4), { capabilityCalls: 2 })).toEqual([true, true, false, false])
  const large = `Array.from({ length: 3 }, () => ask('fs.stat', '"' + 'x'.repeat(6.5e6) + '"'))`
  expect(await codes(large)).toEqual([true, true, false])
})

it('end a call once, and do nothing for it after that', async () => {
  const { outcome, asked, logs } = await run(
    `bare.finish(true, '"first"'); bare.finish(true, '"second"'); ask('fs.stat', '{}'); bare.log('info', 'late')`,
  )
  expect(outcome).toEqual(ok('first'))
  expect([asked, logs]).toEqual([[], []])
})

it('log text of bounded length, at levels that there are', async () => {
  const { outcome, logs } = await run(
    `bare.log('warn', 'x'.repeat(1e5)); return [bare.log('info","text":"', 'a'), bare.log('loud', 'b'), bare.log('info', 5)]`,
  )
  expect(outcome).toEqual(ok(['full', 'full', 'full']))
  expect(logs).toEqual([`warn ${'x'.repeat(4096)}`])
})

it('compute within bounds', async () => {
  const derive = (name: string, more: object) =>
    `bare.subtle('${name}', '${JSON.stringify({ hash: 'SHA-256', salt: '', info: '', ...more })}', 'key', '', '')[0]`
  const { outcome } = await run(`return [
    bare.random(65_537), bare.random(-1), bare.parseUrl('https://a.example/' + 'x'.repeat(2e6)),
    ${derive('pbkdf2', { iterations: 1, length: 32 })},
    ${derive('pbkdf2', { iterations: 2 ** 31 - 1, length: 32 })},
    ${derive('pbkdf2', { iterations: 1, length: 2 ** 24 })},
    ${derive('hkdf', { length: 2 ** 24 })},
  ]`)
  expect(outcome).toEqual(ok(['', '', '', '=', '!', '!', '!']))
})

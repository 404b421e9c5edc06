// A sandbox process that was taken over: it says what no honest one says, as fast as it can. It is ended for it, it
// can't put anything into the record that is not so, and it never keeps this thread.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildTestSandbox, callTool, makeTool, openTestLane } from '../../e2e/fixtures/open-test-lane.ts'
import { longestTurn } from '../../e2e/harness/longest-turn.ts'
import type { ToolCallResult } from '../ports.ts'

const sandbox = await buildTestSandbox()
afterAll(() => sandbox.remove())

/** Writes lines for as long as there is somebody to read them. */
const PROCESS = `
const fs = require('node:fs')
const never = new Int32Array(new SharedArrayBuffer(4))
function write(text) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(1, bytes, at)
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
      Atomics.wait(never, 0, 0, 0.1)
    }
  }
}
const line = (message) => JSON.stringify(message) + '\\n'
const result = (id, more) => line({ t: 'result', id, ok: true, cpuMs: 0, value: null, ...more })
function flood(text) {
  for (const many = text.repeat(Math.ceil(200_000 / text.length)); ; ) write(many)
}
let rest = ''
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\\n')
  rest = lines.pop()
  for (const text of lines) {
    const { t, id } = JSON.parse(text)
    if (t === 'call') answer(id)
  }
})
write(line({ t: 'ready' }))
`
const WALL_MS = 10_000
const SAYS = [
  ['says again and again that it is ready', `flood(line({ t: 'ready' }))`],
  ['goes on about a call that never was', 'flood(result(id + 1, {}))'],
  ['writes log lines without end', `flood(line({ t: 'log', id, level: 'info', text: 'x' }))`],
  ['asks without end', `flood(line({ t: 'request', id, request: 1, operation: 'fs.stat', args: {} }))`],
  ['gives back more than it may', `write(result(id, { value: 'x'.repeat(4_000) }))`],
  ['answers after a line that is no message', `write('x\\n' + result(id, {}))`],
  ['answers after a long one', `write('[' + '1,'.repeat(100_000) + '1]\\n' + result(id, {}))`],
  ['answers after one that nests too deep', `write('['.repeat(200_000) + '\\n' + result(id, {}))`],
  ['answers once it has said again that it is ready', `write(line({ t: 'ready' }) + result(id, {}))`],
  ['writes a line that has no end', `flood('x')`],
]

async function callOf(answer: string): Promise<{ result: ToolCallResult; turn: number }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sallyport-hostile-'))
  cpSync(sandbox.folder, folder, { recursive: true })
  writeFileSync(path.join(folder, 'main.cjs'), `${PROCESS}\nfunction answer(id) { ${answer} }\n`)
  const hostile = { ...sandbox, folder, entry: path.join(folder, 'main.cjs') }
  const lane = openTestLane(hostile, { poolSize: 1 })
  const tool = makeTool('', { wallMs: WALL_MS, cpuMs: WALL_MS, outputBytes: 2_000 })
  let result: ToolCallResult | undefined
  try {
    await lane.warm()
    const turn = await longestTurn(async () => {
      result = await callTool(lane, tool)
    })
    return { result: result as ToolCallResult, turn }
  } finally {
    await lane.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('a sandbox process that was taken over', () => {
  it.each(SAYS)('is ended soon when it %s', { timeout: 60_000 }, async (_what, answer) => {
    const { result, turn } = await callOf(answer)
    expect(result.outcome).toMatchObject({ kind: 'failed', code: 'crashed' })
    expect(result.wallMs).toBeLessThan(WALL_MS / 2)
    expect(turn).toBeLessThan(100)
  })

  it('leaves others their turn while it floods', { timeout: 60_000 }, async () => {
    const rich = `'[' + '{"a":1},'.repeat(15_000) + '1]'`
    const { turn } = await callOf(
      `setTimeout(() => process.exit(), 2_000); const text = result(id + 1, { value: JSON.parse(${rich}) });
      for (const until = Date.now() + 1_500; Date.now() < until; ) write(text.repeat(4))`,
    )
    expect(turn).toBeLessThan(100)
  })

  it('can not say that it computed for longer than it was there', async () => {
    const { result } = await callOf('write(result(id, { cpuMs: 1e300 }))')
    expect(result.outcome.kind).toBe('ok')
    expect(result.cpuMs).toBeLessThanOrEqual(result.wallMs)
  })
})

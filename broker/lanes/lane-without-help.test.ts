// The lane when something around it is missing: no OS sandbox, a broken one, a broker that dies.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ok } from '../../contract/outcome.ts'
import {
  buildTestSandbox,
  callTool,
  makeTool,
  openTestLane,
  type TestSandbox,
} from '../../e2e/fixtures/open-test-lane.ts'
import { findBubblewrap } from './wrap-with-os-sandbox.linux.ts'

let sandbox: TestSandbox
const folder = mkdtempSync(path.join(os.tmpdir(), 'sallyport-bin-'))
const realPath = process.env.PATH
beforeAll(async () => {
  sandbox = await buildTestSandbox()
})
afterEach(() => {
  process.env.PATH = realPath
})
afterAll(() => {
  sandbox.remove()
  rmSync(folder, { recursive: true })
})
const echo = makeTool('export const main = async (input) => input')
const loop = makeTool('export const main = () => { for (;;); }', { wallMs: 600_000, cpuMs: 300_000 })
const isRunning = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
function breakBubblewrap() {
  const file = path.join(folder, 'bwrap')
  writeFileSync(file, '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n')
  chmodSync(file, 0o755)
  process.env.PATH = `${folder}:${realPath}`
}

/** The real one, behind a line of shell; `$0` is a file in `folder`. */
function wrapBubblewrap(before: string) {
  const file = path.join(folder, 'bwrap')
  writeFileSync(file, `#!/bin/sh\n${before}\nexec ${findBubblewrap(realPath)} "$@"\n`)
  chmodSync(file, 0o755)
  process.env.PATH = `${folder}:${realPath}`
}

describe.runIf(process.platform === 'linux')('where bubblewrap can’t start', () => {
  it('goes on under Node’s own permissions, and says so', async () => {
    breakBubblewrap()
    const said: string[] = []
    const lane = openTestLane(sandbox, { log: (text) => said.push(text) })
    await lane.warm()
    expect(lane.stats()).toMatchObject({
      osSandbox: 'none',
      text: expect.stringContaining('No permissions to create new namespace'),
    })
    expect((await callTool(lane, echo, { input: 1 })).outcome).toEqual(ok(1))
    expect(said.join('\n')).toContain('bubblewrap')
    const inner = lane.stats().pids[0]
    expect(readFileSync(`/proc/${inner}/cmdline`, 'utf8').split('\0')).toContain('--permission')
    expect(readFileSync(`/proc/${inner}/environ`, 'utf8')).toBe('')
    expect(
      (
        await callTool(
          lane,
          { ...loop, hash: 'f'.repeat(64) },
          { limits: { ...loop.manifest.limits, wallMs: 150 } },
        )
      ).outcome,
    ).toMatchObject({ code: 'deadline' })
    await lane.close()
  })

  it.runIf(findBubblewrap())('is not given up because it said no once', async () => {
    wrapBubblewrap('test -e "$0.once" && rm "$0.once" && echo "bwrap: No space left on device" >&2 && exit 1')
    writeFileSync(path.join(folder, 'bwrap.once'), '')
    const lane = openTestLane(sandbox)
    await lane.warm()
    expect(existsSync(path.join(folder, 'bwrap.once'))).toBe(false)
    expect(lane.stats()).toMatchObject({ osSandbox: 'bubblewrap', spare: 1 })
    await lane.close()
  })

  it.runIf(findBubblewrap())('is not given up because a start was ended from outside', async () => {
    wrapBubblewrap('test -e "$0.kill" && rm "$0.kill" && kill -9 $$')
    writeFileSync(path.join(folder, 'bwrap.kill'), '')
    const said: string[] = []
    const lane = openTestLane(sandbox, { log: (text) => said.push(text) })
    await lane.warm()
    expect(existsSync(path.join(folder, 'bwrap.kill'))).toBe(false)
    expect(said.join('\n')).toContain('ended from outside')
    expect(lane.stats().osSandbox).toBe('bubblewrap')
    expect((await callTool(lane, echo, { input: 1 })).outcome).toEqual(ok(1))
    await lane.close()
  })

  it.runIf(findBubblewrap()).each([
    [
      'the system is short of something',
      'echo "bwrap: Creating new namespace failed: Resource temporarily unavailable" >&2; exit 1',
    ],
    ['what runs in it breaks down for want of memory', 'exit 134'],
  ])('is not given up while %s', async (_, fails) => {
    wrapBubblewrap(`test -e "$0.busy" && { ${fails}; }`)
    writeFileSync(path.join(folder, 'bwrap.busy'), '')
    const lane = openTestLane(sandbox)
    await lane.warm()
    expect((await callTool(lane, echo, { input: 1 })).outcome).toMatchObject({ code: 'crashed' })
    expect(lane.stats().osSandbox).toBe('bubblewrap')
    rmSync(path.join(folder, 'bwrap.busy'))
    expect((await callTool(lane, echo, { input: 1 })).outcome).toEqual(ok(1))
    expect(lane.stats().osSandbox).toBe('bubblewrap')
    await lane.close()
  })

  it.runIf(findBubblewrap())(
    'is not given up because there were no descriptors: the call fails, and the next one is held',
    async () => {
      const code = `
        import fs from 'node:fs'
        import { openTestLane, makeTool, callTool } from './e2e/fixtures/open-test-lane.ts'
        const lane = openTestLane(JSON.parse(process.argv[1]), { poolSize: 0 })
        const echo = makeTool('export const main = async (input) => input')
        const call = async (input) => (await callTool(lane, echo, { input })).outcome
        const held = []
        try { for (;;) held.push(fs.openSync('/dev/null', 'r')) } catch {}
        const first = await call(1).catch((error) => ({ thrown: error.message }))
        for (const fd of held) fs.closeSync(fd)
        const second = await call(2).catch((error) => ({ thrown: error.message }))
        fs.writeSync(1, JSON.stringify({ first, second, osSandbox: lane.stats().osSandbox }))
        await lane.close()`
      const child = spawn(
        '/bin/sh',
        [
          ...['-c', 'ulimit -n 200; exec "$@"', 'sh', process.execPath],
          ...['--input-type=module', '-e', code, JSON.stringify(sandbox)],
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      let text = ''
      for await (const chunk of child.stdout) text += chunk
      expect(JSON.parse(text)).toMatchObject({
        first: { kind: 'failed', code: 'crashed', person: expect.stringContaining('EMFILE') },
        second: ok(2),
        osSandbox: 'bubblewrap',
      })
    },
  )

  it.runIf(findBubblewrap())(
    'is not given up once it has worked: the call fails, and the next is held again',
    async () => {
      wrapBubblewrap('test -e "$0.fail" && exit 1')
      const lane = openTestLane(sandbox, { poolSize: 0 })
      expect((await callTool(lane, echo, { input: 1 })).outcome).toEqual(ok(1))
      writeFileSync(path.join(folder, 'bwrap.fail'), '')
      expect((await callTool(lane, echo, { input: 2, principalId: 'agent_b' })).outcome).toMatchObject({
        kind: 'failed',
        person: expect.stringContaining('No sandbox process could be started'),
      })
      expect(lane.stats().osSandbox).toBe('bubblewrap')
      rmSync(path.join(folder, 'bwrap.fail'))
      expect((await callTool(lane, echo, { input: 3, principalId: 'agent_b' })).outcome).toEqual(ok(3))
      expect(lane.stats().osSandbox).toBe('bubblewrap')
      await lane.close()
    },
  )

  it('refuses tools when policy requires it', async () => {
    breakBubblewrap()
    const lane = openTestLane(sandbox, { requireOsSandbox: () => true })
    const { outcome } = await callTool(lane, echo, { input: 1 })
    expect(outcome).toMatchObject({
      kind: 'refused',
      code: 'unavailable',
      person: expect.stringContaining('namespace'),
    })
    await lane.close()
  })
})

describe.runIf(process.platform === 'linux')('when the broker itself is killed', () => {
  const broker = `
    import { openTestLane, makeTool, callTool } from './e2e/fixtures/open-test-lane.ts'
    const lane = openTestLane(JSON.parse(process.argv[1]))
    const tool = makeTool('export const main = () => { for (;;); }', { wallMs: 600000, cpuMs: Number(process.argv[2]) })
    for (const name of ['a', 'b']) void callTool(lane, tool, { principalId: name })
    const watch = setInterval(() => { if (lane.stats().busy === 2) { clearInterval(watch); console.log(JSON.stringify(lane.stats().pids)) } }, 20)`
  async function startBroker(cpuMs: number): Promise<{ kill: () => void; pids: number[] }> {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', broker, JSON.stringify(sandbox), String(cpuMs)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    for await (const line of createInterface({ input: child.stdout }))
      return { kill: () => child.kill('SIGKILL'), pids: JSON.parse(line) }
    throw new Error('the broker ended early')
  }

  it.runIf(findBubblewrap())('its sandboxes die with it, also in the middle of a loop', async () => {
    const { kill, pids } = await startBroker(60_000)
    expect(pids.filter(isRunning).length).toBeGreaterThanOrEqual(4)
    kill()
    await expect.poll(() => pids.filter(isRunning)).toEqual([])
  })

  it('without bubblewrap they end when their code comes to rest, or its time is up', async () => {
    breakBubblewrap()
    const { kill, pids } = await startBroker(500)
    kill()
    await sleep(100)
    await expect.poll(() => pids.filter(isRunning)).toEqual([])
  })
})

import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { failed, ok, refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import { callTool, makeTool, openTestLane } from '../../e2e/fixtures/open-test-lane.ts'
import { childrenOf } from './process-usage.ts'

const { lane, sandbox } = await openSharedLane()
const isRunning = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
const echo = makeTool('export const main = async (input) => input')
const asks = (times: number) =>
  makeTool(
    `export const main = async () => { const all = []; for (let i = 0; i < ${times}; i++) all.push(sallyport.fs.stat({ path: '/' + i })); return (await Promise.all(all)).length }`,
  )

describe('a call', () => {
  it('gives back what the function returns, as JSON', async () => {
    const input: Json = { text: 'ü\u2028"\\', list: [1, null, true, { deep: [[]] }], '': 0 }
    expect((await callTool(lane, echo, { input })).outcome).toEqual(ok(input))
  })

  it('turns undefined into null, and refuses what is no JSON', async () => {
    expect((await callTool(lane, makeTool('export const main = () => {}'))).outcome).toEqual(ok(null))
    const outcome = (await callTool(lane, makeTool('export const main = () => ({ n: 1n })'))).outcome
    expect(outcome).toMatchObject({ kind: 'failed', code: 'tool-error' })
  })

  it('asks the gate and gets its answer', async () => {
    const asked: unknown[] = []
    const tool = makeTool(
      `export const main = async ({ path }) => (await sallyport.fs.readFile({ path })).data.toUpperCase()`,
    )
    const { outcome } = await callTool(lane, tool, {
      input: { path: '/a/b' },
      onRequest: async (operation, args) => {
        asked.push([operation, args])
        return ok({ data: 'text' })
      },
    })
    expect(outcome).toEqual(ok('TEXT'))
    expect(asked).toEqual([['fs.readFile', { path: '/a/b' }]])
  })

  it('has its timers in their time while answer follows answer', async () => {
    const tool = makeTool(`export const main = async () => {
      let rang = -1
      let at = 0
      setTimeout(() => { rang = at }, 20)
      const one = async () => { while (at++ < 3900) await sallyport.fs.stat({ path: '/a' }) }
      await Promise.all(Array.from({ length: 12 }, one))
      return rang
    }`)
    const { outcome } = await callTool(lane, tool, {
      limits: { ...tool.manifest.limits, capabilityCalls: 4_000 },
      onRequest: async () => ok({}),
    })
    expect(outcome).toMatchObject({ kind: 'ok', value: expect.any(Number) })
    // How many requests had been made by then: hundreds when only messages have their turn.
    expect(outcome.kind === 'ok' && (outcome.value as number)).toBeLessThan(500)
  })

  it('has answers that came with it, each once and only for the very same request', async () => {
    const asked: unknown[] = []
    const tool = makeTool(`export const main = async () => {
      const read = (args) => sallyport.fs.readFile(args).then(({ data }) => data)
      return [
        await read({ offset: 1, path: '/a' }), await read({ path: '/a', offset: 1 }),
        await read({ path: '/b' }), (await sallyport.fs.stat({ path: '/b' })).data,
      ]
    }`)
    const { outcome } = await callTool(lane, tool, {
      ahead: [
        { operation: 'fs.readFile', args: '{"offset":1,"path":"/a"}', outcome: ok({ data: 'ahead a' }) },
        { operation: 'fs.stat', args: '{"path":"/b"}', outcome: ok({ data: 'ahead b' }) },
        { operation: 'fs.readFile', args: '{"path":"/never"}', outcome: ok({ data: 'never' }) },
      ],
      onRequest: async (operation, args) => {
        asked.push([operation, args])
        return ok({ data: 'asked' })
      },
    })
    expect(outcome).toEqual(ok(['ahead a', 'asked', 'asked', 'ahead b']))
    expect(asked).toEqual([
      ['fs.readFile', { path: '/a', offset: 1 }],
      ['fs.readFile', { path: '/b' }],
    ])
    const next = await callTool(lane, tool, { onRequest: async () => ok({ data: 'asked' }) })
    expect(next.outcome).toEqual(ok(['asked', 'asked', 'asked', 'asked']))
  })

  it('can ask although the call before asked on after its end', async () => {
    const asked: Json[] = []
    const tool = makeTool(`export const main = async ({ call }) => {
      const { data } = await sallyport.fs.readFile({ path: '/asked-' + call })
      void (async () => {
        for (let n = 0; n < 50; n++) await null
        await sallyport.fs.readFile({ path: '/late-' + call }).catch(() => {})
      })()
      return data
    }`)
    const onRequest = async (_: string, args: Json) => {
      asked.push((args as { path: string }).path)
      return ok({ data: 'asked' })
    }
    for (const call of [1, 2, 3])
      expect((await callTool(lane, tool, { input: { call }, onRequest })).outcome).toEqual(ok('asked'))
    expect(asked).toEqual(['/asked-1', '/asked-2', '/asked-3'])
  })

  it('fails in the very words of an answer that came with it', async () => {
    const gone = failed('not-found', '“a” is not there.', 'There is no file a.')
    const tool = makeTool(`export const main = () => sallyport.fs.readFile({ path: '/a' })`)
    const ahead = [{ operation: 'fs.readFile', args: '{"path":"/a"}', outcome: gone }]
    expect((await callTool(lane, tool, { ahead })).outcome).toEqual(gone)
  })

  it('passes on a refusal that the tool does not catch, in its very words', async () => {
    const no = refused('denied-by-person', 'You said no.', 'The person said no: do not try again.')
    const tool = makeTool(`export const main = async () => { await sallyport.fs.trash({ paths: ['/x'] }) }`)
    expect((await callTool(lane, tool, { onRequest: async () => no })).outcome).toEqual(no)
  })

  it('lets the tool catch a refusal, with kind, code and the words for the model', async () => {
    const tool = makeTool(`export const main = async () => {
      try { await sallyport.open({ target: 'https://x' }) }
      catch (e) { return [e instanceof sallyport.SallyportError, e instanceof Error, e.name, e.kind, e.code, e.message] }
    }`)
    const { outcome } = await callTool(lane, tool, {
      onRequest: async () => failed('io', 'for people', 'for models'),
    })
    expect(outcome).toEqual(ok([true, true, 'SallyportError', 'failed', 'io', 'for models']))
  })

  it('is told when the gate itself breaks down', async () => {
    const tool = makeTool(`export const main = () => sallyport.notify({ title: 'x' })`)
    const onRequest = () => {
      throw new Error('a bug')
    }
    expect((await callTool(lane, tool, { onRequest })).outcome).toMatchObject({ kind: 'failed', code: 'io' })
  })

  it('names the line of the author’s own source when it fails', async () => {
    const { build } = await import('esbuild')
    const made = await build({
      stdin: {
        contents:
          'type A = { a: number }\n\nexport async function main(): Promise<A> {\n  throw new RangeError("too far")\n}\n',
        sourcefile: 'main.ts',
        loader: 'ts',
      },
      format: 'esm',
      sourcemap: 'external',
      write: false,
      outfile: 'tool.js',
    })
    const text = (end: string) => made.outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ''
    const logs: string[] = []
    const tool = makeTool({ 'tool.js': text('.js') }, {}, { 'tool.js': text('.map') })
    const { outcome } = await callTool(lane, tool, { onLog: (_, line) => logs.push(line) })
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'tool-error',
      person: 'Probe failed: RangeError: too far',
    })
    expect('model' in outcome && outcome.model).toContain('main.ts:4:')
    expect(logs.join('\n')).toContain('main.ts:4:')
    expect(logs.join('\n')).not.toContain('sallyport')
  })

  it('loads several modules of the package, and nothing from outside of it', async () => {
    const files = {
      'tool.js': `export { main } from './lib/a.js'`,
      'lib/a.js': `import { b } from '../b.js'; export const main = () => b + 1`,
      'b.js': 'export const b = 1',
    }
    expect((await callTool(lane, makeTool(files))).outcome).toEqual(ok(2))
    for (const specifier of ['fs', 'node:fs', '/etc/passwd', '../b.js', './missing.js', 'https://a.b/c.js']) {
      const { outcome } = await callTool(
        lane,
        makeTool(`import x from '${specifier}'; export const main = () => 1`),
      )
      expect(outcome, specifier).toMatchObject({ kind: 'failed', code: 'tool-error' })
    }
  })

  it('begins when modules that wait at their top level are done, and keeps what they have begun', async () => {
    const files = {
      'tool.js': `import { late } from './late.js'
        const asked = sallyport.fs.stat({ path: '/while/loading' })
        const rang = new Promise((resolve) => setTimeout(resolve, 20, 'rang'))
        const { size } = await sallyport.fs.stat({ path: '/top/level' })
        export const main = async ({ n }) => [late, size, await asked, await rang, n]`,
      'late.js': `export const late = await new Promise((resolve) => setTimeout(resolve, 20, 'late'))`,
    }
    const onRequest = async (_operation: string, args: Json) => {
      await sleep(5)
      return ok<Json>({ size: (args as { path: string }).path.length })
    }
    const tool = makeTool(files)
    for (const n of [1, 2]) {
      const { outcome } = await callTool(lane, tool, { runId: 'run_late', input: { n }, onRequest })
      expect(outcome).toEqual(ok(['late', 10, { size: 14 }, 'rang', n]))
    }
    const never = makeTool('await new Promise(() => {})\nexport const main = () => 1', { wallMs: 150 })
    expect((await callTool(lane, never)).outcome).toMatchObject({ code: 'deadline' })
    for (const later of ['await 0', 'await new Promise((resolve) => setTimeout(resolve, 5))']) {
      const throws = makeTool(`${later}\nthrow new Error('behind a wait')\nexport const main = () => 1`)
      for (const runId of ['run_1', 'run_1'])
        expect((await callTool(lane, throws, { runId })).outcome).toMatchObject({
          code: 'tool-error',
          person: 'Probe could not be loaded: Error: behind a wait',
        })
    }
  })

  it('tells an author of their own lines only, wherever Sallyport is installed', async () => {
    const logs: string[] = []
    const files = {
      'guest.js': `export const main = () => inner()\nfunction inner() { throw new Error('mine') }`,
    }
    const onLog = (_: string, line: string) => logs.push(line)
    await callTool(lane, makeTool(files), { onLog })
    await callTool(lane, makeTool('throw new Error("at load")'), { onLog })
    await callTool(lane, makeTool('throw { no: "error" }'), { onLog })
    expect(logs).toEqual([
      expect.stringMatching(
        /^Error: mine\n {4}at inner \(guest\.js:2:\d+\)\n {4}at main \(guest\.js:1:\d+\)$/,
      ),
      expect.stringMatching(/^Error: at load\n {4}at tool\.js:1:\d+$/),
      'something was thrown that is no Error',
    ])
  })

  it('says what is wrong with a package that does not load', async () => {
    const broken = (await callTool(lane, makeTool('export const main = async ( => {}'))).outcome
    expect(broken).toMatchObject({
      kind: 'failed',
      code: 'tool-error',
      person: expect.stringContaining('SyntaxError'),
    })
    const missing = (await callTool(lane, makeTool('export const other = 1'))).outcome
    expect(missing).toMatchObject({ kind: 'failed', person: expect.stringContaining('main') })
    const throws = (await callTool(lane, makeTool('throw new Error("at load")\nexport const main = () => 1')))
      .outcome
    expect(throws).toMatchObject({ kind: 'failed', person: expect.stringContaining('at load') })
  })

  it('passes log lines on with their levels', async () => {
    const logs: string[] = []
    const tool = makeTool(
      `export const main = () => { console.log('a', { b: [1] }); console.warn('w'); console.error(new Error('e').message); console.debug(1n) }`,
    )
    await callTool(lane, tool, { onLog: (level, text) => logs.push(`${level}: ${text}`) })
    expect(logs).toEqual(['info: a {b: [1]}', 'warn: w', 'error: e', 'debug: 1n'])
  })

  it('reports wall time, CPU time and memory', async () => {
    const tool = makeTool(
      'export const main = async () => { let sum = 0; for (let i = 0; i < 5e7; i++) sum += Math.sqrt(i); return sum }',
    )
    const result = await callTool(lane, tool)
    expect(result.wallMs).toBeGreaterThan(result.cpuMs * 0.5)
    expect(result.cpuMs).toBeGreaterThan(2)
    expect(result.peakRss).toBeGreaterThan(20_000_000)
  })
})

describe('several calls', () => {
  it('share a process when tool and principal are the same, and never across principals or contents', async () => {
    const fresh = openTestLane(sandbox)
    const one = makeTool('export const main = () => 1')
    await callTool(fresh, one)
    await callTool(fresh, one)
    expect(fresh.stats().processes - fresh.stats().spare).toBe(1)
    await callTool(fresh, one, { principalId: 'agent_other' })
    expect(fresh.stats().processes - fresh.stats().spare).toBe(2)
    await callTool(fresh, makeTool('export const main = () => 2'))
    expect(fresh.stats().processes - fresh.stats().spare).toBe(3)
    await fresh.close()
  })

  it('keep state within a run, and share none across runs or side by side', async () => {
    const tool = makeTool(
      'let count = 0; export const main = async ({ wait }) => { count++; if (wait) await sallyport.fs.stat({ path: "/" }); return count }',
    )
    const of = (runId: string, wait = false) =>
      callTool(lane, tool, { runId, input: { wait } }).then(({ outcome }) => outcome)
    expect(await of('run_1')).toEqual(ok(1))
    expect(await of('run_1')).toEqual(ok(2))
    expect(await of('run_2')).toEqual(ok(1))
    expect(await Promise.all([of('run_3', true), of('run_3', true)])).toEqual([ok(1), ok(1)])
  })

  it('know which call asks, though they run in one process at once', async () => {
    const tool = makeTool(
      `export const main = async ({ n }) => { for (let i = 0; i < 5; i++) await sallyport.fs.stat({ path: '/' + n }); return n }`,
    )
    const calls = Array.from({ length: 20 }, async (_, n) => {
      const seen = new Set<string>()
      const { outcome } = await callTool(lane, tool, {
        input: { n },
        onRequest: async (_operation, args) => {
          seen.add((args as { path: string }).path)
          await sleep(n % 3)
          return ok(null)
        },
      })
      expect(outcome).toEqual(ok(n))
      expect([...seen]).toEqual([`/${n}`])
    })
    await Promise.all(calls)
  })

  it('get by with more than one process can take', async () => {
    const tool = makeTool(
      'export const main = async () => { await sallyport.fs.stat({ path: "/" }); return 1 }',
    )
    let most = 0
    const answers = await Promise.all(
      Array.from({ length: 70 }, () =>
        callTool(lane, tool, {
          onRequest: async () => {
            await sleep(80)
            most = Math.max(most, lane.stats().processes)
            return ok(null)
          },
        }),
      ),
    )
    expect(answers.every(({ outcome }) => outcome.kind === 'ok')).toBe(true)
    expect(most).toBeGreaterThanOrEqual(3)
  })
})

describe('limits', () => {
  it('end a loop at its wall time, in time', async () => {
    const { outcome, wallMs } = await callTool(
      lane,
      makeTool('export const main = () => { for (;;); }', { wallMs: 200 }),
    )
    expect(outcome).toMatchObject({ kind: 'failed', code: 'deadline' })
    expect(wallMs).toBeGreaterThanOrEqual(199)
    // In time: what comes on top is how long a busy machine takes to end a process.
    expect(wallMs).toBeLessThan(2_000)
  })

  it('end a loop at its CPU time', async () => {
    const { outcome, wallMs } = await callTool(
      lane,
      makeTool('export const main = () => { for (;;); }', { cpuMs: 150 }),
    )
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'deadline',
      person: expect.stringContaining('computing'),
    })
    // Without that limit it would run until its wall time: a minute.
    expect(wallMs).toBeLessThan(30_000)
  })

  it('end what eats memory, on the engine’s heap and beside it', async () => {
    const eaters = [
      'const a = []; for (;;) a.push({ x: Math.random() })',
      'const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))',
      'const a = new ArrayBuffer(1, { maxByteLength: 4e9 }); a.resize(4e9 - 1); new Uint8Array(a).fill(1)',
    ]
    for (const eater of eaters) {
      const { outcome, peakRss } = await callTool(
        lane,
        makeTool(`export const main = () => { ${eater} }`, { memoryMb: 64 }),
      )
      expect(outcome.kind, eater).toBe('failed')
      expect(peakRss, eater).toBeLessThan((64 + 96) * 1024 * 1024)
    }
    expect((await callTool(lane, echo, { input: 1 })).outcome).toEqual(ok(1))
  })

  it('let a promise that never settles wait until its time is up, and keep the process', async () => {
    const tool = makeTool('export const main = ({ n }) => n ?? new Promise(() => {})', { wallMs: 150 })
    const patient = { input: { n: 7 }, limits: { ...tool.manifest.limits, wallMs: 60_000 } }
    const [stuck, fine] = await Promise.all([callTool(lane, tool), callTool(lane, tool, patient)])
    expect(stuck.outcome).toMatchObject({ code: 'deadline' })
    expect(fine.outcome).toEqual(ok(7))
  })

  it('repeat a call that had not begun when its process was ended because of another', async () => {
    const tool = makeTool('export const main = ({ loop }) => { while (loop); return 1 }', { wallMs: 250 })
    const looping = callTool(lane, tool, { input: { loop: true } })
    await sleep(30)
    const [stuck, waiting] = await Promise.all([
      looping,
      callTool(lane, tool, { input: {}, limits: { ...tool.manifest.limits, wallMs: 60_000 } }),
    ])
    expect(stuck.outcome).toMatchObject({ code: 'deadline' })
    expect(waiting.outcome).toEqual(ok(1))
  })

  it('hold the clock while a person is asked', async () => {
    const tool = makeTool(
      `export const main = async () => { await sallyport.fs.stat({ path: '/' }); return 1 }`,
      { wallMs: 2_000 },
    )
    let control = { hold: () => {}, release: () => {} }
    const { outcome, wallMs } = await callTool(lane, tool, {
      clock: (given) => {
        control = given
      },
      onRequest: async () => {
        control.hold()
        control.hold()
        await sleep(1_200)
        control.release()
        await sleep(1_200)
        control.release()
        return ok(null)
      },
    })
    expect(outcome).toEqual(ok(1))
    expect(wallMs).toBeGreaterThan(2_300)
  })

  it('tell a request that nobody waits for its answer any more', async () => {
    const tool = makeTool(`export const main = () => sallyport.fs.watch({ path: '/' })`, { wallMs: 1_000 })
    let aborted = false
    const { outcome } = await callTool(lane, tool, {
      onRequest: (_operation, _args, signal) => {
        signal.addEventListener('abort', () => {
          aborted = true
        })
        return new Promise(() => {})
      },
    })
    expect(outcome).toMatchObject({ code: 'deadline' })
    expect(aborted).toBe(true)
  })

  it('count requests, and open not too many at once', async () => {
    let open = 0
    let most = 0
    const onRequest = async () => {
      most = Math.max(most, ++open)
      await sleep(2)
      open--
      return ok(null)
    }
    expect((await callTool(lane, asks(100), { onRequest })).outcome).toEqual(ok(100))
    expect(most).toBeLessThanOrEqual(16)
    const few = { ...asks(100).manifest.limits, capabilityCalls: 10 }
    expect((await callTool(lane, asks(100), { onRequest, limits: few })).outcome).toMatchObject({
      kind: 'refused',
      code: 'budget',
    })
  })

  it('bound the result in size and in richness', async () => {
    const limits = { outputBytes: 10_000 }
    const big = (await callTool(lane, makeTool('export const main = () => "ü".repeat(6000)', limits))).outcome
    expect(big).toMatchObject({ kind: 'refused', code: 'too-large' })
    const deep = (
      await callTool(
        lane,
        makeTool(
          'export const main = () => { let a = []; for (let i = 0; i < 500; i++) a = [a]; return a }',
          limits,
        ),
      )
    ).outcome
    expect(deep).toMatchObject({ kind: 'refused', code: 'too-large' })
  })

  it('bound the arguments of a request', async () => {
    const tool = makeTool(
      `export const main = () => sallyport.fs.writeFile({ path: '/x', data: 'x'.repeat(7.5e6) })`,
    )
    expect((await callTool(lane, tool)).outcome).toMatchObject({
      kind: 'failed',
      person: expect.stringContaining('bytes'),
    })
  })

  it('bound what waits for all tools that do not read their answers', async () => {
    const fresh = openTestLane(sandbox, { unreadBytes: 20 * 1024 * 1024 })
    const deaf = makeTool(
      `export const main = async ({ times }) => {
        for (let n = 0; n < times; n++) sallyport.fs.stat({ path: '/' + n }).catch(() => {})
        await new Promise((resolve) => setTimeout(resolve, 10))
        for (;;);
      }`,
      { wallMs: 60_000, cpuMs: 60_000 },
    )
    const onRequest = async () => {
      await sleep(400)
      return ok('x'.repeat(1024 * 1024))
    }
    const call = (name: string, times: number) =>
      callTool(fresh, deaf, { principalId: `agent_${name}`, input: { times }, onRequest })
    // Whoever is answered first: when it is too much, one has left most of it.
    const [more, less] = [call('more', 16), call('less', 8)]
    expect((await more).outcome).toMatchObject({
      kind: 'failed',
      code: 'crashed',
      person: expect.stringContaining('too many wait for all tools together'),
    })
    expect(await Promise.race([less, sleep(500, 'goes on')])).toBe('goes on')
    expect((await callTool(fresh, echo, { input: 1 })).outcome).toEqual(ok(1))
    await fresh.close()
  })

  it('bound the log', async () => {
    const logs: string[] = []
    const tool = makeTool(
      `export const main = () => { for (let i = 0; i < 1e5; i++) console.log('x'.repeat(1e5)) }`,
      { logLines: 10 },
    )
    await callTool(lane, tool, { onLog: (_, text) => logs.push(text) })
    expect(logs).toHaveLength(11)
    expect(logs.at(-1)).toContain('left out')
    expect(Math.max(...logs.map((line) => line.length))).toBeLessThanOrEqual(4096)
  })

  it('let through what was logged before a tool hangs', async () => {
    const logs: string[] = []
    const tool = makeTool(`export const main = () => { console.log('before'); for (;;); }`, { wallMs: 1_000 })
    await callTool(lane, tool, { onLog: (_, text) => logs.push(text) })
    expect(logs).toEqual(['before'])
  })

  it('end a tool that answers and goes on spinning', async () => {
    const tool = makeTool('export const main = () => { (async () => { for (;;) await 0 })(); return 1 }', {
      wallMs: 200,
    })
    expect((await callTool(lane, tool)).outcome).toMatchObject({ code: 'deadline' })
  })

  it('end the timers of a call with it', async () => {
    const logs: string[] = []
    const tool = makeTool(`export const main = () => { setInterval(() => console.log('late'), 1); return 1 }`)
    const call = { onLog: (_: string, text: string) => logs.push(text) }
    await callTool(lane, tool, call)
    await sleep(50)
    await callTool(lane, tool, call)
    expect(logs).toEqual([])
  })
})

describe.runIf(lane.stats().osSandbox === 'bubblewrap')('a process in bubblewrap', () => {
  it('is in a session of its own, which has no terminal', async () => {
    await callTool(lane, echo)
    // After the name: state, parent, group, session, terminal.
    const fieldsOf = (pid: number | 'self') =>
      readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ')
    for (const pid of lane.stats().pids) {
      expect(fieldsOf(pid)[4]).toBe('0')
      expect(fieldsOf(pid)[3]).not.toBe(fieldsOf('self')[3])
    }
  })
})

describe('ending', () => {
  it('answers a cancelled call at once and leaves nothing running', async () => {
    const fresh = openTestLane(sandbox)
    const controller = new AbortController()
    const running = callTool(fresh, makeTool('export const main = () => { for (;;); }'), {
      signal: controller.signal,
    })
    await expect.poll(() => fresh.stats().busy).toBe(1)
    const { pids } = fresh.stats()
    const start = performance.now()
    controller.abort()
    expect((await running).outcome).toMatchObject({ kind: 'refused', code: 'cancelled' })
    // No wait is involved; what is left is the machine's own load.
    expect(performance.now() - start).toBeLessThan(5_000)
    const spares = fresh.stats().pids
    await expect.poll(() => pids.filter((pid) => !spares.includes(pid) && isRunning(pid))).toEqual([])
    expect((await callTool(fresh, echo, { signal: controller.signal })).outcome).toMatchObject({
      code: 'cancelled',
    })
    await fresh.close()
  })

  it('ends everything on Stop, reports it, and starts nothing until it is asked again', async () => {
    const fresh = openTestLane(sandbox)
    const loop = makeTool('export const main = () => { for (;;); }')
    const running = ['a', 'b', 'c'].map((name) => callTool(fresh, loop, { principalId: `agent_${name}` }))
    await expect.poll(() => fresh.stats().busy).toBe(3)
    const { pids } = fresh.stats()
    const report = await fresh.end('all')
    expect(report).toMatchObject({ isolates: 3, survivors: [] })
    expect(report.processes).toBeGreaterThanOrEqual(pids.length)
    expect(pids.filter(isRunning)).toEqual([])
    for (const { outcome } of await Promise.all(running))
      expect(outcome).toMatchObject({ kind: 'refused', code: 'stopped' })
    await sleep(300)
    expect(fresh.stats()).toMatchObject({ processes: 0, busy: 0 })
    expect((await callTool(fresh, echo, { input: 1 })).outcome).toEqual(ok(1))
    await fresh.close()
  })

  it('ends one principal’s tools and no other’s', async () => {
    const fresh = openTestLane(sandbox)
    const { promise: answer, resolve: letGo } = Promise.withResolvers<void>()
    const wait = makeTool(
      `export const main = async () => { await sallyport.fs.stat({ path: '/' }); return 1 }`,
    )
    const onRequest = () => answer.then(() => ok(null))
    const [a, b] = ['agent_a', 'agent_b'].map((principalId) =>
      callTool(fresh, wait, { principalId, onRequest }),
    )
    await expect.poll(() => fresh.stats().busy).toBe(2)
    await fresh.end('agent_a')
    letGo()
    expect((await a)?.outcome).toMatchObject({ code: 'stopped' })
    expect((await b)?.outcome).toEqual(ok(1))
    await fresh.close()
  })

  it('answers when a process is killed from outside, and goes on with a new one', async () => {
    const fresh = openTestLane(sandbox, { poolSize: 0 })
    const logs: string[] = []
    const wait = makeTool(
      'export const main = ({ wait }) => { console.log("begun"); return wait ? new Promise(() => {}) : 1 }',
    )
    const running = callTool(fresh, wait, { input: { wait: true }, onLog: (_, text) => logs.push(text) })
    await expect.poll(() => logs).toEqual(['begun'])
    for (const pid of fresh.stats().pids) process.kill(pid, 'SIGKILL')
    expect((await running).outcome).toMatchObject({ kind: 'failed', code: 'crashed' })
    // It had begun: it is not begun again.
    expect(logs).toEqual(['begun'])
    expect(fresh.stats().crashed).toBe(1)
    expect((await callTool(fresh, wait)).outcome).toEqual(ok(1))
    await fresh.close()
  })

  it.each([
    'all of it',
    'the outer process alone',
    'the inner process alone',
  ])('gives a call that comes right after a kill from outside (%s) a new process, and no error', async (which) => {
    const fresh = openTestLane(sandbox, { poolSize: 0 })
    const asks = makeTool(
      'export const main = async ({ n }) => (await sallyport.fs.stat({ path: "/ok" })).size + n',
    )
    for (let n = 0; n < 4; n++) {
      const call = () =>
        callTool(fresh, asks, { input: { n }, onRequest: async () => ok({ size: 1 }) }).then(
          ({ outcome }) => outcome,
        )
      expect(await call()).toEqual(ok(n + 1))
      const { pids } = fresh.stats()
      const killed =
        which === 'all of it' ? pids : which.includes('outer') ? pids.slice(0, 1) : pids.slice(-1)
      for (const pid of killed) process.kill(pid, 'SIGKILL')
      // What is still there for a moment may answer; nothing that comes is an error.
      if (killed.length === pids.length || which.includes('inner')) expect(await call()).toEqual(ok(n + 1))
      else await expect.poll(() => pids.some(isRunning)).toBe(false)
      expect(await call()).toEqual(ok(n + 1))
    }
    await fresh.close()
  })

  it('closes idle processes', async () => {
    const fresh = openTestLane(sandbox, { poolSize: 0, idleMs: 800 })
    await callTool(fresh, echo)
    expect(fresh.stats().processes).toBe(1)
    await expect.poll(() => fresh.stats().processes).toBe(0)
    await fresh.close()
  })

  it('starts no process of its own inside the sandbox', async () => {
    await callTool(lane, echo)
    const inner = lane.stats().pids
    expect(inner.flatMap(childrenOf).filter((pid) => !inner.includes(pid))).toEqual([])
  })
})

describe('without what it needs', () => {
  it('says so when the bundle is missing', async () => {
    const broken = openTestLane({ ...sandbox, entry: '/nowhere/main.cjs' })
    expect((await callTool(broken, echo)).outcome).toMatchObject({
      kind: 'failed',
      code: 'crashed',
      person: expect.stringContaining('/nowhere/main.cjs'),
    })
    await broken.close()
  })

  it('runs without a compiler when it is strict', async () => {
    const strict = openTestLane(sandbox, { strict: () => true })
    expect(
      (await callTool(strict, makeTool('export const main = () => [1, 2].map((n) => n * 2)'))).outcome,
    ).toEqual(ok([2, 4]))
    const inner = strict.stats().pids.at(-1)
    expect(readFileSync(`/proc/${inner}/cmdline`, 'utf8')).toContain('--jitless')
    await strict.close()
  })
})

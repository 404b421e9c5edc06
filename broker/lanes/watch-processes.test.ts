import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openWatchThread, type ProcessWatch, startProcessWatch } from './watch-processes.ts'

const MEGABYTE = 1024 * 1024
const children: ChildProcess[] = []
let watch: ProcessWatch
beforeAll(() => {
  watch = startProcessWatch()
})
afterAll(() => watch.close())
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
async function start(code: string) {
  const child = spawn(
    process.execPath,
    ['-e', `console.log('up'); process.stdin.once('data', () => { ${code} })`],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  children.push(child)
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  const watched = watch.add(child.pid as number)
  if (!watched) throw new Error('no row was free')
  return { child, watched, go: () => child.stdin?.write('go\n'), ended: once(child, 'exit') }
}
const generous = { memory: 4096 * MEGABYTE, cpuMs: 60_000 }

describe.runIf(process.platform === 'linux')('watching a process', () => {
  it('ends one that outgrows its memory, and says why', async () => {
    const { watched, go, ended } = await start('const a = []; for (;;) a.push(Buffer.alloc(1e6, 1))')
    expect(watched.baseline).toBeGreaterThan(20 * MEGABYTE)
    watched.busy({ memory: 100 * MEGABYTE, cpuMs: 60_000 })
    go()
    expect((await ended)[1]).toBe('SIGKILL')
    expect(watched.verdict()).toBe('memory')
    expect(watched.peak()).toBeGreaterThan(watched.baseline + 85 * MEGABYTE)
    expect(watched.peak()).toBeLessThan(watched.baseline + 260 * MEGABYTE)
    watched.remove()
  })

  it('ends one that uses up its CPU time, even when this thread is busy', async () => {
    const { watched, go, ended } = await start('for (;;);')
    watched.busy({ ...generous, cpuMs: 200 })
    go()
    const until = performance.now() + 8_000
    while (performance.now() < until && !watched.verdict());
    expect(watched.verdict()).toBe('cpu')
    await ended
    watched.remove()
  })

  it('shares CPU time among calls that run side by side', async () => {
    const { child, watched, go } = await start('for (;;);')
    for (let n = 0; n < 10; n++) watched.busy({ ...generous, cpuMs: 200 })
    go()
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect([watched.verdict(), child.exitCode]).toEqual([null, null])
    watched.remove()
  })

  it('leaves an idle one alone, however much it holds, and one whose calls have ended', async () => {
    const { child, watched, go } = await start(
      'globalThis.a = Buffer.alloc(3e8, 1); console.log("full"); for (let end = Date.now() + 300; Date.now() < end;);',
    )
    const end = watched.busy({ memory: 100 * MEGABYTE, cpuMs: 20 })
    end()
    go()
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect([watched.verdict(), child.exitCode, child.signalCode]).toEqual([null, null, null])
    expect(watched.growth()).toBeGreaterThan(200 * MEGABYTE)
    watched.remove()
  })

  it('has no thread before anything is busy, ends it after a rest, and watches from the first moment on', async () => {
    const lazy = startProcessWatch({ idleMs: 50 })
    const threads = () => readdirSync('/proc/self/task').length
    // The pool for files has all its threads after this.
    await Promise.all(Array.from({ length: 16 }, () => readFile('/proc/self/stat')))
    const before = threads()
    for (let round = 0; round < 3; round++) {
      const { child, watched, go, ended } = await start('const a = []; for (;;) a.push(Buffer.alloc(1e6, 1))')
      watched.remove()
      const row = lazy.add(child.pid as number)
      expect(threads()).toBe(before)
      row?.busy({ memory: 50 * MEGABYTE, cpuMs: 60_000 })
      go()
      expect((await ended)[1]).toBe('SIGKILL')
      expect(row?.verdict()).toBe('memory')
      row?.remove()
      await vi.waitFor(() => expect(threads()).toBe(before), 30_000)
    }
    await lazy.close()
  })

  it('keeps counting CPU time when the thread is a new one', async () => {
    const lazy = startProcessWatch({ idleMs: 20 })
    const { child, watched, go, ended } = await start('for (;;);')
    watched.remove()
    const row = lazy.add(child.pid as number)
    const end = row?.busy({ ...generous, cpuMs: 5_000 })
    go()
    await new Promise((resolve) => setTimeout(resolve, 300))
    end?.()
    await new Promise((resolve) => setTimeout(resolve, 200))
    row?.busy({ ...generous, cpuMs: 100 })
    await ended
    expect(row?.verdict()).toBe('cpu')
    row?.remove()
    await lazy.close()
  })

  const broken = () => new Worker('throw new Error("it broke")', { eval: true })
  it('replaces a thread that broke, and says so', async () => {
    const faults: unknown[] = []
    const openThread = (table: Int32Array) => (faults.length < 2 ? broken() : openWatchThread(table))
    const frail = startProcessWatch({ openThread, onFault: (fault) => faults.push(fault) })
    const { child, watched, go, ended } = await start('for (;;);')
    watched.remove()
    const row = frail.add(child.pid as number)
    row?.busy({ ...generous, cpuMs: 100 })
    go()
    await ended
    expect(row?.verdict()).toBe('cpu')
    expect(faults.map(String)).toEqual(['Error: it broke', 'Error: it broke'])
    row?.remove()
    await frail.close()
  })

  it('keeps memory within its limit also where no thread can be had', async () => {
    let tries = 0
    const openThread = () => {
      if (tries++ % 2 === 0) return broken()
      throw new Error('no more threads')
    }
    const frail = startProcessWatch({ openThread })
    const { child, watched, go, ended } = await start(
      'const a = []; setInterval(() => a.push(Buffer.alloc(1e7, 1)), 40)',
    )
    watched.remove()
    const row = frail.add(child.pid as number)
    row?.busy({ memory: 150 * MEGABYTE, cpuMs: 60_000 })
    go()
    expect((await ended)[1]).toBe('SIGKILL')
    expect(row?.verdict()).toBe('memory')
    expect(tries).toBeGreaterThan(2)
    row?.remove()
    await frail.close()
  })

  it('wakes up again after a long rest, and gives its rows back', async () => {
    await new Promise((resolve) => setTimeout(resolve, 600))
    for (let round = 0; round < 200; round++) {
      const row = watch.add(process.pid)
      expect(row).not.toBeNull()
      row?.remove()
    }
    const { watched, go, ended } = await start('for (;;);')
    watched.busy({ ...generous, cpuMs: 50 })
    go()
    await ended
    expect(watched.verdict()).toBe('cpu')
    watched.remove()
  })
})

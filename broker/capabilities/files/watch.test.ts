// Watching a folder, all the way: a tool in its sandbox, the gate, and another process that changes things.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Level } from '../../../contract/perimeter.ts'
import { openTestHouse, type TestHouse } from '../../../e2e/fixtures/open-test-house.ts'
import { makeTool } from '../../../e2e/fixtures/open-test-lane.ts'

let house: TestHouse
let top: string
const others: ChildProcess[] = []
beforeAll(async () => {
  house = await openTestHouse()
})
afterAll(() => house.close())
beforeEach(() => {
  top = path.join(house.home, `watched-${Date.now()}`)
  for (const folder of ['sub/deep', 'closed']) fs.mkdirSync(path.join(top, folder), { recursive: true })
  for (const file of ['a.txt', 'gone.txt', 'sub/old.txt', 'closed/secret.txt'])
    fs.writeFileSync(path.join(top, file), 'x')
})
afterEach(async () => {
  for (const child of others.splice(0)) {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null
    try {
      // With what it runs in the background.
      process.kill(-(child.pid as number), 'SIGKILL')
    } catch {
      // All of it has ended.
    }
    await ended
  }
})

const tool = makeTool('export const main = (input) => sallyport.fs.watch(input)', {
  outputBytes: 4 * 1024 * 1024,
})
tool.manifest = { ...tool.manifest, capabilities: ['fs.list'] }

interface Seen {
  changed: string[]
  timedOut: boolean
}
/** Of the last watch. */
let truncated = false
/** What the tool is told while another process runs the script, from when the watch stands. */
async function watch(script: string, timeoutMs = 5_000): Promise<Seen> {
  const line = (folder: string, read: Level) => ({ path: folder, read, write: 'deny' as const })
  const perimeter = {
    folders: [line(top, 'allow'), line(`${top}/closed`, 'deny'), line(`${top}/hidden.txt`, 'deny')],
  }
  house.entries.splice(0)
  const watching = house.callTool(tool, 'main', { path: top, timeoutMs }, perimeter)
  const other = (async () => {
    while (!house.entries.some(({ kind }) => kind === 'intent')) await sleep(5)
    // Begun; a busy machine has time to set the watches, too.
    await sleep(300)
    others.push(spawn('/bin/sh', ['-c', script], { cwd: top, stdio: 'ignore', detached: true }))
  })()
  const outcome = await watching
  await other
  if (outcome.kind !== 'ok') throw new Error(outcome.person)
  const { changed, timedOut } = outcome.value as unknown as Seen
  truncated = (outcome.value as { truncated: boolean }).truncated
  return { changed: changed.map((file) => path.relative(top, file)), timedOut }
}

describe('a tool that watches a folder', () => {
  it('is told of the folder itself by its own name: closed, carried away, gone', async () => {
    expect(await watch('chmod 700 .')).toEqual({ changed: [''], timedOut: false })
    expect(await watch('rmdir sub/deep')).toEqual({ changed: ['sub/deep'], timedOut: false })
    expect(await watch('mv "$PWD" "$PWD-moved"; ln -s /etc "$PWD"')).toEqual({
      changed: [''],
      timedOut: false,
    })
    fs.rmSync(top)
    fs.mkdirSync(top)
    expect(await watch('rmdir "$PWD"')).toEqual({ changed: [''], timedOut: false })
  })

  it.runIf(process.platform === 'linux')(
    'is not told that nothing changed where nothing can be watched',
    () => {
      const program = `
      const [top, code] = process.argv.slice(1)
      const load = (file) => import(code + file)
      const { mintPermit } = await load('gate/permit.ts')
      const { createFileRoom } = await load('capabilities/files/file-room.ts')
      const { createFsListCapability } = await load('capabilities/fs-list.ts')
      const { playGate } = await load('capabilities/testing/play-gate.ts')
      const files = createFileRoom({ ownPaths: [], home: top })
      const gate = playGate([createFsListCapability({ files })], mintPermit)
      console.log(JSON.stringify(await gate.pass('fs.watch', { path: top, timeoutMs: 100 })))`
      const code = `${path.resolve(import.meta.dirname, '../..')}/`
      const none = 'echo 0 > /proc/sys/user/max_inotify_watches; exec "$@"'
      const root = ['--unshare-user', '--uid', '0', '--gid', '0', '--cap-add', 'ALL', '--dev-bind', '/', '/']
      const node = [process.execPath, '--input-type=module', '-e', program, top, code]
      const said = execFileSync('bwrap', [...root, 'sh', '-c', none, 'sh', ...node], { encoding: 'utf8' })
      expect(JSON.parse(said)).toMatchObject({
        kind: 'refused',
        code: 'unavailable',
        person: expect.stringMatching(/can’t be watched: this computer watches as many folders as it can/),
      })
    },
  )

  it('is told of a file that another process writes, in place or anew', async () => {
    expect(await watch('echo more >> a.txt')).toEqual({ changed: ['a.txt'], timedOut: false })
    expect(await watch('echo new > sub/deep/new.txt')).toEqual({
      changed: ['sub/deep/new.txt'],
      timedOut: false,
    })
  })

  it('is told of both names of a file that is renamed, also from folder to folder', async () => {
    const { changed } = await watch('mv sub/old.txt sub/deep/moved.txt')
    expect(changed.sort()).toEqual(['sub/deep/moved.txt', 'sub/old.txt'])
  })

  it('is told of what Sallyport writes by its own name, and not by the one under which it is half made', async () => {
    const half = '.sallyport-0123456789abcdef.tmp'
    expect(await watch(`echo new > ${half}; sleep 0.2; mv ${half} made.txt`)).toEqual({
      changed: ['made.txt'],
      timedOut: false,
    })
  })

  it('is told of what is deleted, and of a folder that goes whole', async () => {
    expect((await watch('rm gone.txt')).changed).toEqual(['gone.txt'])
    expect((await watch('rm -r sub')).changed).toContain('sub')
  })

  it('is told nothing of what its perimeter keeps from it, and is not woken by it', async () => {
    const quiet = { changed: [], timedOut: true }
    expect(await watch('echo x >> closed/secret.txt; echo y > closed/new.txt', 1_200)).toEqual(quiet)
    expect(await watch('echo x > hidden.txt; rm hidden.txt', 1_200)).toEqual(quiet)
    expect(await watch('mv closed closed.away')).toEqual({ changed: ['closed.away'], timedOut: false })
  })

  it('says when not all that is below is watched', async () => {
    expect((await watch('', 100)).timedOut).toBe(true)
    expect(truncated).toBe(false)
    const eight = path.join(top, '1/2/3/4/5/6/7/8')
    fs.mkdirSync(eight, { recursive: true })
    fs.writeFileSync(`${eight}/file`, '')
    expect((await watch(`echo x > ${eight}/file`)).changed).toEqual(['1/2/3/4/5/6/7/8/file'])
    await watch('', 100)
    expect(truncated).toBe(false)
    fs.mkdirSync(`${eight}/9`)
    expect(await watch(`echo x > ${eight}/9/file`, 1_000)).toEqual({ changed: [], timedOut: true })
    expect(truncated).toBe(true)
    fs.rmSync(`${top}/1`, { recursive: true })
    for (let n = 0; n < 500; n++) fs.mkdirSync(`${top}/f${n}`)
    await watch('', 1_000)
    expect(truncated).toBe(true)
  })

  it('is not followed out of the folder by a link', async () => {
    const outside = path.join(house.home, 'outside')
    fs.mkdirSync(outside, { recursive: true })
    fs.symlinkSync(outside, `${top}/sub/link`)
    expect(await watch(`echo x > '${outside}/y'`, 1_200)).toEqual({ changed: [], timedOut: true })
  })

  it('has a bounded answer soon, and keeps nobody waiting, however much changes', async () => {
    const flood =
      'i=0; while :; do i=$((i+1)); : > flood-$i; : > a.txt; : > gone.txt; done & j=0; while :; do j=$((j+1)); : > sub/f-$j; : > sub/old.txt; done'
    let beats = 0
    const beat = setInterval(() => beats++, 10)
    const began = performance.now()
    const { changed, timedOut } = await watch(flood, 20_000)
    clearInterval(beat)
    expect(timedOut).toBe(false)
    expect(changed.length).toBeLessThanOrEqual(1_000)
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(beats).toBeGreaterThan(10)
  }, 30_000)

  it('is not worn down by changes that it may not know of', async () => {
    const flood = 'while :; do : > hidden.txt; : > closed.x; rm closed.x; rm hidden.txt; done'
    const line = (folder: string, read: Level) => ({ path: folder, read, write: 'deny' as const })
    const folders = [line(top, 'allow'), line(`${top}/hidden.txt`, 'deny'), line(`${top}/closed.x`, 'deny')]
    const child = spawn('/bin/sh', ['-c', flood], { cwd: top, stdio: 'ignore', detached: true })
    others.push(child)
    await once(child, 'spawn')
    const outcome = await house.callTool(tool, 'main', { path: top, timeoutMs: 1_500 }, { folders })
    expect(outcome).toMatchObject({ kind: 'ok', value: { changed: [], timedOut: true } })
  })

  it('ends with its run', async () => {
    const control = new AbortController()
    const watching = house.callTool(
      tool,
      'main',
      { path: top, timeoutMs: 60_000 },
      { folders: [{ path: top, read: 'allow', write: 'deny' }] },
      { signal: control.signal },
    )
    setTimeout(() => control.abort(), 300)
    const began = performance.now()
    expect(await watching).toMatchObject({ kind: 'refused', code: 'cancelled' })
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { brokerOfGroup, GROUP_KILL, laneGroupOf } from '../../contract/lane-group.ts'
import { collectTrees } from '../stop/process-table.ts'
import { type LaneGroup, noGroup, openLaneGroup } from './lane-group.ts'
import { createLaneStop } from './lane-stop.ts'

const MOUNTS = `36 25 0:32 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
37 25 0:33 / /sys/kernel/debug rw - debugfs debugfs rw`

describe('where the group is', () => {
  test('below the broker’s own group', () => {
    const cgroup = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-sallyport.scope\n'
    expect(laneGroupOf(42, cgroup, MOUNTS)).toBe(
      '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/app-sallyport.scope/sallyport-lanes-42',
    )
    expect(laneGroupOf(42, '9:pids:/x\n0::/\n', MOUNTS)).toBe('/sys/fs/cgroup/sallyport-lanes-42')
  })
  test('nowhere, where there is no such thing', () => {
    expect(laneGroupOf(42, '9:pids:/x\n', MOUNTS)).toBeNull()
    expect(laneGroupOf(42, '0::/x\n', '37 25 0:33 / /sys rw - sysfs sysfs rw')).toBeNull()
  })
  test('its name says whose it is', () => {
    expect(brokerOfGroup('sallyport-lanes-42')).toBe(42)
    for (const other of ['sallyport-lanes-', 'sallyport-lanes-4x', 'app.slice'])
      expect(brokerOfGroup(other)).toBeNull()
  })
})

test('without a group everything else goes on', async () => {
  expect(noGroup.take(process.pid)).toBe(false)
  noGroup.inner('a').kill()
  const lanes = createLaneStop(noGroup)
  expect(await lanes.hold.end('all')).toEqual({})
  expect(await lanes.end.end('all')).toEqual({ processes: 0, survivors: [] })
})

// Only where this system lets this user make one.
const probe = openLaneGroup()
probe.remove()

describe.skipIf(!probe.works)('a group', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lane-group-'))
  const folders = [folder]
  const children: ChildProcess[] = []
  let group: LaneGroup = noGroup
  afterEach(() => {
    group.kill()
    for (const child of children.splice(0)) child.kill('SIGKILL')
    group.remove()
    for (const made of folders) rmSync(made, { recursive: true, force: true })
  })

  /** A process that has put a tree into its group and has an inner one; and who waits for its end. */
  async function startBroker() {
    const code = `import { openLaneGroup } from ${JSON.stringify(path.join(import.meta.dirname, 'lane-group.ts'))}
      const group = openLaneGroup()
      const inner = group.inner('one')
      process.stdin.once('data', (pid) => {
        group.take(Number(pid))
        console.log('taken')
        process.stdin.once('data', inner.remove)
      })`
    const broker = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    children.push(broker)
    const tree = startTree()
    broker.stdin.write(`${tree.child.pid}\n`)
    await once(broker.stdout, 'data')
    await begin(tree)
    const below = () => [...collectTrees([broker.pid as number]).keys()]
    return { broker, tree, wardens: () => below().filter((pid) => commandOf(pid).includes(GROUP_KILL)) }
  }
  const commandOf = (pid: number) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
    } catch {
      return ''
    }
  }
  const isListening = (pid: number) => !commandOf(pid).includes('setpriv')

  /** Ignores signals, forks all the time, has children in sessions of their own, and writes. */
  function startTree(): { child: ChildProcess & { pid: number }; file: string } {
    const tree = mkdtempSync(path.join(os.tmpdir(), 'lane-tree-'))
    folders.push(tree)
    const file = path.join(tree, 'out')
    const script = `trap '' TERM INT HUP; read -r go
      setsid sh -c "trap '' TERM; while :; do echo y >> $0.child; sleep 0.005; done" "$0" &
      while :; do echo x >> "$0"; sleep 0.005 & done`
    const child = spawn('/bin/bash', ['-c', script, file], { stdio: ['pipe', 'ignore', 'ignore'] })
    children.push(child)
    return { child: child as ChildProcess & { pid: number }, file }
  }
  const size = (file: string) => (existsSync(file) ? readFileSync(file).length : 0)
  const begin = async ({ child, file }: ReturnType<typeof startTree>) => {
    child.stdin?.write('go\n')
    for (let n = 0; n < 400 && size(file) < 20; n++) await sleep(10)
    expect(size(file)).toBeGreaterThanOrEqual(20)
  }

  test('is ended whole by one signal, and nothing writes after it', async () => {
    group = openLaneGroup()
    const tree = startTree()
    group.take(tree.child.pid)
    await begin(tree)
    const lanes = createLaneStop(group)
    void lanes.hold.end('all')
    const ended = await lanes.end.end('all')
    expect(ended.survivors).toEqual([])
    expect(ended.processes).toBeGreaterThanOrEqual(2)
    expect(lanes.isCounted(tree.child.pid)).toBe(true)
    expect(group.members()).toEqual([])
    const before = size(tree.file)
    await sleep(100)
    expect(size(tree.file)).toBe(before)
  })

  test('takes along what was started before, in whatever session', async () => {
    group = openLaneGroup()
    const tree = startTree()
    await begin(tree)
    await expect.poll(() => size(`${tree.file}.child`)).toBeGreaterThan(10)
    const inner = group.inner('one')
    expect(inner.take(tree.child.pid)).toBe(true)
    inner.kill()
    await expect.poll(() => inner.members()).toEqual([])
    const before = [size(tree.file), size(`${tree.file}.child`)]
    await sleep(100)
    expect([size(tree.file), size(`${tree.file}.child`)]).toEqual(before)
  })

  test('held still it has no effect; let go it has them again', async () => {
    group = openLaneGroup()
    const tree = startTree()
    group.take(tree.child.pid)
    await begin(tree)
    group.freeze(true)
    await sleep(50)
    const before = size(tree.file)
    await sleep(150)
    expect(size(tree.file)).toBe(before)
    group.freeze(false)
    for (let n = 0; n < 200 && size(tree.file) === before; n++) await sleep(10)
    expect(size(tree.file)).toBeGreaterThan(before)
  })

  test('says of each whether it has taken it', async () => {
    group = openLaneGroup()
    const { child } = startTree()
    expect(group.take(child.pid)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(group.take(child.pid)).toBe(false)
  })

  test('an inner one is ended by itself', async () => {
    group = openLaneGroup()
    const [one, other] = [startTree(), startTree()]
    const inner = group.inner('one')
    inner.take(one.child.pid)
    group.take(other.child.pid)
    await begin(one)
    await begin(other)
    const gone = once(one.child, 'exit')
    inner.kill()
    await gone
    await expect.poll(() => inner.members()).toEqual([])
    expect(group.members()).toContain(other.child.pid)
  })

  test('an inner one goes when the last in it is gone, also when it is to go before that', async () => {
    group = openLaneGroup()
    const tree = startTree()
    const inner = group.inner('one')
    const at = laneGroupOf(process.pid, readFileSync('/proc/self/cgroup', 'utf8'), mountinfo())
    expect(existsSync(`${at}/one`)).toBe(true)
    inner.take(tree.child.pid)
    await begin(tree)
    inner.remove()
    expect(existsSync(`${at}/one`)).toBe(true)
    inner.kill()
    await expect.poll(() => existsSync(`${at}/one`), { timeout: 5_000 }).toBe(false)
  })

  test('after a kill it takes newcomers that run', async () => {
    group = openLaneGroup()
    const first = startTree()
    group.take(first.child.pid)
    group.freeze(true)
    group.kill()
    await once(first.child, 'exit')
    const next = startTree()
    group.take(next.child.pid)
    await begin(next)
  })

  test('held still again when all in it was ended, it lets newcomers run once the stop is lifted', async () => {
    group = openLaneGroup()
    const lanes = createLaneStop(group)
    await lanes.end.end('all')
    group.freeze(true)
    const next = startTree()
    group.take(next.child.pid)
    next.child.stdin?.write('go\n')
    await sleep(100)
    expect(size(next.file)).toBe(0)
    lanes.resumed()
    await begin(next)
  })

  test('ends with a broker that is killed', async () => {
    const code = `import { openLaneGroup } from ${JSON.stringify(path.join(import.meta.dirname, 'lane-group.ts'))}
      const group = openLaneGroup()
      process.stdin.once('data', (pid) => { group.take(Number(pid)); console.log('taken') })`
    const broker = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    children.push(broker)
    const tree = startTree()
    broker.stdin.write(`${tree.child.pid}\n`)
    await once(broker.stdout, 'data')
    await begin(tree)
    const gone = once(tree.child, 'exit')
    broker.kill('SIGKILL')
    await gone
    await sleep(20)
    const before = size(tree.file)
    await sleep(100)
    expect(size(tree.file)).toBe(before)
    // The next broker clears the folder away.
    const left = laneGroupOf(broker.pid as number, readFileSync('/proc/self/cgroup', 'utf8'), mountinfo())
    expect(existsSync(left as string)).toBe(true)
    group = openLaneGroup()
    expect(existsSync(left as string)).toBe(false)
  })
  test('ends with a broker that is killed, also when one of the two that end it is gone', async () => {
    for (const lost of [0, 1]) {
      const { broker, tree, wardens } = await startBroker()
      await expect.poll(() => wardens().length, { timeout: 10_000 }).toBe(2)
      // They replace themselves twice before they listen.
      await expect.poll(() => wardens().filter(isListening).length, { timeout: 10_000 }).toBe(2)
      process.kill(wardens()[lost] as number, 'SIGKILL')
      const gone = once(tree.child, 'exit')
      broker.kill('SIGKILL')
      await gone
    }
  })

  test('one of the two that end it goes with the last inner group, and ends nothing', async () => {
    const { broker, tree, wardens } = await startBroker()
    await expect.poll(() => wardens().filter(isListening).length, { timeout: 10_000 }).toBe(2)
    broker.stdin?.write('remove\n')
    await expect.poll(wardens, { timeout: 10_000 }).toHaveLength(1)
    const before = size(tree.file)
    await expect.poll(() => size(tree.file)).toBeGreaterThan(before)
  })

  // Only where setpriv can ask for it.
  const canSignal = spawnSync('setpriv', ['--pdeathsig', 'URG', 'true']).status === 0
  test.runIf(canSignal)(
    'ends with a broker that is killed, also while something keeps its pipes open',
    async () => {
      // Whoever inherits a pipe keeps it open, as a thread does that waits for the disk.
      const code = `import { openLaneGroup } from ${JSON.stringify(path.join(import.meta.dirname, 'lane-group.ts'))}
      import { readdirSync, readlinkSync } from 'node:fs'
      import { spawn } from 'node:child_process'
      const group = openLaneGroup()
      const sockets = () => readdirSync('/proc/self/fd').filter((fd) => {
        try { return readlinkSync('/proc/self/fd/' + fd).startsWith('socket:') } catch { return false }
      })
      process.stdin.once('data', (pid) => {
        const before = sockets()
        group.take(Number(pid))
        const own = sockets().filter((fd) => !before.includes(fd)).map(Number)
        const keeper = spawn('sleep', ['600'], { stdio: ['ignore', 'ignore', 'ignore', ...own], detached: true })
        console.log(JSON.stringify({ keeper: keeper.pid, own: own.length }))
      })`
      const broker = spawn(process.execPath, ['--input-type=module', '-e', code], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      children.push(broker)
      const tree = startTree()
      broker.stdin.write(`${tree.child.pid}\n`)
      const [line] = await once(broker.stdout, 'data')
      const { keeper, own } = JSON.parse(String(line))
      expect(own).toBeGreaterThan(0)
      try {
        await begin(tree)
        // The warden is a shell that replaces itself twice before it listens.
        await sleep(300)
        const gone = once(tree.child, 'exit')
        broker.kill('SIGKILL')
        await gone
      } finally {
        process.kill(keeper, 'SIGKILL')
      }
    },
  )
  const mountinfo = () => readFileSync('/proc/self/mountinfo', 'utf8')
})

import { once } from 'node:events'
import fs from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildProgramHost } from '../../../e2e/fixtures/open-contained.ts'
import type { ContainedEnd, ContainedProgram, ContainedPrograms } from '../../ports.ts'
import { killTrees } from '../../stop/kill-tree.ts'
import { type LaneGroup, noGroup, openLaneGroup } from '../lane-group.ts'
import { createContainedPrograms } from './contained-programs.ts'

const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin'
let lane: ContainedPrograms
let top: string
let hosts: string
let asked: string[]
let logged: string[]

let host: Awaited<ReturnType<typeof buildProgramHost>> | undefined
const make = (group: LaneGroup = noGroup, searchPath = SEARCH_PATH) =>
  createContainedPrograms({
    group,
    node: process.execPath,
    childFile: host?.childFile ?? '',
    searchPath,
    killTrees,
    log: (line) => void logged.push(line),
  })
const can = make().available().available

beforeAll(async () => {
  host = await buildProgramHost()
  // Hosts' folders go where temporary files go; here, to a place that no other test uses.
  hosts = fs.realpathSync(fs.mkdtempSync('/tmp/sph-'))
  process.env.TMPDIR = hosts
  lane = make()
})
afterAll(async () => {
  await lane.close()
  host?.remove()
  delete process.env.TMPDIR
  fs.rmSync(hosts, { recursive: true })
})
beforeEach(() => {
  asked = []
  logged = []
  top = fs.realpathSync(fs.mkdtempSync('/tmp/sallyport-contained-'))
  for (const folder of ['work/locked', 'work/hidden', 'other'])
    fs.mkdirSync(path.join(top, folder), { recursive: true })
  fs.writeFileSync(`${top}/work/a.txt`, 'hello')
  fs.writeFileSync(`${top}/work/hidden/key`, 'hidden key')
  fs.writeFileSync(`${top}/other/secret`, 'other secret')
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

test.skipIf(!can)('after Stop no host is kept ready until something is asked for again', async () => {
  const ready = () => fs.readdirSync(hosts).filter((name) => name.startsWith('sallyport-run-'))
  const begun = await start('sleep 60')
  if (begun.kind !== 'ok') throw new Error(begun.person)
  await lane.end('all')
  await sleep(100)
  expect(ready()).toEqual([])
})

const start = (script: string, more: Partial<ContainedProgram> = {}, by = lane) =>
  by.start({
    principalId: 'agent_1',
    words: 'a script',
    program: '/bin/bash',
    args: ['-c', script],
    cwd: `${top}/work`,
    env: {},
    input: '',
    readable: [],
    writable: [`${top}/work`],
    hidden: [`${top}/work/hidden`],
    readOnly: [`${top}/work/locked`],
    maxMemory: 512 * 1024 * 1024,
    maxProcesses: 200,
    timeoutMs: 20_000,
    async mayConnect(host, port) {
      asked.push(`${host}:${port}`)
      return 'not among the hosts of this agent'
    },
    privateAddresses: async () => [],
    onSent: () => null,
    local: [],
    signal: new AbortController().signal,
    ...more,
  })
const run = async (
  script: string,
  more: Partial<ContainedProgram> = {},
): Promise<ContainedEnd & { out: string; err: string }> => {
  const started = await start(script, more)
  if (started.kind !== 'ok') throw new Error(started.person)
  const { stdout, stderr, ended } = started.value
  const [out, err, end] = await Promise.all([text(stdout), text(stderr), ended])
  return { ...end, out, err }
}
/** Processes whose command line holds the mark. */
const alive = (mark: string) =>
  fs.readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(mark)
    } catch {
      return false
    }
  })

/** Null for one that has ended meanwhile: those of others on this machine come and go. */
function parentOf(pid: string): number | null {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return null
  }
}
const ownHosts = () =>
  alive('contained.child')
    .filter((pid) => parentOf(pid) === process.pid)
    .map(Number)

describe.skipIf(!can)('a contained program', () => {
  test('runs beside others that start and end in the same folder at the same time', async () => {
    // Some end while others start: what holds places in the folder comes and goes.
    const scripts = Array.from(
      { length: 12 },
      (_, n) => `echo ${n} > ${n}.txt; sleep 0.${n % 3}; cat ${n}.txt`,
    )
    const ends = await Promise.all(
      scripts.map(async (script, n) => {
        await sleep(n * 60)
        return run(script)
      }),
    )
    expect(ends.map(({ out, err, exitCode }) => ({ out, err, exitCode }))).toEqual(
      scripts.map((_, n) => ({ out: `${n}\n`, err: '', exitCode: 0 })),
    )
    await expect.poll(() => fs.readdirSync(`${top}/work`).filter((name) => name.startsWith('.'))).toEqual([])
  })
  test('runs in its folder, with its own streams and exit code', async () => {
    const started = await start('cat; echo done >&2; pwd; exit 7', { input: 'from outside ☀' })
    if (started.kind !== 'ok') throw new Error(started.person)
    const [out, err, end] = await Promise.all([
      text(started.value.stdout),
      text(started.value.stderr),
      started.value.ended,
    ])
    expect(out).toBe(`from outside ☀${top}/work\n`)
    expect(err).toBe('done\n')
    expect(end).toMatchObject({ exitCode: 7, endedBy: 'itself', denied: [] })
  })

  test('does not start in a folder that a link took the place of', async () => {
    fs.mkdirSync(`${top}/work/real`)
    fs.symlinkSync('real', `${top}/work/link`)
    expect(await run('pwd', { cwd: `${top}/work/real` })).toMatchObject({ out: `${top}/work/real\n` })
    expect(await run('pwd', { cwd: `${top}/work/link` })).toMatchObject({ endedBy: 'crash', out: '' })
  })

  test('takes arguments as they are, whatever is in them', async () => {
    const args = ["a'b", '$(touch /tmp/x)', '; rm -rf /', '`id`', 'line\nbreak', '', '☀', '--']
    const end = await run('', { program: '/usr/bin/printf', args: ['%s|', ...args] })
    expect(end.out).toBe(args.map((one) => `${one}|`).join(''))
  })

  test('takes as much in arguments as a system gives a program, also where a shell would write them four times as long', async () => {
    const args = ["'".repeat(32_768), ...Array.from({ length: 14 }, () => 'x'.repeat(32_768)), '', '-☀']
    const end = await run('', { program: '/usr/bin/printf', args: ['%s|', ...args] })
    expect(end).toMatchObject({ endedBy: 'itself', exitCode: 0, err: '' })
    expect(end.out === args.map((one) => `${one}|`).join('')).toBe(true)
  })

  test('can open its own streams by their names, as scripts do, also where it has no input', async () => {
    const script =
      'cat /dev/stdin; wc -c < /dev/stdin; echo out > /dev/stdout; echo err > /dev/stderr; echo both | tee /dev/stderr'
    for (const [input, read] of [
      ['in\n', 'in\n3\n'],
      ['', '0\n'],
    ] as const)
      expect(await run(script, { input })).toMatchObject({
        out: `${read}out\nboth\n`,
        err: 'err\nboth\n',
        exitCode: 0,
      })
    expect(fs.readdirSync(hosts).some((name) => fs.existsSync(`${hosts}/${name}/stdin`))).toBe(false)
  })

  test('loses nothing of what it wrote before its end, however much, and need not read what it is given', async () => {
    const wrote = 3_000_000
    for (const script of [
      `head -c ${wrote} /dev/zero & head -c ${wrote} /dev/zero >&2; wait`,
      `(sleep 60) & head -c ${wrote} /dev/zero | tee /dev/stderr`,
    ]) {
      const started = await start(script, { input: 'x'.repeat(4_000_000) })
      if (started.kind !== 'ok') throw new Error(started.person)
      const { stdout, stderr, ended } = started.value
      // Whoever reads late finds all of it: the program is held back until then.
      await sleep(100)
      const [out, err, end] = await Promise.all([text(stdout), text(stderr), ended])
      expect([out.length, err.length, end.endedBy, end.exitCode]).toEqual([wrote, wrote, 'itself', 0])
    }
  })

  test('sees its folders and the system’s programs, and nothing else', async () => {
    const end = await run(
      `cat a.txt; cat ${top}/other/secret hidden/key /etc/shadow; ls ${os.homedir()} ${top} / | sort | tr '\\n' ' '; ls /proc | grep -c '^[0-9]'`,
    )
    expect(end.out).toContain('hello')
    expect(end.out).not.toContain('other secret')
    expect(end.out).not.toContain('hidden key')
    expect(end.out).not.toContain('root:*')
    expect(end.out).not.toContain('root:x')
    expect(end.out).not.toContain('other')
    // Its own few processes, not the computer's.
    expect(Number(end.out.trim().split(/\s/).at(-1))).toBeLessThan(20)
  })

  test('changes only what it may', async () => {
    const end = await run(
      `echo new > new.txt; echo x > locked/x; echo x > hidden/x; echo x > ${top}/other/x; echo x > /usr/x; touch ~/mine && echo home`,
    )
    expect(fs.readFileSync(`${top}/work/new.txt`, 'utf8')).toBe('new\n')
    expect(fs.readdirSync(`${top}/work/locked`)).toEqual([])
    expect(fs.readdirSync(`${top}/work/hidden`)).toEqual(['key'])
    expect(fs.readdirSync(`${top}/other`)).toEqual(['secret'])
    expect(end.out).toBe('home\n')
  })

  test('is told so when what it writes would be lost, wherever that is', async () => {
    const places = [
      `${top}/work/hidden`,
      `${top}/work/locked`,
      '/home /root /run /var /srv /mnt /media /etc /usr /opt /dev /boot'.split(' '),
      os.homedir(),
    ].flat()
    const there = places.filter((place) => fs.existsSync(place))
    const end = await run(
      `for p in ${there.join(' ')}; do echo x > $p/sallyport-probe && echo "wrote $p"; mkdir $p/sallyport-folder && echo "made $p"; done; echo over`,
    )
    expect(end.out).toBe('over\n')
    expect(end.err).toMatch(/Read-only file system/)
    for (const place of there) expect(fs.existsSync(`${place}/sallyport-probe`)).toBe(false)
  })

  test('has private places that work, and what it leaves there is named', async () => {
    const end = await run(
      `echo a > /tmp/report.txt; echo b > ~/mine.txt; mkdir ~/.cache; echo c > "$TMPDIR/d"; echo s > /dev/shm/s; mkdir ${top}/beside; rm "$TMPDIR/d"; cat /tmp/report.txt`,
    )
    expect(end).toMatchObject({ endedBy: 'itself', exitCode: 0, out: 'a\n' })
    expect(end.left.sort()).toEqual(['/tmp/report.txt', `${top}/beside`, '~/mine.txt'])
    expect((await run('ls -A /tmp ~ /dev/shm')).out).not.toMatch(/report|mine/)
  })

  test('changes a folder that is open for it inside of one that is not, and nothing that is closed in there', async () => {
    for (const folder of ['docs/out/locked', 'docs/out/hidden'])
      fs.mkdirSync(`${top}/${folder}`, { recursive: true })
    fs.writeFileSync(`${top}/docs/read.txt`, 'read')
    fs.writeFileSync(`${top}/docs/out/hidden/key`, 'hidden key')
    const end = await run(
      'cat ../read.txt; for f in ok ../no locked/no hidden/no .bashrc .git/hooks/no; do echo x > $f; done; cat hidden/key',
      {
        cwd: `${top}/docs/out`,
        readable: [`${top}/docs`],
        writable: [`${top}/docs/out`],
        hidden: [`${top}/docs/out/hidden`],
        readOnly: [`${top}/docs`, `${top}/docs/out/locked`],
      },
    )
    expect(end.out).toBe('read')
    expect(fs.readdirSync(`${top}/docs`).sort()).toEqual(['out', 'read.txt'])
    expect(fs.readdirSync(`${top}/docs/out`).sort()).toEqual(['hidden', 'locked', 'ok'])
    expect(fs.readdirSync(`${top}/docs/out/locked`)).toEqual([])
  })

  test('leaves nothing of the sandbox behind in its folder, however it ends', async () => {
    const before = fs.readdirSync(`${top}/work`)
    await run('ls -A')
    expect(fs.readdirSync(`${top}/work`)).toEqual(before)
    const begin = async (script: string) => {
      const started = await start(script)
      if (started.kind !== 'ok') throw new Error(started.person)
      await once(started.value.stdout, 'data')
      return started.value
    }
    const first = await begin('echo up; until [ -e first ]; do sleep 0.02; done')
    // While it runs they have to be there.
    expect(fs.readdirSync(`${top}/work`)).toContain('.bashrc')
    const second = await begin(
      'echo up; until [ -e second ]; do sleep 0.02; done; echo x > .bashrc; echo y > .gitconfig; echo tried; sleep 60',
    )
    fs.writeFileSync(`${top}/work/first`, '')
    first.stdout.resume()
    expect((await first.ended).endedBy).toBe('itself')
    fs.writeFileSync(`${top}/work/second`, '')
    await once(second.stdout, 'data')
    expect(fs.readdirSync(`${top}/work/.bashrc`)).toEqual([])
    await lane.end('all')
    expect(fs.readdirSync(`${top}/work`).filter((name) => !/^(first|second)$/.test(name))).toEqual(before)
  })

  test('a folder that becomes a link in the very moment of mounting opens nothing else: nothing runs', async () => {
    const repository = `${top}/work/.git`
    fs.mkdirSync(repository)
    fs.mkdirSync(`${top}/bin`)
    // Between the last look at what is to be mounted and the mounting itself.
    fs.writeFileSync(
      `${top}/bin/bwrap`,
      `#!/bin/sh\nif [ -f ${top}/armed ] && [ "$1" = --args ]; then rm ${top}/armed; mv ${repository} ${top}/work/old; ln -s hidden ${repository}; fi\nexec /usr/bin/bwrap "$@"\n`,
      { mode: 0o755 },
    )
    const racing = make(noGroup, `${top}/bin:${SEARCH_PATH}`)
    const attempt = async () => {
      const begun = await start(
        'cat .git/key; echo planted > .git/planted; echo ran',
        { writable: [`${top}/work`, repository] },
        racing,
      )
      if (begun.kind !== 'ok') throw new Error(begun.person)
      begun.value.stderr.resume()
      const [out, end] = await Promise.all([text(begun.value.stdout), begun.value.ended])
      return { out, endedBy: end.endedBy }
    }
    try {
      expect(await attempt()).toEqual({ out: 'ran\n', endedBy: 'itself' })
      fs.rmSync(`${repository}/planted`)
      fs.writeFileSync(`${top}/armed`, '')
      expect(await attempt()).toEqual({ out: '', endedBy: 'crash' })
      expect(fs.readdirSync(`${top}/work/hidden`)).toEqual(['key'])
    } finally {
      await racing.close()
    }
  })

  test('nothing runs that its host has not let go, also when the host dies over it', async () => {
    const repository = `${top}/work/.git`
    fs.mkdirSync(repository)
    fs.mkdirSync(`${top}/bin`)
    // What it mounts is never what was meant, so its host goes on looking until it is killed.
    fs.writeFileSync(
      `${top}/bin/bwrap`,
      `#!/bin/sh\nif [ "$1" = --args ]; then mv ${repository} ${top}/work/old; ln -s hidden ${repository}; touch ${top}/swapped; fi\nexec /usr/bin/bwrap "$@"\n`,
      { mode: 0o755 },
    )
    const racing = make(noGroup, `${top}/bin:${SEARCH_PATH}`)
    try {
      const begun = await start(`touch ${top}/work/ran`, { writable: [`${top}/work`, repository] }, racing)
      if (begun.kind !== 'ok') throw new Error(begun.person)
      await expect.poll(() => fs.existsSync(`${top}/swapped`)).toBe(true)
      // The outermost of its processes is the host's child; on this machine there may be hosts of others.
      const hosts = ownHosts()
      const host = alive('--args')
        .map(parentOf)
        .find((pid) => pid !== null && hosts.includes(pid)) as number
      await sleep(500)
      process.kill(host, 'SIGKILL')
      expect((await begun.value.ended).endedBy).toBe('crash')
      expect(fs.readdirSync(`${top}/work`)).not.toContain('ran')
    } finally {
      await racing.close()
    }
  })

  test('leaves files alone that were there before, empty or not', async () => {
    fs.writeFileSync(`${top}/work/.bashrc`, '')
    fs.writeFileSync(`${top}/work/.gitconfig`, '[user]')
    await run('echo x > .bashrc; echo x > .gitconfig')
    expect(fs.readFileSync(`${top}/work/.bashrc`, 'utf8')).toBe('')
    expect(fs.readFileSync(`${top}/work/.gitconfig`, 'utf8')).toBe('[user]')
  })

  test('inherits no environment but what it is given', async () => {
    process.env.SALLYPORT_TEST_SECRET = 'leaked'
    const end = await run('env; ls -l /proc/self/fd | wc -l', { env: { TOKEN: 'given' } })
    delete process.env.SALLYPORT_TEST_SECRET
    expect(end.out).not.toContain('leaked')
    expect(end.out).toContain('TOKEN=given')
    expect(end.out).toMatch(/^PATH=\/usr\/local\/bin:\/usr\/bin:\/bin$/m)
    expect(end.out).not.toMatch(/^(SALLYPORT|SSH_|DBUS|XDG|NODE_)/m)
    // Three streams, the listing's own folder, the pipe, and the line "total".
    expect(Number(end.out.trim().split('\n').at(-1))).toBeLessThanOrEqual(6)
  })

  test('each connection is asked about, once for a host', async () => {
    const end = await run(
      'for i in 1 2; do curl -sS -m 5 https://example.org/ -o /dev/null; done; curl -sS -m 5 http://example.net:8080/; exit 0',
    )
    expect(asked).toEqual(['example.org:443', 'example.net:8080'])
    expect(end.denied).toEqual(['example.org:443', 'example.net:8080'])
  })

  test('has no way round the proxy, and none to this computer', async () => {
    const server = net.createServer((socket) => socket.end('reached'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const end = await run(
      `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3; exec 3<>/dev/tcp/1.1.1.1/53; curl -sS -m 3 --noproxy '*' http://127.0.0.1:${port}/; curl -sS -m 3 --proxy "$HTTP_PROXY" --noproxy '' http://127.0.0.1:${port}/; exit 0`,
    )
    server.close()
    expect(end.out).not.toContain('reached')
  })

  test('reaches a host that was let through', async () => {
    // Only names that are public can be let through by name; an address that a person named can be any.
    const server = net.createServer((socket) =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nreached'),
      ),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const end = await run(`curl -sS -m 5 --noproxy '' http://127.0.0.1:${port}/`, {
      mayConnect: async () => null,
    })
    server.close()
    expect(end.out).toBe('reached')
  })

  test('what it sends is told while it goes, by host, and a no to that ends it', async () => {
    let received = 0
    const server = net.createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (bytes) => {
        received += bytes.length
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    // 8 MB, a part at a time; then it waits for an answer that never comes.
    const script = `(for n in $(seq 40); do head -c 200000 /dev/zero; sleep 0.05; done; sleep 20) | curl -sS -T - --noproxy '' http://127.0.0.1:${port}/`
    const sent: { to: string; bytes: number; had: number }[] = []
    const sum = () => sent.reduce((all, { bytes }) => all + bytes, 0)
    const end = await run(script, {
      mayConnect: async () => null,
      onSent(host, to, bytes) {
        sent.push({ to: `${host}:${to}`, bytes, had: received })
        return sum() > 6_000_000 ? 'It has sent enough.' : null
      },
    })
    server.close()
    expect(end).toMatchObject({ endedBy: 'budget', why: 'It has sent enough.' })
    expect(new Set(sent.map(({ to }) => to))).toEqual(new Set([`127.0.0.1:${port}`]))
    expect(sent.length).toBeGreaterThan(2)
    // Told is all that had arrived when it was told the time before; what leaves while the end is on its way is not.
    let told = 0
    for (const [n, { bytes }] of sent.entries()) {
      told += bytes
      expect(told).toBeGreaterThanOrEqual(sent[n - 1]?.had ?? 0)
    }
    expect(told).toBeGreaterThan(6_000_000)
    expect(told).toBeLessThan(received + 2_000_000)
    expect(received).toBeLessThan(8_100_000)
  })

  test('ends at its deadline, with all that it started', async () => {
    const mark = `sallyport-mark-${process.pid}-deadline`
    const began = performance.now()
    const end = await run(
      `trap '' TERM INT HUP; (setsid bash -c 'trap "" TERM; while :; do sleep 0.1; : ${mark}; done' &) ; while :; do sleep 0.1; : ${mark}; done`,
      { timeoutMs: 700 },
    )
    expect(end.endedBy).toBe('timeout')
    expect(performance.now() - began).toBeLessThan(6_000)
    expect(alive(mark)).toEqual([])
  })

  test('the clock stands while someone is asked', async () => {
    const end = await run('curl -sS -m 8 https://example.org/; echo after', {
      timeoutMs: 4_000,
      async mayConnect() {
        await sleep(4_200)
        return 'no'
      },
    })
    expect(end).toMatchObject({ endedBy: 'itself', out: 'after\n' })
  })

  test('what runs on after the program has ended is ended too', async () => {
    const mark = `sallyport-mark-${process.pid}-after`
    const end = await run(
      `(setsid bash -c 'while :; do sleep 0.1; : ${mark}; done' >/dev/null 2>&1 &) ; sleep 0.2; echo out`,
    )
    expect(end).toMatchObject({ endedBy: 'itself', out: 'out\n' })
    expect(alive(mark)).toEqual([])
  })

  test('too much memory ends it', async () => {
    // One line without end, which it keeps whole.
    const end = await run('tail /dev/zero', {
      maxMemory: 150 * 1024 * 1024,
      timeoutMs: 60_000,
    })
    expect(end.endedBy).toBe('memory')
    expect(end.peakRss).toBeGreaterThan(150 * 1024 * 1024)
  })

  test.skipIf(!fs.existsSync('/usr/bin/python3'))(
    'memory in files that nobody maps counts, too',
    async () => {
      const script = `import os, time
fd = os.memfd_create("x")
for i in range(300): os.write(fd, b"a" * (1 << 20))
time.sleep(15)`
      const end = await run('', {
        program: '/usr/bin/python3',
        args: ['-c', script],
        maxMemory: 150 * 1024 * 1024,
      })
      expect(end.endedBy).toBe('memory')
    },
  )

  test('too many processes end it', async () => {
    const mark = `sallyport-mark-${process.pid}-many`
    const end = await run(`for i in $(seq 100); do bash -c 'sleep 30; : ${mark}' & done; wait`, {
      maxProcesses: 40,
    })
    expect(end.endedBy).toBe('processes')
    expect(alive(mark)).toEqual([])
  })

  test('Stop ends those of one agent or all, and names no survivor', async () => {
    const mark = `sallyport-mark-${process.pid}-stop`
    const one = await start(`while :; do sleep 0.1; : ${mark}-1; done`)
    const two = await start(`while :; do sleep 0.1; : ${mark}-2; done`, { principalId: 'agent_2' })
    if (one.kind !== 'ok' || two.kind !== 'ok') throw new Error('not started')
    for (const { stdout, stderr } of [one.value, two.value]) {
      stdout.resume()
      stderr.resume()
    }
    while (alive(`${mark}-1`).length === 0 || alive(`${mark}-2`).length === 0) await sleep(20)
    expect((await lane.end('agent_1')).survivors).toEqual([])
    expect(alive(`${mark}-1`)).toEqual([])
    expect(alive(`${mark}-2`).length).toBeGreaterThan(0)
    const ended = await lane.end('all')
    expect(ended.survivors).toEqual([])
    expect(ended.processes).toBeGreaterThan(1)
    expect(alive(mark)).toEqual([])
    expect((await one.value.ended).endedBy).toBe('stopped')
  })

  test('ends with its host, and its host with the broker', async () => {
    const mark = `sallyport-mark-${process.pid}-host`
    const started = await start(`while :; do sleep 0.1; : ${mark}; done`)
    if (started.kind !== 'ok') throw new Error('not started')
    started.value.stdout.resume()
    started.value.stderr.resume()
    while (alive(mark).length === 0) await sleep(20)
    for (const pid of ownHosts()) process.kill(pid, 'SIGKILL')
    expect((await started.value.ended).endedBy).toBe('crash')
    expect(logged).toContain('The host of a program ended by itself (SIGKILL).')
    for (let i = 0; i < 50 && alive(mark).length > 0; i++) await sleep(20)
    expect(alive(mark)).toEqual([])
  })

  test('Stop while it is only starting starts nothing', async () => {
    const mark = `sallyport-mark-${process.pid}-starting`
    const starting = start(`sleep 30; : ${mark}`)
    expect((await lane.end('all')).survivors).toEqual([])
    expect(await starting).toMatchObject({ kind: 'refused', code: 'cancelled' })
    const control = new AbortController()
    const second = start(`sleep 30; : ${mark}`, { signal: control.signal })
    control.abort()
    expect(await second).toMatchObject({ kind: 'refused', code: 'cancelled' })
    expect(alive(mark)).toEqual([])
  })

  test('a cancelled run starts nothing', async () => {
    expect(await start('true', { signal: AbortSignal.abort() })).toMatchObject({
      kind: 'refused',
      code: 'cancelled',
    })
  })

  test('nothing is left of all that', async () => {
    await lane.close()
    expect(alive(hosts)).toEqual([])
    expect(fs.readdirSync(hosts)).toEqual([])
  })
})

const probe = openLaneGroup()
probe.remove()

describe.skipIf(!can)('a pause', () => {
  let group: LaneGroup = noGroup
  let held: ContainedPrograms
  const paused = new Set<string>()
  const isPaused = (id: string) => paused.has('all') || paused.has(id)
  const pause = (id: string) => {
    paused.add(id)
    held.hold?.(isPaused)
  }
  const goOn = (id: string) => {
    paused.delete(id)
    held.hold?.(isPaused)
  }
  const open = (kind: string) => {
    paused.clear()
    group = kind === 'control group' ? openLaneGroup() : noGroup
    held = make(group)
    held.hold?.(isPaused)
  }
  afterEach(async () => {
    await held.close()
    group.remove()
  })
  const count = (file = 'count') => {
    try {
      return fs.readFileSync(`${top}/work/${file}`, 'utf8').split('\n').length - 1
    } catch {
      return 0
    }
  }
  const begun = async (file = 'count') => {
    for (let n = 0; n < 1000 && count(file) < 3; n++) await sleep(10)
    expect(count(file)).toBeGreaterThanOrEqual(3)
  }
  /** Two lines of counting that need no process for waiting, one of them in a session of its own, below a parent that is gone. */
  const COUNTERS = `mkfifo tick; exec 9<>tick; rm tick
    (setsid bash -c 'for ((i = 0; ; i++)); do echo $i >> away; read -t 0.01 -u 9; done' >/dev/null 2>&1 &)
    for ((i = 0; ; i++)); do echo $i >> count; [ -e enough ] && break; read -t 0.01 -u 9; done; echo done`
  const startIn = async (script: string, more: Partial<ContainedProgram> = {}) => {
    const started = await start(script, more, held)
    if (started.kind !== 'ok') throw new Error(started.person)
    const out = text(started.value.stdout)
    started.value.stderr.resume()
    return { out, ended: started.value.ended }
  }

  describe.each(probe.works ? ['control group', 'signals'] : ['signals'])('by %s', (kind) => {
    test('holds a program and all that it started still; it goes on after, and nothing is lost', async () => {
      open(kind)
      // Less than it stands still for.
      const program = await startIn(COUNTERS, { timeoutMs: 5_000 })
      await begun()
      await begun('away')
      pause('agent_1')
      await sleep(300)
      const [before, away] = [count(), count('away')]
      await sleep(5_100)
      expect([count(), count('away')]).toEqual([before, away])
      fs.writeFileSync(`${top}/work/enough`, '')
      goOn('agent_1')
      expect(await program.ended).toMatchObject({ endedBy: 'itself', exitCode: 0 })
      expect(await program.out).toBe('done\n')
      const lines = fs.readFileSync(`${top}/work/count`, 'utf8').trim().split('\n')
      expect(lines).toEqual(Array.from({ length: lines.length }, (_, i) => String(i)))
      expect(lines.length).toBeLessThanOrEqual(before + 2)
    }, 60_000)

    test('of one agent leaves the others; one of all holds all, and each goes on when no pause holds it', async () => {
      open(kind)
      const forever = (file: string) => `for ((i = 0; ; i++)); do echo $i >> ${file}; sleep 0.01; done`
      await startIn(forever('one'))
      await startIn(forever('two'), { principalId: 'agent_2' })
      await begun('one')
      await begun('two')
      pause('agent_1')
      await sleep(300)
      const [one, two] = [count('one'), count('two')]
      await sleep(300)
      expect(count('one')).toBe(one)
      expect(count('two')).toBeGreaterThan(two)
      pause('all')
      goOn('agent_1')
      await sleep(300)
      const both = [count('one'), count('two')]
      await sleep(300)
      expect([count('one'), count('two')]).toEqual(both)
      goOn('all')
      await sleep(300)
      expect(count('one')).toBeGreaterThan(both[0] as number)
      expect(count('two')).toBeGreaterThan(both[1] as number)
    }, 30_000)

    test('holds what only starts during it', async () => {
      open(kind)
      pause('agent_1')
      const program = await startIn('echo 0 >> count')
      await sleep(1_500)
      expect(count()).toBe(0)
      goOn('agent_1')
      expect((await program.ended).endedBy).toBe('itself')
      expect(count()).toBe(1)
    }, 30_000)

    test('does not keep Stop, or a cancelled run, from ending it', async () => {
      open(kind)
      const mark = `sallyport-mark-${process.pid}-held`
      const control = new AbortController()
      const one = await startIn(`for ((;;)); do echo x >> count; sleep 0.01; : ${mark}; done`)
      const two = await startIn(`for ((;;)); do echo x >> two; sleep 0.01; : ${mark}; done`, {
        signal: control.signal,
      })
      await begun()
      await begun('two')
      pause('all')
      await sleep(200)
      control.abort()
      expect((await two.ended).endedBy).toBe('stopped')
      expect((await held.end('all')).survivors).toEqual([])
      expect((await one.ended).endedBy).toBe('stopped')
      expect(alive(mark)).toEqual([])
    }, 30_000)
  })
})

test('where the sandbox is missing, nothing runs', async () => {
  const without = createContainedPrograms({
    node: process.execPath,
    childFile: 'x',
    searchPath: '/nowhere',
    killTrees,
    log() {},
  })
  expect(without.available().available).toBe(false)
  const program = {
    principalId: 'a',
    words: '',
    program: '/bin/true',
    args: [],
    cwd: '/',
    env: {},
    readable: [],
    writable: [],
    hidden: [],
    readOnly: [],
    maxMemory: 1,
    maxProcesses: 1,
    timeoutMs: 1,
    mayConnect: async () => null,
    privateAddresses: async () => [],
    onSent: () => null,
    local: [],
    input: '',
    signal: new AbortController().signal,
  }
  expect(await without.start(program)).toMatchObject({
    kind: 'refused',
    code: 'unavailable',
    person: expect.stringContaining('bubblewrap'),
  })
})

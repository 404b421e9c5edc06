/**
 * What a program in its sandbox tries against the computer around it, and what it leaves in its folder for a tool to
 * stumble over. Real programs behind the real gate; each attempt by itself, and after it what it was after is looked at.
 */
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GitHouse, openGitHouse } from '../fixtures/open-git-house.ts'
import { type EchoServer, startEchoServer } from '../harness/echo-server.ts'

let house: GitHouse
let echo: EchoServer
const abstract = `sallyport-attack-${process.pid}`
const listeners: net.Server[] = []
let reached = 0
/** By attempt, what it printed. */
const said = new Map<string, string>()

const SECRET = 'outside-the-folder-5173'
const python = (code: string) => `python3 -c '${code}'`
const connect = (address: string) =>
  python(`import socket; s = socket.socket(socket.AF_UNIX); s.connect(${address}); print("CONNECTED")`)
/** Each prints what it got at; what must not be printed is looked for in all of it. */
const ATTEMPTS: Record<string, () => string> = {
  'an abstract socket of this computer': () => connect(`"\\0${abstract}"`),
  'a socket that lies in its folder': () => connect(`"${house.at('door.sock')}"`),
  'the session bus': () =>
    'ls /run/user /run/dbus /var/run/dbus; echo "bus:$DBUS_SESSION_BUS_ADDRESS$XDG_RUNTIME_DIR"',
  'the display': () => 'ls -A /tmp/.X11-unix; echo "display:$DISPLAY$WAYLAND_DISPLAY$XAUTHORITY"',
  'a process of the person': () =>
    `kill -0 ${process.pid} && echo SEEN; ls /proc/${process.pid} && echo SEEN`,
  'the root of the first process': () =>
    `cat /proc/1/root${house.house.home}/secret.txt /proc/1/cwd/../secret.txt`,
  'the environment of what started it': () =>
    `cat /proc/*/environ | tr '\\0' '\\n' | grep -i sallyport_attack`,
  'descriptors that were left open': () => 'echo "fd" /proc/self/fd/*',
  'more power': () => "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status",
  'mounts taken away in a namespace of its own': () =>
    `unshare -Urm sh -c 'umount -l ${house.at('shut')}; cat ${house.at('shut')}/secret.txt'`,
  'mounts taken away without one': () =>
    `umount -l ${house.at('shut')}; cat ${house.at('shut')}/secret.txt; mount -t tmpfs x /mnt && echo WRITTEN; mount -o remount,rw /usr && echo WRITTEN; echo user $(readlink /proc/self/ns/user)`,
  'its root mounted elsewhere': () =>
    `unshare -Urm sh -c 'mkdir m; mount --rbind / m && cat m${house.house.home}/secret.txt'`,
  'how cores are dumped': () => `echo '|/bin/sh' > /proc/sys/kernel/core_pattern && echo WRITTEN`,
  'another control group': () =>
    'for f in $(find /sys/fs/cgroup -name cgroup.procs); do echo $$ > $f && echo WRITTEN; done',
  'its kernel’s switches': () =>
    'echo 1 > /proc/sys/vm/drop_caches && echo WRITTEN; echo b > /proc/sysrq-trigger && echo WRITTEN',
  'memory that everybody shares': () => `echo ${SECRET} > /dev/shm/${abstract}; ls /dev/shm`,
  'the place for temporary files': () => `echo x > /tmp/${abstract}; echo x > /var/tmp/${abstract}`,
  'a second name for what is closed': () =>
    `ln shut/secret.txt got.txt; ln ${house.house.home}/secret.txt got2.txt; cat got*.txt`,
  'characters for a terminal': () =>
    python('import fcntl, termios; fcntl.ioctl(0, termios.TIOCSTI, b"x"); print("TYPED")'),
  'a device': () => 'mknod disk b 8 0 && cat disk | head -c 10; mknod mem c 1 1 && head -c 10 mem',
  'another process’s memory': () => python(`open("/proc/${process.ppid}/mem", "rb").read(1); print("READ")`),
  'this computer’s own network': () => `exec 3<>/dev/tcp/127.0.0.1/${echo.port} && echo CONNECTED`,
  'names by its own questions': () =>
    python(
      'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b"x", ("127.0.0.53", 53)); s.settimeout(1); print("ANSWERED", s.recv(10))',
    ),
}

beforeAll(async () => {
  process.env.SALLYPORT_ATTACK = SECRET
  house = await openGitHouse()
  house.begin()
  echo = await startEchoServer()
  writeFileSync(path.join(house.house.home, 'secret.txt'), SECRET)
  mkdirSync(house.at('shut'))
  writeFileSync(house.at('shut/secret.txt'), SECRET)
  for (const at of [`\0${abstract}`, house.at('door.sock')]) {
    const server = net.createServer(() => reached++)
    await new Promise<void>((resolve) => server.listen(at, resolve))
    listeners.push(server)
  }
  const script = Object.entries(ATTEMPTS).map(
    ([name, attempt], at) => `echo "== ${name}"; (${attempt()}) 2>&1 | head -c 2000; : ${at}`,
  )
  writeFileSync(house.at('try.sh'), script.join('\n'))
  const outcome = await house.house.callTool(
    'commands',
    'run',
    { argv: ['bash', 'try.sh'], folder: house.folder(), seconds: 120 },
    {
      folders: [
        { path: house.folder(), read: 'allow', write: 'allow' },
        { path: house.at('shut'), read: 'deny', write: 'deny' },
      ],
      commands: [{ program: 'bash', args: [], run: 'allow' }],
    },
  )
  const { stdout } = (outcome as unknown as { value: { stdout: string } }).value
  for (const part of stdout.split(/^== /m).slice(1)) {
    const [name = '', ...lines] = part.split('\n')
    said.set(name, lines.join('\n'))
  }
}, 180_000)
afterAll(async () => {
  delete process.env.SALLYPORT_ATTACK
  for (const server of listeners) server.close()
  await echo.close()
  await house.close()
})

const isLinux = process.platform === 'linux'
describe.skipIf(!isLinux)('a program in its sandbox does not get at', () => {
  it.each(Object.keys(ATTEMPTS))('%s', (name) => {
    const text = said.get(name)
    expect(text).toBeDefined()
    expect(text).not.toMatch(/\b(CONNECTED|SEEN|WRITTEN|TYPED|READ|ANSWERED)\b/)
    if (!name.startsWith('memory')) expect(text).not.toContain(SECRET)
  })

  it('and nothing of all that is to be seen outside', () => {
    expect([reached, echo.received.length]).toEqual([0, 0])
    for (const folder of ['/dev/shm', '/tmp', '/var/tmp']) expect(readdirSync(folder)).not.toContain(abstract)
    expect(said.get('the session bus')).toMatch(/bus:$/m)
    expect(said.get('the display')).toMatch(/display:$/m)
    expect(said.get('descriptors that were left open')).toMatch(/^fd( \/proc\/self\/fd\/[0-3])+$/m)
    expect(said.get('more power')).toMatch(/NoNewPrivs:\s1/)
    // What power it has is over a namespace of its own.
    expect(said.get('mounts taken away without one')).toMatch(/^user user:/m)
    expect(said.get('mounts taken away without one')).not.toContain(readlinkSync('/proc/self/ns/user'))
    expect(said.get('more power')).toMatch(/Seccomp:\s2/)
  })
})

describe.skipIf(!isLinux)('a tool does not stumble over what a program left:', () => {
  const read = (file: string) =>
    house.house.callTool(
      'files',
      'read',
      { path: house.at(file) },
      {
        folders: [{ path: house.folder(), read: 'allow', write: 'allow' }],
      },
    )
  beforeAll(async () => {
    await house.run(`ln -s ${house.house.home} out; ln -s /proc/self/root root; ln -s /proc/self/environ env; ln -s /dev/zero zero
      mkfifo pipe; ln -s loop loop; printf x > $'two\\nlines'; printf x > $'\\xff'
      for i in $(seq 30); do mkdir ${'d'.repeat(200)} && cd ${'d'.repeat(200)}; done; echo ${SECRET} > deep`)
  })

  it.each([
    ['a link to where it may not read', 'out/secret.txt'],
    ['a link to the root of whoever reads it', 'root/etc/passwd'],
    ['a link to the environment of whoever reads it', 'env'],
    ['a device without end', 'zero'],
    ['a pipe that nobody writes to', 'pipe'],
    ['a link to itself', 'loop'],
  ])('%s', async (_what, file) => {
    const outcome = await read(file)
    expect(outcome.kind).not.toBe('ok')
    expect(JSON.stringify(outcome)).not.toContain(SECRET)
  })

  it('names of several lines, of no text, and a way longer than any: the rest is listed and searched', async () => {
    const folders = [{ path: house.folder(), read: 'allow', write: 'allow' }] as const
    const listed = await house.house.callTool(
      'files',
      'list',
      { path: house.folder() },
      { folders: [...folders] },
    )
    expect(listed.kind).toBe('ok')
    expect(JSON.stringify(listed)).toContain('try.sh')
    const found = await house.house.callTool(
      'files',
      'search',
      { path: house.folder(), text: 'core_pattern' },
      {
        folders: [...folders],
      },
    )
    expect(JSON.stringify(found)).toContain('try.sh')
  })
})

describe('a tool that may reach any public host does not get at this computer', () => {
  const anywhere = {
    hosts: [
      {
        ...{ scheme: 'http' as const, host: '*', pathPrefix: '/', methods: ['GET'] },
        ...{ read: 'allow' as const, send: 'allow' as const },
      },
    ],
  }
  it.each([
    'http://127.0.0.1',
    'http://localhost',
    'http://localhost.',
    'http://LOCALHOST',
    'http://127.1',
    'http://2130706433',
    'http://0x7f000001',
    'http://0177.0.0.1',
    'http://0',
    'http://[::1]',
    'http://[::]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[64:ff9b::7f00:1]',
    'http://①②⑦.⓪.⓪.①',
    'http://127。0。0。1',
    'http://user@127.0.0.1',
    'http://sub.localhost',
  ])('as %s', async (origin) => {
    const before = echo.received.length
    const outcome = await house.house.callTool(
      'web',
      'request',
      { url: `${origin}:${echo.port}/take` },
      anywhere as never,
    )
    expect(outcome.kind).not.toBe('ok')
    expect(echo.received.length).toBe(before)
  })

  it('nor by a redirect of what it may reach, in any of these forms', async () => {
    const line = { ...{ scheme: 'http', host: '127.0.0.1', port: echo.port, pathPrefix: '/start' } }
    const perimeter = {
      hosts: [{ ...line, methods: ['GET'], read: 'allow', send: 'allow' }, ...anywhere.hosts],
    }
    for (const to of [
      'http://[::1]',
      'http://localhost',
      'http://169.254.169.254',
      'http://127.0.0.1',
      'file:///etc/passwd',
    ]) {
      echo.answer('/start', (_request, response) => {
        response.writeHead(302, { location: to.startsWith('file') ? to : `${to}:${echo.port}/inside` })
        response.end()
      })
      const outcome = await house.house.callTool(
        'web',
        'request',
        { url: `${echo.origin}/start` },
        perimeter as never,
      )
      expect([to, outcome.kind]).not.toEqual([to, 'ok'])
      expect(echo.received.filter(({ path: at }) => at === '/inside')).toEqual([])
    }
  })

  it('nor by headers that make two requests of one', async () => {
    const line = { ...{ scheme: 'http', host: '127.0.0.1', port: echo.port, pathPrefix: '/' } }
    const perimeter = { hosts: [{ ...line, methods: ['GET', 'POST'], read: 'allow', send: 'allow' }] }
    const smuggled = 'x\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
    const sets: Record<string, string>[] = [
      { 'X-A': smuggled },
      { [`X-A: ${smuggled}`]: 'x' },
      { 'Transfer-Encoding': 'chunked' },
      { 'Content-Length': '0' },
      { Host: 'elsewhere.example' },
      { Upgrade: 'websocket', Connection: 'Upgrade' },
    ]
    for (const headers of sets) {
      const body = '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
      await house.house.callTool(
        'web',
        'request',
        { url: `${echo.origin}/take`, method: 'POST', headers, body },
        perimeter as never,
      )
    }
    expect(echo.received.filter(({ path: at }) => at === '/smuggled')).toEqual([])
    expect(echo.received.every(({ headers }) => headers.host === `127.0.0.1:${echo.port}`)).toBe(true)
  })
})

it('none of it changed what the secret is', () => {
  expect(readFileSync(path.join(house.house.home, 'secret.txt'), 'utf8')).toBe(SECRET)
})

/**
 * A program in its sandbox and the services of this very computer. A line of the perimeter that names one with its port
 * opens that one, through the gate, by whatever name the program has for it; everything else of this computer stays shut.
 */
import { mkdirSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ContainedPrograms } from '../../broker/ports.ts'
import type { HostLine } from '../../contract/perimeter.ts'
import type { Json } from '../../contract/words.ts'
import { openContained } from '../fixtures/open-contained.ts'
import { openTestHouse, type TestHouse } from '../fixtures/open-test-house.ts'

let house: TestHouse
let contained: ContainedPrograms
const services: http.Server[] = []

beforeAll(async () => {
  contained = await openContained()
  // Only the shell, which is asked about each time, gets a yes.
  house = await openTestHouse({
    contained,
    person: ({ prepared }) => (prepared.sentence.verb === 'Run' ? 'allow' : 'deny'),
  })
  mkdirSync(path.join(house.home, 'work'))
})
afterAll(async () => {
  for (const service of services) service.close()
  await house.close()
  await contained.close()
})

/** A service of this computer that says its name; its port. */
async function serve(name: string): Promise<number> {
  const service = http.createServer((_request, response) => response.end(`${name}\n`))
  await new Promise<void>((resolve) => service.listen(0, '0.0.0.0', resolve))
  services.push(service)
  return (service.address() as AddressInfo).port
}
const line = (host: string, port: number, more: Partial<HostLine> = {}): HostLine => ({
  ...{ scheme: 'http', host, port, methods: ['GET', 'HEAD', 'POST'], pathPrefix: '/' },
  ...{ read: 'allow', send: 'allow' },
  ...more,
})
/** What `script` prints, with `q` for asking one address. */
async function printed(script: string, hosts: HostLine[], more: Record<string, Json> = {}) {
  const outcome = await house.callTool(
    'commands',
    'run',
    {
      argv: ['bash', '-c', `q() { curl -fsS -m 5 "$@" 2>&1 || echo no; }; ${script}`],
      folder: path.join(house.home, 'work'),
      ...more,
    },
    {
      folders: [{ path: path.join(house.home, 'work'), read: 'allow', write: 'allow' }],
      commands: [{ program: 'bash', args: [], run: 'allow' }],
      hosts,
    },
  )
  return outcome.kind === 'ok' ? `${(outcome.value as { stdout: string }).stdout}` : JSON.stringify(outcome)
}

describe.skipIf(process.platform !== 'linux')('services of this computer', () => {
  it('one that a line names with its port is reached, by each of its names and by programs that know no proxy', async () => {
    const port = await serve('opened')
    const script = `q http://localhost:${port}/; q http://127.0.0.1:${port}/; q --noproxy '' http://127.0.0.1:${port}/; q --noproxy '*' http://localhost:${port}/
      exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3`
    expect(await printed(script, [line('127.0.0.1', port)])).toBe('opened\n'.repeat(5))
    const noted = house.entries.filter(({ subject }) => subject?.startsWith(`Connect to 127.0.0.1:${port}`))
    expect(noted).toHaveLength(1)
    expect(await printed(`q http://localhost:${port}/`, [line('localhost', port)])).toBe('opened\n')
    const secure = line('localhost', port, { scheme: 'https' })
    expect(await printed(`q http://localhost:${port}/`, [secure])).toBe('opened\n')
  })

  it('all else of this computer stays shut: other ports, other addresses, and the same without such a line', async () => {
    const [open, shut] = [await serve('opened'), await serve('shut')]
    const addresses = Object.values(os.networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address)
    const names = ['localhost', '127.0.0.1', '127.1', '127.0.0.2', '0.0.0.0', '[::1]', ...addresses]
    const asked = names.flatMap((name) =>
      ["--noproxy ''", '', "--noproxy '*'"].map((how) => `${how} http://${name}:${shut}/`),
    )
    const each = asked.map((what) => `echo "${what} $(curl -fs -m 5 ${what} || echo no)"`)
    const text = await printed(each.join('; '), [line('localhost', open)])
    expect(text.trim().split('\n')).toEqual(asked.map((what) => `${what} no`))
    const without: HostLine[][] = [
      [],
      [line('localhost', shut, { send: 'deny' })],
      [line('localhost', shut, { methods: ['GET'] })],
      [line('*', shut)],
      [line('localhost', open)],
    ]
    for (const hosts of without)
      expect(await printed(`q http://localhost:${shut}/; q http://127.0.0.1:${shut}/`, hosts)).not.toContain(
        'shut\n',
      )
    // Where it says “ask”, the person was asked, and said no.
    const ask = [line('localhost', shut, { send: 'ask' })]
    expect(await printed(`q http://localhost:${shut}/`, ask)).not.toContain('shut\n')
    expect(house.questions.at(-1)?.prepared.sentence).toMatchObject({
      verb: 'Connect to',
      object: `localhost:${shut}`,
    })
  })

  it('what a program serves to itself is its own, with and without such a line', async () => {
    const port = await serve('opened')
    const script = `printf 'HTTP/1.0 200 OK\\r\\n\\r\\nown\\n' > own; socat TCP4-LISTEN:7077,reuseaddr,fork SYSTEM:'read -r x; cat own',pipes &
      for i in {1..50}; do curl -sf http://localhost:7077/ && break; sleep 0.1; done; kill $!`
    for (const hosts of [[], [line('localhost', port)]]) expect(await printed(script, hosts)).toBe('own\n')
  })

  it('a name that leads to a private address is reached only where a line names it with its port', async ({
    skip,
  }) => {
    const name = os.hostname()
    const { lookup } = await import('node:dns/promises')
    if (!/^[a-z][a-z0-9-]*$/i.test(name) || !(await lookup(name).catch(() => null))) skip()
    const [open, shut] = [await serve('opened'), await serve('shut')]
    const script = `q http://${name}:${open}/; q http://${name}:${shut}/`
    expect(await printed(script, [line(name, open)])).toContain('opened\n')
    expect(await printed(script, [line(name, open)])).not.toContain('shut\n')
    expect(await printed(script, [line('localhost', open), line('*', shut)])).not.toMatch(/opened|shut\n/)
  })
})

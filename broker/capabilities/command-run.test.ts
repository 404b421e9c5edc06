import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ok, refused } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import { openContained } from '../../e2e/fixtures/open-contained.ts'
import { mintPermit } from '../gate/permit.ts'
import type { ContainedEnd, ContainedProgram, ContainedPrograms, PerformContext } from '../ports.ts'
import { createCommandRunCapability } from './command-run.ts'
import type { LookLimits } from './commands/look-below.ts'
import { SYSTEM_PATH } from './commands/resolve-program.ts'
import { createFileRoom } from './files/file-room.ts'
import type { SecretSource } from './reveal-secret.ts'
import { noUndo, type PlayedGate, playGate } from './testing/play-gate.ts'

const SECRET = 'value-of-the-token'
const vault: SecretSource = {
  info: () => null,
  refusal: () => null,
  reveal: async (_permit, name, { place }) =>
    name === 'token' && place === 'command' ? ok(SECRET) : refused('unavailable', 'none'),
}
const leaks = {
  stream() {
    let held = ''
    const clean = (text: string) => text.replaceAll(SECRET, '•••')
    return {
      push(chunk: string) {
        held = clean(held + chunk)
        const out = held.slice(0, Math.max(0, held.length - SECRET.length))
        held = held.slice(out.length)
        return out
      },
      end: () => clean(held),
      cut: () => clean(held),
      hits: () => [],
    }
  },
}

let top: string
let real: ContainedPrograms
const can = () => real.available().available

beforeAll(async () => {
  real = await openContained()
})
afterAll(() => real.close())
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-command-')))
  for (const folder of ['work', 'docs/private', 'elsewhere'])
    fs.mkdirSync(`${top}/${folder}`, { recursive: true })
  fs.writeFileSync(`${top}/docs/a.txt`, 'a doc')
  fs.writeFileSync(`${top}/docs/private/key`, 'a key')
  fs.writeFileSync(`${top}/elsewhere/x`, 'x')
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

const perimeter = () =>
  Perimeter.parse({
    folders: [
      { path: `${top}/work`, read: 'allow', write: 'allow' },
      { path: `${top}/docs`, read: 'allow', write: 'ask' },
      { path: `${top}/docs/private`, read: 'deny', write: 'deny' },
    ],
  })
const gateWith = (contained: ContainedPrograms, look?: LookLimits): PlayedGate => {
  const files = createFileRoom({ ownPaths: [`${top}/work/own`], home: top })
  return playGate(
    [
      createCommandRunCapability({
        ...{ files, contained, vault, leaks, searchPath: SYSTEM_PATH },
        ...{ undo: noUndo(), documents: { put() {}, delete() {} } },
        ...(look ? { look } : {}),
      }),
    ],
    mintPermit,
  )
}
const runWith = (
  contained: ContainedPrograms,
  argv: string[],
  more: object = {},
  context: Partial<PerformContext> = {},
) =>
  gateWith(contained).pass(
    'command.run',
    { argv, cwd: `${top}/work`, ...more },
    { perimeter: perimeter(), ...context },
  )

/** As a rule for a name at any depth would. */
const closing = (...names: string[]): Partial<PerformContext> => ({
  wouldDecide: ({ resource }) =>
    resource.kind === 'path' && resource.path.split('/').some((name) => names.includes(name))
      ? 'deny'
      : 'allow',
})
const put = (file: string, content = 'the secret') => {
  fs.mkdirSync(path.dirname(`${top}/work/${file}`), { recursive: true })
  fs.writeFileSync(`${top}/work/${file}`, content)
}

describe('a command made exact', () => {
  const prepare = async (argv: string[], more: object = {}) => {
    const prepared = await gateWith(real).prepare(
      'command.run',
      { argv, cwd: `${top}/work`, ...more },
      { perimeter: perimeter() },
    )
    if (prepared.kind !== 'ok') return prepared
    prepared.value.dispose()
    return prepared.value
  }

  test('refuses what a program could not be given as it is shown', async () => {
    for (const odd of ['a\0b', 'a\ud800', '\udc00'])
      expect(await prepare(['cat', odd]), JSON.stringify(odd)).toMatchObject({
        kind: 'refused',
        code: 'invalid-request',
      })
  })

  test('refuses more in arguments than a program can be started with, before anybody is asked', async () => {
    const words = (count: number, length: number) => Array.from({ length: count }, () => 'ä'.repeat(length))
    expect(await prepare(['cat', ...words(7, 32_768)])).not.toHaveProperty('kind')
    expect(await prepare(['cat', ...words(8, 32_768)])).toMatchObject({
      kind: 'refused',
      code: 'too-large',
      person: expect.stringContaining('512 kB'),
    })
  })

  test('names the resolved program, each argument, the folder, and what it can reach', async () => {
    const prepared = await prepare(['cat', 'a b', '$(x)'], { secrets: { TOKEN: 'token' }, stdin: 'in' })
    const cat = fs.realpathSync('/bin/cat')
    expect(prepared).toMatchObject({
      needs: [
        {
          capability: 'command.run',
          resource: {
            kind: 'command',
            program: cat,
            args: ['a b', '$(x)'],
            cwd: `${top}/work`,
            opaque: false,
          },
        },
        { capability: 'secret.use', resource: { kind: 'secret', name: 'token', to: `command:${cat}` } },
      ],
      exact: [
        { label: 'Program', text: cat },
        { label: 'Argument 1', text: 'a b' },
        { label: 'Argument 2', text: '$(x)' },
        { label: 'In folder', text: `${top}/work` },
        { label: 'It can change', text: '~/work, ~/docs' },
        { label: 'It can read', text: '~/work, ~/docs' },
        { label: 'It gets', text: 'the secret “token” in TOKEN, and can read its value' },
        { label: 'Input', text: 'in', long: true },
      ],
      destructive: false,
    })
  })

  test('says how its folder was reached, and of one that is missing no more than its name', async () => {
    fs.symlinkSync('../docs', `${top}/elsewhere/link`)
    const led = await prepare(['echo'], { cwd: `${top}/elsewhere/link` })
    expect(led).toMatchObject({
      needs: [{ resource: { cwd: `${top}/docs`, way: { asked: `${top}/elsewhere/link` } } }],
    })
    expect(await prepare(['echo'], { cwd: `${top}/elsewhere/none` })).toMatchObject({
      needs: [{ resource: { cwd: `${top}/elsewhere/none` } }],
    })
  })

  test('a program that is named like one of the system is asked for by the place where it lies', async () => {
    const own = `${top}/work/ls`
    fs.writeFileSync(own, '#!/bin/sh\n')
    fs.chmodSync(own, 0o755)
    const asked = async (program: string) => {
      const prepared = await gateWith(real).prepare('command.run', {
        argv: [program, '-l'],
        cwd: `${top}/work`,
      })
      if (prepared.kind !== 'ok') throw new Error(prepared.person)
      prepared.value.dispose()
      return prepared.value.sentence.object
    }
    expect(await asked('ls')).toBe('ls -l')
    expect(await asked(fs.realpathSync('/usr/bin/ls'))).toBe('ls -l')
    expect(await asked(own)).toBe('"~/work/ls" -l')
  })

  test('one that only reads is shown so, and is not opaque whatever it runs', async () => {
    const prepared = await prepare(['bash', '-c', 'ls'], { readOnly: true })
    expect(prepared).toMatchObject({
      destructive: false,
      needs: [{ resource: { opaque: false, readOnly: true } }],
      sentence: { tail: expect.stringMatching(/, reading only$/) },
    })
    const exact = 'exact' in prepared ? prepared.exact : []
    expect(exact.map(({ label, text }) => `${label}: ${text}`)).toEqual(
      expect.arrayContaining(['It can change: nothing of yours', 'It can reach: no host']),
    )
    // Our own words about it come from nobody else, and are underlined as nobody's.
    expect(exact.filter(({ ours }) => ours).map(({ label }) => label)).toEqual([
      'It can change',
      'It can read',
      'It can reach',
    ])
    const free = await prepare(['bash', '-c', 'ls'])
    expect('binding' in prepared && 'binding' in free && prepared.binding === free.binding).toBe(false)
  })

  test('a shell is opaque, and so counts as destructive', async () => {
    expect(await prepare(['sh', '-c', 'ls'])).toMatchObject({
      destructive: true,
      needs: [{ resource: { opaque: true } }],
    })
  })

  test('never takes a program from the working folder', async () => {
    fs.writeFileSync(`${top}/work/mine`, '#!/bin/sh\n', { mode: 0o755 })
    expect(await prepare(['mine'])).toMatchObject({ needs: [{ resource: { program: 'mine' } }] })
    expect(await prepare(['./mine'])).toMatchObject({ kind: 'refused', code: 'invalid-request' })
    expect(await prepare([`${top}/work/mine`])).toMatchObject({
      needs: [{ resource: { program: `${top}/work/mine` } }],
    })
    expect(await prepare(['ls', 'a\0b'])).toMatchObject({ kind: 'refused' })
  })
})

describe('with a played lane', () => {
  let started: ContainedProgram | null
  const played = (end: Partial<ContainedEnd>, out = '', err = ''): ContainedPrograms => ({
    name: 'played',
    available: () => ({ available: true, text: '', lacks: 'nothing' }),
    look: async () => ({ available: true, text: '', lacks: 'nothing' }),
    async start(program) {
      started = program
      const [stdout, stderr] = [new PassThrough(), new PassThrough()]
      stdout.end(out)
      stderr.end(err)
      const ended = Promise.resolve({
        exitCode: 0,
        signal: null,
        endedBy: 'itself' as const,
        denied: [],
        notAsked: 0,
        left: [],
        wallMs: 1,
        peakRss: 1,
        ...end,
      })
      return ok({ stdout, stderr, ended, kill: async () => ({ survivors: [] }) })
    },
    end: async () => ({}),
    clearUp() {},
    close: async () => {},
  })
  beforeEach(() => {
    started = null
  })

  test('in silence it gets what is open in silence; asked, also what would ask', async () => {
    await runWith(played({}), ['ls'])
    expect(started).toMatchObject({
      writable: [`${top}/work`],
      readable: [`${top}/docs`],
      hidden: expect.arrayContaining([`${top}/docs/private`]),
    })
    await runWith(
      played({}),
      ['ls'],
      {},
      { wouldDecide: ({ capability }) => (capability === 'command.run' ? 'ask' : 'allow') },
    )
    expect(started).toMatchObject({ writable: [`${top}/work`, `${top}/docs`] })
  })

  test('what a stricter rule covers inside its folders is closed again', async () => {
    fs.mkdirSync(`${top}/work/.git/hooks`, { recursive: true })
    fs.mkdirSync(`${top}/work/own`)
    fs.writeFileSync(`${top}/work/.env`, '')
    await runWith(
      played({}),
      ['ls'],
      {},
      {
        wouldDecide({ capability, resource }) {
          const at = resource.kind === 'path' ? resource.path : ''
          if (at.endsWith('.env')) return 'deny'
          return capability === 'fs.write' && at.includes('hooks') ? 'deny' : 'allow'
        },
      },
    )
    expect(started?.hidden).toEqual(expect.arrayContaining([`${top}/work/.env`, `${top}/work/own`]))
    expect(started?.readOnly).toContain(`${top}/work/.git/hooks`)
  })

  test('what is closed is found however deep it lies, and however much lies beside it', async () => {
    put('packages/a/b/c/d/e/f/g/.env')
    for (let at = 0; at < 5_200; at++) put(`many/${at}`, '')
    put('many/zz/.env')
    await runWith(played({}), ['ls'], {}, closing('.env'))
    expect(started?.hidden).toEqual(
      expect.arrayContaining([`${top}/work/packages/a/b/c/d/e/f/g/.env`, `${top}/work/many/zz/.env`]),
    )
  })

  test('in what may only not be changed, what may not be read either is still found', async () => {
    put('.claude/deep/.env')
    await runWith(
      played({}),
      ['ls'],
      {},
      {
        wouldDecide: ({ capability, resource }) =>
          resource.kind === 'path' &&
          (resource.path.endsWith('.env') || (capability === 'fs.write' && resource.path.includes('.claude')))
            ? 'deny'
            : 'allow',
      },
    )
    expect(started?.readOnly).toContain(`${top}/work/.claude`)
    expect(started?.hidden).toContain(`${top}/work/.claude/deep/.env`)
  })

  test('what was not looked through is closed, from the top down, and said', async () => {
    for (let at = 0; at < 30; at++) put(`src/${at}`, '')
    put('src/deep/deeper/.env')
    for (let at = 0; at < 30; at++) put(`node_modules/p${at}/lib/x`, '')
    const outcome = await gateWith(played({}), { entries: 60, ms: 60_000 }).pass(
      'command.run',
      { argv: ['ls'], cwd: `${top}/work` },
      { perimeter: perimeter(), ...closing('.env') },
    )
    // The person's own came first, and was looked through to its end.
    expect(started?.hidden).toContain(`${top}/work/src/deep/deeper/.env`)
    expect(started?.hidden).toContain(`${top}/work/node_modules/p0`)
    expect(started?.writable).toContain(`${top}/work`)
    expect(outcome).toMatchObject({
      value: {
        value: { exitCode: 0, sandboxHint: expect.stringContaining('did not have “') },
        details: { closed: expect.stringContaining('It ran without “~/work/node_modules/') },
      },
    })
  })

  test('where its own folder can’t be looked through it is not run', async () => {
    for (let at = 0; at < 3_000; at++) put(`${at}`, '')
    const gate = gateWith(played({}), { entries: 0, ms: 0 })
    const outcome = await gate.pass(
      'command.run',
      { argv: ['ls'], cwd: `${top}/work` },
      { perimeter: perimeter() },
    )
    expect(started).toBeNull()
    expect(outcome).toMatchObject({
      kind: 'refused',
      code: 'too-large',
      person: expect.stringContaining('“ls” was not run: there is more in “work” than is looked through'),
      model: expect.stringContaining('Run it in a smaller folder'),
    })
  })

  test('a folder that nobody can look into is closed', async () => {
    put('shut/.env')
    const readdir = fs.promises.readdir
    const spy = vi
      .spyOn(fs.promises, 'readdir')
      .mockImplementation(((folder: Buffer, options: object) =>
        folder.toString().endsWith('/shut')
          ? Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }))
          : readdir(folder, options)) as never)
    const outcome = await runWith(played({}), ['ls'], {}, closing('.env')).finally(() => spy.mockRestore())
    expect(started?.hidden).toContain(`${top}/work/shut`)
    expect(JSON.stringify(outcome)).toContain('can’t be opened to look through it')
  })

  test('a name that is no text closes the folder around it only when there is something to close', async () => {
    const odd = (folder: string) =>
      Buffer.concat([Buffer.from(`${top}/work/${folder}/`), Buffer.from([0xe9, 0x74, 0xe9])])
    for (const folder of ['old', 'fine']) {
      fs.mkdirSync(`${top}/work/${folder}`)
      fs.mkdirSync(odd(folder))
      fs.writeFileSync(Buffer.concat([odd(folder), Buffer.from('/plain')]), '')
    }
    fs.mkdirSync(Buffer.concat([odd('old'), Buffer.from('/deep')]))
    fs.writeFileSync(Buffer.concat([odd('old'), Buffer.from('/deep/.env')]), '')
    await runWith(played({}), ['ls'], {}, closing('.env'))
    expect(started?.hidden).toContain(`${top}/work/old`)
    expect(started?.hidden).not.toContain(`${top}/work/fine`)
  })

  test('of git only a plain folder is opened: a file or a link of that name stays as it is', async () => {
    const wouldDecide: PerformContext['wouldDecide'] = ({ capability, resource }) =>
      capability === 'fs.write' &&
      resource.kind === 'path' &&
      /\/\.git(\/(hooks|config))?$/.test(resource.path)
        ? 'deny'
        : 'allow'
    for (const folder of ['plain', 'linked', 'pointing']) fs.mkdirSync(`${top}/work/${folder}`)
    fs.mkdirSync(`${top}/work/plain/.git`)
    fs.symlinkSync(`${top}/elsewhere`, `${top}/work/linked/.git`)
    fs.writeFileSync(`${top}/work/pointing/.git`, `gitdir: ${top}/work/plain/.git`)
    await runWith(played({}), ['ls'], {}, { wouldDecide })
    expect(started?.writable).toEqual([`${top}/work`, `${top}/work/plain/.git`])
    expect(started?.readOnly).toEqual(
      expect.arrayContaining([
        `${top}/work/plain/.git/hooks`,
        `${top}/work/linked/.git`,
        `${top}/work/pointing/.git`,
      ]),
    )
  })

  test('at home nothing is made that would start by itself; the folders there are open', async () => {
    fs.mkdirSync(`${top}/.config`)
    await gateWith(played({})).pass(
      'command.run',
      { argv: ['ls'], cwd: `${top}/work` },
      {
        perimeter: Perimeter.parse({ folders: [{ path: top, read: 'allow', write: 'allow' }] }),
        wouldDecide: ({ capability, resource }) =>
          capability === 'fs.write' && resource.kind === 'path' && /zshenv|config/.test(resource.path)
            ? 'deny'
            : 'allow',
      },
    )
    expect(started?.readable).toEqual([top])
    expect(started?.writable.toSorted()).toEqual(
      ['docs', 'elsewhere', 'work'].map((name) => `${top}/${name}`),
    )
  })

  test('of what only leads to a kept file in a repository, git may change the rest', async () => {
    for (const file of ['.git/info/exclude', '.git/hooks/x', '.git/objects/aa/.env']) put(file)
    const wouldDecide: PerformContext['wouldDecide'] = ({ capability, resource }) => {
      const at = resource.kind === 'path' ? resource.path : ''
      if (at.endsWith('.env')) return 'deny'
      const isKept = /\/\.git(\/(hooks(\/.*)?|info|info\/attributes))?$/.test(at)
      return capability === 'fs.write' && isKept ? 'deny' : 'allow'
    }
    await runWith(played({}), ['ls'], {}, { wouldDecide })
    const git = `${top}/work/.git`
    expect(started?.readOnly.toSorted()).toEqual([`${top}/docs`, `${git}/hooks`, `${git}/info/attributes`])
    expect(started?.hidden).toContain(`${git}/objects/aa/.env`)
  })

  test('its connections go to the gate as what can carry most', async () => {
    await runWith(played({}), ['ls'])
    const gate = gateWith(played({}))
    await gate.pass('command.run', { argv: ['ls'], cwd: `${top}/work` }, { perimeter: perimeter() })
    expect(await started?.mayConnect('Example.org', 443)).toBeNull()
    expect(gate.further).toMatchObject([
      { capability: 'net.request', resource: { method: 'POST', url: 'https://example.org/', port: 443 } },
    ])
    expect(await started?.mayConnect('bad host', 443)).toContain('refused')
  })

  test('each end has its words', async () => {
    expect(await runWith(played({ endedBy: 'timeout' }), ['ls'])).toMatchObject({
      kind: 'failed',
      code: 'deadline',
    })
    expect(await runWith(played({ endedBy: 'memory' }), ['ls'])).toMatchObject({
      kind: 'failed',
      code: 'out-of-memory',
    })
    expect(await runWith(played({ endedBy: 'processes' }), ['ls'])).toMatchObject({
      kind: 'failed',
      code: 'tool-error',
    })
    expect(await runWith(played({ endedBy: 'stopped' }), ['ls'])).toMatchObject({
      kind: 'refused',
      code: 'cancelled',
    })
    expect(await runWith(played({ endedBy: 'crash' }), ['ls'])).toMatchObject({
      kind: 'failed',
      code: 'crashed',
    })
    expect(await runWith(played({ exitCode: 139 }), ['ls'])).toMatchObject({
      value: { value: { exitCode: 139, signal: 'SIGSEGV' } },
    })
    expect(await runWith(played({}), ['no-such-program'])).toMatchObject({
      kind: 'failed',
      code: 'not-found',
    })
  })

  test('what it left where it may leave nothing is said and noted, however it ended', async () => {
    const noted: string[] = []
    for (const endedBy of ['itself', 'timeout', 'stopped', 'crash'] as const) {
      fs.rmSync(`${top}/work/new`, { recursive: true, force: true })
      const lane = played({ endedBy })
      const start: ContainedPrograms['start'] = (program) => {
        put('new/.envrc')
        return lane.start(program)
      }
      const outcome = await runWith(
        { ...lane, start },
        ['ls'],
        {},
        { ...closing('.envrc'), noteRefused: (subject, { person }) => void noted.push(subject, person) },
      )
      expect(JSON.stringify(outcome)).toContain('Rules keep programs from making “')
      expect(JSON.stringify(outcome)).toContain('While it ran, “~/work/new/.envrc” appeared')
    }
    expect(noted.filter((text) => text === 'Leave something for later by ls')).toHaveLength(4)
    expect(noted.filter((text) => text.includes('~/work/new/.envrc'))).toHaveLength(4)
  })

  test('what it was refused without a question is said, however it ended', async () => {
    const noted: string[] = []
    const noteRefused = (subject: string) => void noted.push(subject)
    for (const endedBy of ['itself', 'timeout', 'stopped'] as const)
      await runWith(played({ endedBy, notAsked: 744 }), ['ls'], {}, { noteRefused })
    expect(noted).toEqual(Array(3).fill('Connect 744 more times for ls'))
  })

  test('says when the sandbox was in the way, and what would help', async () => {
    const hint = async (err: string, end: Partial<ContainedEnd> = {}) => {
      const outcome = await runWith(played({ exitCode: 1, ...end }, '', err), ['ls'])
      return outcome.kind === 'ok' ? (outcome.value.value as { sandboxHint?: string }).sandboxHint : outcome
    }
    expect(await hint(`cat: ${top}/elsewhere/x: No such file or directory`)).toContain(
      `keeps “${top}/elsewhere/x” from it`,
    )
    expect(await hint(`touch: cannot touch '${top}/docs/new': Read-only file system`)).toContain(
      'not change it',
    )
    expect(await hint('', { denied: ['example.org:443'] })).toContain('example.org:443')
    expect(await hint('curl: (6) Could not resolve host: x')).toContain('HTTPS_PROXY')
    expect(await hint(`cat: ${top}/work/none: No such file or directory`)).toBeUndefined()
    expect(await hint('plain failure')).toBeUndefined()
    const began = performance.now()
    await hint(`${'/a'.repeat(40_000)} x`)
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  test('output is cut where it must be, and free of the secret', async () => {
    const outcome = await runWith(played({}, `${SECRET} ${'x'.repeat(5000)}`), ['ls'], { maxOutput: 1000 })
    expect(outcome).toMatchObject({ value: { value: { truncated: true } } })
    expect(JSON.stringify(outcome)).not.toContain(SECRET)
  })
})

describe('in the real sandbox', () => {
  test('is not run in a folder that it would not see: what it writes there would be lost', async ({
    skip,
  }) => {
    if (!can()) skip()
    for (const line of [
      { read: 'ask', write: 'allow' },
      { read: 'deny', write: 'allow' },
    ] as const) {
      const outcome = await runWith(
        real,
        ['sh', '-c', 'echo x > made.txt'],
        { cwd: `${top}/elsewhere` },
        {
          perimeter: Perimeter.parse({
            folders: [
              { path: top, read: 'allow', write: 'allow' },
              { path: `${top}/elsewhere`, ...line },
            ],
          }),
        },
      )
      expect(outcome).toMatchObject({
        kind: 'refused',
        code: 'outside-perimeter',
        person: expect.stringContaining('“elsewhere”'),
      })
    }
    expect(fs.readdirSync(`${top}/elsewhere`)).toEqual(['x'])
  })

  test('says what it left where nothing is kept', async ({ skip }) => {
    if (!can()) skip()
    expect(await runWith(real, ['sh', '-c', 'echo x > /tmp/report.txt'])).toMatchObject({
      value: { value: { exitCode: 0, sandboxHint: expect.stringContaining('/tmp/report.txt') } },
    })
  })

  test('runs, reads its input, gets its secret, and never shows it', async ({ skip }) => {
    if (!can()) skip()
    const output: string[] = []
    const outcome = await runWith(
      real,
      ['sh', '-c', 'cat; echo "$TOKEN"; echo made > made.txt; exit 3'],
      { stdin: 'hello\n', secrets: { TOKEN: 'token' } },
      { onOutput: (_stream, text) => output.push(text) },
    )
    expect(outcome).toMatchObject({
      kind: 'ok',
      value: { value: { exitCode: 3, stdout: 'hello\n•••\n', truncated: false }, private: true },
    })
    expect(output.join('')).toBe('hello\n•••\n')
    expect(fs.readFileSync(`${top}/work/made.txt`, 'utf8')).toBe('made\n')
  })

  test('what its tool may not do, it can not do either: change nothing, or not run at all', async ({
    skip,
  }) => {
    if (!can()) skip()
    fs.writeFileSync(`${top}/work/a.txt`, 'there')
    const without = (...closed: string[]): Partial<PerformContext> => ({
      wouldDecide: ({ capability }) => (closed.includes(capability) ? 'deny' : 'allow'),
    })
    const changing = await runWith(real, ['cp', 'a.txt', 'b.txt'], {}, without('fs.write'))
    expect(changing).toMatchObject({ kind: 'ok', value: { value: { exitCode: 1 } } })
    expect(fs.existsSync(`${top}/work/b.txt`)).toBe(false)
    const reading = await runWith(real, ['cat', 'a.txt'], {}, without('fs.write'))
    expect(reading).toMatchObject({ value: { value: { exitCode: 0, stdout: 'there' } } })
    const silent = (effect: 'allow' | 'ask'): Partial<PerformContext> => ({
      wouldDecide: ({ capability }) =>
        capability === 'fs.write' ? 'ask' : capability === 'command.run' ? effect : 'allow',
    })
    await runWith(real, ['cp', 'a.txt', 'b.txt'], {}, silent('allow'))
    expect(fs.existsSync(`${top}/work/b.txt`)).toBe(false)
    await runWith(real, ['cp', 'a.txt', 'c.txt'], {}, silent('ask'))
    expect(fs.existsSync(`${top}/work/c.txt`)).toBe(true)
    const blind = await runWith(real, ['cp', 'a.txt', 'b.txt'], {}, without('fs.read'))
    expect(blind).toMatchObject({ kind: 'refused', person: expect.stringContaining('manifest (fs.read)') })
    expect(fs.existsSync(`${top}/work/b.txt`)).toBe(false)
  })

  test('asked for to read only, it reads, and can change nothing and reach no host', async ({ skip }) => {
    if (!can()) skip()
    fs.writeFileSync(`${top}/work/a.txt`, 'there')
    const allowed: string[] = []
    const look = (...argv: string[]) =>
      runWith(
        real,
        argv,
        { readOnly: true },
        {
          async allowFurther({ resource }) {
            allowed.push(JSON.stringify(resource))
            return null
          },
        },
      )
    expect(await look('cat', 'a.txt', `${top}/docs/a.txt`)).toMatchObject({
      value: { value: { exitCode: 0, stdout: 'therea doc' } },
    })
    for (const argv of [
      ['cp', 'a.txt', 'b.txt'],
      ['rm', 'a.txt'],
      ['bash', '-c', 'echo more >> a.txt'],
      ['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/80 || (echo EROFS >&2; exit 1)'],
    ])
      expect(await look(...argv)).toMatchObject({
        value: { value: { exitCode: 1, sandboxHint: expect.stringContaining('without readOnly') } },
      })
    expect(fs.readdirSync(`${top}/work`)).toEqual(['a.txt'])
    expect(fs.readFileSync(`${top}/work/a.txt`, 'utf8')).toBe('there')
    const out = await look('curl', '-sS', '-m', '5', 'https://example.org/')
    if (out.kind === 'ok') expect(out.value.value).not.toMatchObject({ exitCode: 0 })
    expect(allowed).toEqual([])
  })

  test('of a file that nobody may run it says what that needs, and the same where nothing is', async () => {
    fs.writeFileSync(`${top}/work/build.sh`, 'echo built')
    const words = async (name: string) => {
      const outcome = await runWith(real, [`${top}/work/${name}`])
      expect(outcome).toMatchObject({ kind: 'failed', code: 'not-found' })
      return 'person' in outcome ? outcome.person.replace(name, 'NAME') : ''
    }
    expect(await words('build.sh')).toContain('chmod +x')
    expect(await words('none.sh')).toBe(await words('build.sh'))
  })

  test('what its folders don’t hold is not there, and the hint says so', async ({ skip }) => {
    if (!can()) skip()
    const outcome = await runWith(real, [
      'cat',
      `${top}/elsewhere/x`,
      `${top}/docs/private/key`,
      `${top}/docs/a.txt`,
    ])
    expect(outcome).toMatchObject({
      kind: 'ok',
      value: { value: { exitCode: 1, stdout: 'a doc', sandboxHint: expect.stringContaining('perimeter') } },
    })
  })

  test('whether something is there outside of its folders can not be felt out by the hint', async ({
    skip,
  }) => {
    if (!can()) skip()
    const hintOf = async (name: string) => {
      const outcome = await runWith(real, ['cat', `${top}/elsewhere/${name}`])
      if (outcome.kind !== 'ok') throw new Error(outcome.person)
      const { sandboxHint } = outcome.value.value as { sandboxHint?: string }
      return sandboxHint?.replaceAll(`elsewhere/${name}`, 'elsewhere/NAME')
    }
    const there = await hintOf('x')
    expect(there).toContain('elsewhere/NAME')
    expect(await hintOf('none')).toBe(there)
  })

  test('by no other name and no move does it get at what is closed, neither now nor in the next command', async ({
    skip,
  }) => {
    if (!can()) skip()
    for (const file of ['packages/a/b/c/d/e/.env', '.env', 'line\nbreak/it’s "so"/.env']) put(file)
    fs.symlinkSync('packages/a/b/c/d/e/.env', `${top}/work/to-file`)
    fs.symlinkSync('packages/a/b/c/d', `${top}/work/to-folder`)
    fs.mkdirSync(`${top}/work/linked`)
    fs.symlinkSync(`${top}/elsewhere/x`, `${top}/work/linked/.env`)
    const attack = `
      cat .env to-file to-folder/e/.env packages/a/b/c/d/e/.env */*/.env
      mv .env moved; ln .env hard; mv packages/a/b/c/d/e/.env moved2
      mv packages/a/b/c/d/e packages/a/b/c/d/x; mv packages/a packages/z; mv packages other
      mv line* plain; rm -rf packages; mkdir -p packages/a/b/c/d/e; cp -r packages copy
      cat moved hard moved2 packages/a/b/c/d/x/.env packages/z/b/c/d/e/.env other/a/b/c/d/e/.env plain/*/.env
      find . -name '*env*' -o -name 'mov*' -type f | xargs -d '\n' cat; true`
    for (let time = 0; time < 2; time++) {
      const outcome = await runWith(real, ['bash', '-c', attack], {}, closing('.env'))
      expect(outcome).toMatchObject({ kind: 'ok' })
      expect(JSON.stringify(outcome)).not.toContain('the secret')
    }
    // A rule for the very place finds it where it was.
    expect(fs.readFileSync(`${top}/work/packages/a/b/c/d/e/.env`, 'utf8')).toBe('the secret')
    expect(fs.readFileSync(`${top}/work/.env`, 'utf8')).toBe('the secret')
  })

  test('at home it changes what is in folders, and makes nothing beside them', async ({ skip }) => {
    if (!can()) skip()
    const outcome = await gateWith(real).pass(
      'command.run',
      {
        argv: [
          'bash',
          '-c',
          'echo x > ../.zshenv; echo x > ../docs/b.txt; mv ../docs ../moved; cat ../docs/*.txt',
        ],
        cwd: `${top}/work`,
      },
      { perimeter: Perimeter.parse({ folders: [{ path: top, read: 'allow', write: 'allow' }] }) },
    )
    expect(outcome).toMatchObject({ value: { value: { stdout: 'a docx\n' } } })
    expect(fs.readdirSync(top).toSorted()).toEqual(['docs', 'elsewhere', 'work'])
  })

  test('what rules say of a place that is not there yet counts all the same', async ({ skip }) => {
    if (!can()) skip()
    const fixed = [`${top}/work/deploy/run.sh`, `${top}/work/ci.yml`, `${top}/work/.bashrc`]
    const outcome = await gateWith(real).pass(
      'command.run',
      {
        argv: [
          'bash',
          '-c',
          'mkdir -p deploy; echo x > deploy/run.sh; echo x > ci.yml; echo x > .bashrc; echo x > fine',
        ],
        cwd: `${top}/work`,
      },
      {
        perimeter: perimeter(),
        wouldDecide: ({ capability, resource }) =>
          capability === 'fs.write' && resource.kind === 'path' && fixed.includes(resource.path)
            ? 'deny'
            : 'allow',
        ruleSubjects: () => ({
          isAboutName: () => false,
          isAboutPlace: (at) => fixed.some((place) => place.startsWith(at)),
          places: () => fixed,
        }),
      },
    )
    expect(outcome).toMatchObject({ kind: 'ok' })
    expect(fs.readdirSync(`${top}/work`)).toEqual(['fine'])
  })

  test('more closed places than a sandbox takes: the folder around them is closed, and the rest runs', async ({
    skip,
  }) => {
    if (!can()) skip()
    for (let at = 0; at < 1_100; at++) put(`services/s${at}/.env`)
    put('src/a.txt', 'open')
    const outcome = await runWith(
      real,
      ['bash', '-c', 'cat services/*/.env; cat src/a.txt; mv services other'],
      {},
      closing('.env'),
    )
    expect(outcome).toMatchObject({ value: { value: { stdout: 'open' } } })
    expect(JSON.stringify(outcome)).toContain('rules close so many places in it')
    expect(fs.existsSync(`${top}/work/services/s0/.env`)).toBe(true)
  })

  test('a flood of output ends it', async ({ skip }) => {
    if (!can()) skip()
    expect(await runWith(real, ['cat', '/dev/zero'], { maxOutput: 10_000 })).toMatchObject({
      kind: 'failed',
      code: 'tool-error',
    })
  })

  test('ends when its run is cancelled', async ({ skip }) => {
    if (!can()) skip()
    const control = new AbortController()
    setTimeout(() => control.abort(), 1500)
    expect(await runWith(real, ['sleep', '60'], {}, { signal: control.signal })).toMatchObject({
      kind: 'refused',
      code: 'cancelled',
    })
  })
})

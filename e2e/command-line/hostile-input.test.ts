/** What the command line is given may be anything: each wrong thing has its answer in words, and nothing crashes or hangs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sallyportPaths } from '../../contract/paths.ts'
import { until } from '../harness/time-limit.ts'
import { builtProgram } from './built-program.ts'

const base = mkdtempSync(path.join(tmpdir(), 'hostile-'))
const env = { PATH: process.env.PATH, HOME: path.join(base, 'user'), SALLYPORT_HOME: path.join(base, 'home') }
let broker: ChildProcess

beforeAll(async () => {
  mkdirSync(env.HOME)
  const main = path.resolve(builtProgram, '../../broker/main.js')
  broker = spawn(process.execPath, [main, '--headless'], { env, stdio: ['pipe', 'ignore', 'inherit'] })
  const { tokenFile } = sallyportPaths(env, process.platform, env.HOME)
  await until(() => existsSync(tokenFile), 60_000, 'waiting for the broker')
})
afterAll(async () => {
  const gone = once(broker, 'exit')
  broker.stdin?.end()
  await gone
  rmSync(base, { recursive: true, force: true, maxRetries: 5 })
})

async function sallyport(words: string[], input: string | Buffer = '') {
  const child = spawn(process.execPath, [builtProgram, ...words], { env, cwd: base, timeout: 60_000 })
  const [out, err, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
    child.stdin.on('error', () => {}).end(input),
  ])
  const [stdout, stderr] = [out, err].map((parts) => Buffer.concat(parts).toString('utf8')) as [
    string,
    string,
  ]
  expect(stderr, words.join(' ').slice(0, 200)).not.toMatch(/\bat .*\.js:\d+|made a mistake/)
  return { code, stdout, stderr }
}
const linesOf = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

it('a run that is not there is said to be none, and nothing is offered for it', async () => {
  for (const words of [
    ['undo', 'run_notthere'],
    ['undo', 'run_notthere', '--yes'],
  ]) {
    const { code, stdout, stderr } = await sallyport(words)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('There is no such run.')
  }
})

describe('an export whose output ends early', () => {
  it('is quiet and no failure where somebody has read enough', async () => {
    const child = spawn(process.execPath, [builtProgram, 'log', 'export'], {
      env,
      cwd: base,
      timeout: 60_000,
    })
    child.stdout.destroy()
    const [said, [code]] = await Promise.all([child.stderr.toArray(), once(child, 'close')])
    expect({ code, said: Buffer.concat(said).toString() }).toEqual({ code: 0, said: '' })
  })

  it.runIf(existsSync('/dev/full'))('is said and is a failure where the disk is full', async () => {
    for (const words of [['log', 'export'], ['log', 'search', '--json'], ['--help']]) {
      const full = openSync('/dev/full', 'w')
      const child = spawn(process.execPath, [builtProgram, ...words], {
        ...{ env, cwd: base, timeout: 60_000 },
        stdio: ['ignore', full, 'pipe'],
      })
      closeSync(full)
      const [said, [code]] = await Promise.all([child.stderr?.toArray(), once(child, 'close')])
      expect(code, words.join(' ')).toBe(1)
      expect(Buffer.concat(said ?? []).toString()).toBe("The output can't be written: ENOSPC.\n")
    }
  })
})

describe('scan', () => {
  it('tells people on one line each what is wrong with a line, too', async () => {
    const { code, stdout } = await sallyport(['scan'], 'nothing\n{"id":"a"}\n{"id":"b","text":"plain"}\n')
    expect(code).toBe(1)
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringContaining('Line 1 is no JSON'),
      expect.stringContaining('Line 2: '),
      'plain',
    ])
  })

  it('answers each line in its place, whatever it is', async () => {
    const lines: [line: string | Buffer, fits: (answer: Record<string, unknown>) => boolean][] = [
      [
        '{"id":"a","text":"the key is v4lue-4711-x"}',
        ({ redacted }) => redacted === 'the key is [secret:k removed]',
      ],
      ['{"id":"b","text":', ({ error }) => /no JSON/.test(String(error))],
      ['nothing of the kind', ({ error }) => /no JSON/.test(String(error))],
      [Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc3, 0x28]), ({ error }) => /no JSON/.test(String(error))],
      ['{"id":"c","text":"nul \\u0000 v4lue-4711-x"}', ({ hits }) => (hits as unknown[]).length === 1],
      ['{"id":"c2","text":"a real nul \u0000"}', ({ error }) => /no JSON/.test(String(error))],
      ['{"id":"d"}', ({ id, error }) => id === 'd' && error !== undefined],
      ['{"id":"e","text":7}', ({ id, error }) => id === 'e' && error !== undefined],
      [
        '{"id":"f","text":"v4lue-4711-x","chunks":["y"]}',
        ({ id, error }) => id === 'f' && /not both/.test(String(error)),
      ],
      ['{"id":"g","chunks":["v4lue-","4711-x"]}', ({ hits }) => (hits as unknown[]).length === 1],
      ['{"id":"h","chunks":["x",3]}', ({ error }) => error !== undefined],
      ['{"id":{"deep":1},"text":"x"}', ({ id, error }) => id === null && error !== undefined],
      ['{"__proto__":{"text":"x"},"id":"i"}', ({ id, error }) => id === 'i' && error !== undefined],
      ['null', ({ error }) => error !== undefined],
      ['[]', ({ error }) => error !== undefined],
      ['"text"', ({ error }) => error !== undefined],
      ['1e400', ({ error }) => error !== undefined],
      ['['.repeat(200_000), ({ error }) => /nested too deep/.test(String(error))],
      [`{"id":"long","text":"${'x'.repeat(9_000_000)}"}`, ({ error }) => /too long/.test(String(error))],
      [
        `{"id":"large","text":"${'x'.repeat(900_000)} v4lue-4711-x"}`,
        ({ hits }) => (hits as unknown[]).length === 1,
      ],
      ['{"id":"lone","text":"\\ud800 v4lue-4711-x"}', ({ hits }) => (hits as unknown[]).length === 1],
      ['{"id":"z","text":"the last, without an end of line"}', ({ id }) => id === 'z'],
    ]
    const input = Buffer.concat(lines.flatMap(([line], n) => [Buffer.from(n ? '\n' : ''), Buffer.from(line)]))
    const done = await sallyport(['scan', '--stdin', '--json', '--secret', 'k=v4lue-4711-x'], input)
    const answers = linesOf(done.stdout)
    expect(done.code).toBe(1)
    expect(answers).toHaveLength(lines.length)
    const wrong = lines.filter(([, fits], n) => !fits(answers[n]))
    expect(wrong.map(([line]) => String(line).slice(0, 80))).toEqual([])
  })

  it('says what is wrong with a value that it should look for, and bears no input at all', async () => {
    for (const secret of ['no-equals', '=value', 'name=', 'Bad Name=value', '__proto__']) {
      const done = await sallyport(['scan', '--json', '--secret', secret])
      expect(done.code, secret).toBe(2)
      expect(linesOf(done.stdout)).toEqual([{ error: { code: 'usage', text: expect.any(String) } }])
    }
    expect(await sallyport(['scan', '--json'])).toEqual({ code: 0, stdout: '', stderr: '' })
    expect((await sallyport(['scan', '--json'], Buffer.alloc(3_000_000))).code).toBe(1)
  })
})

describe('log search and export', () => {
  const SEARCHES = [
    '"',
    '"unclosed',
    '*',
    '***',
    'a*b',
    'NEAR(a b)',
    'a AND OR NOT',
    '-x',
    "'; DROP TABLE entry;--",
    '%_%',
    '\\',
    '(((',
    '^$',
    '\u202e',
    '🦊',
    'ﷺ'.repeat(500),
    'x'.repeat(20_000),
    `${'*a'.repeat(2_000)}*`,
  ]

  it('takes any words as words', async () => {
    for (const words of SEARCHES) {
      const done = await sallyport(['log', 'search', '--json', '--', words])
      const [answer] = linesOf(done.stdout)
      const answered = done.code === 0 ? Array.isArray(answer.rows) : typeof answer.error.text === 'string'
      expect(answered, `${words.slice(0, 40)}: ${done.stdout.slice(0, 300)}`).toBe(true)
    }
    expect(
      linesOf((await sallyport(['log', 'search', '--json', 'Sallyport'])).stdout)[0].total,
    ).toBeGreaterThan(0)
  })

  it('says which option is wrong', async () => {
    const wrong = [
      ['search', '--limit', '1e9'],
      ['search', '--limit', '-1'],
      ['search', '--limit', 'NaN'],
      ['search', '--since', 'yesterday-ish'],
      ['search', '--until', '9'.repeat(400)],
      ['search', '--before', '0'],
      ['search', '--before', '1.5'],
      ['search', '--decision', 'maybe'],
      ['search', '--capability', 'fs.everything'],
      ['search', '--agent', 'x'.repeat(5_000)],
      ['export', '--format', 'xml'],
      ['export', '--since', 'never'],
      ['redact', 'all'],
      ['redact', '-1'],
      ['tail', '-n', '0'],
    ]
    for (const words of wrong) {
      const done = await sallyport(['log', ...words, '--json'])
      expect(done.code, words.join(' ').slice(0, 80)).toBe(2)
      expect(linesOf(done.stdout)[0].error.text.length, words.join(' ').slice(0, 80)).toBeGreaterThan(10)
    }
  })

  it('writes over nothing, and says where it can not write', async () => {
    writeFileSync(path.join(base, 'mine'), 'mine')
    for (const target of ['mine', '.', 'no/such/folder/file', 'mine/below', `${'n'.repeat(300)}`]) {
      const done = await sallyport(['log', 'export', '--json', '-o', target])
      expect(done.code, target).toBe(1)
      expect(linesOf(done.stdout)).toEqual([{ error: { code: 'io', text: expect.stringContaining('can') } }])
    }
  })
})

describe('incident', () => {
  it('says that there is none, and which step is unknown, and where no bundle can be', async () => {
    for (const words of [['done', 'resume'], ['end']]) {
      const none = await sallyport(['incident', ...words, '--json'])
      expect(none.code).toBe(1)
      expect(linesOf(none.stdout)[0].error).toMatchObject({ code: 'not-found' })
    }
    const long = await sallyport(['incident', '--json', '--why', 'x'.repeat(50_000)])
    expect(long.code).toBe(1)
    expect(linesOf(long.stdout)[0].error.code).toBe('bad-request')

    writeFileSync(path.join(base, 'file'), '')
    const why = '\u0000\u202e<script>alert(1)</script> [x](javascript:1) `$(id)`'.replace('\u0000', '')
    const made = await sallyport(['incident', '--json', '--folder', 'file/below', '--why', why])
    expect(made.code).toBe(1)
    expect(linesOf(made.stdout)[0]).toMatchObject({
      why,
      files: [],
      faults: [expect.stringMatching(/Writing the bundle: .*ENOTDIR/)],
    })
    for (const step of ['../../etc/passwd', '', '__proto__', 'x'.repeat(150)]) {
      const unknown = await sallyport(['incident', 'done', '--json', '--', step])
      expect(unknown.code, step).toBe(1)
      expect(linesOf(unknown.stdout)[0].error, step).toMatchObject({ code: 'not-found' })
    }
    const resume = await sallyport(['incident', 'done', 'resume', '--json'])
    expect(linesOf(resume.stdout)[0].error.text).toContain('sallyport resume')
    expect((await sallyport(['incident', 'end', '--json'])).code).toBe(0)
    expect((await sallyport(['resume', '--json'])).code).toBe(0)
  })
})

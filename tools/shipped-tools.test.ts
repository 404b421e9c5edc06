import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ContainedPrograms } from '../broker/ports.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { Perimeter } from '../contract/perimeter.ts'
import type { Json } from '../contract/words.ts'
import { openContained } from '../e2e/fixtures/open-contained.ts'
import { openTestHouse, type TestHouse } from '../e2e/fixtures/open-test-house.ts'
import { type EchoServer, startEchoServer } from '../e2e/harness/echo-server.ts'

let house: TestHouse
let contained: ContainedPrograms
let echo: EchoServer
let folder: string
let count = 0
beforeAll(async () => {
  contained = await openContained()
  house = await openTestHouse({ contained })
  echo = await startEchoServer()
})
afterAll(async () => {
  await house.close()
  await contained.close()
  await echo.close()
})
beforeEach(() => {
  folder = path.join(house.home, `work-${++count}`)
  mkdirSync(folder)
  house.says(() => 'allow')
  house.questions.length = 0
})

const folders = (more: Partial<Perimeter['folders'][number]> = {}): Partial<Perimeter> => ({
  folders: [{ path: folder, read: 'allow', write: 'allow', ...more }],
})
const files = (fn: string, input: Json, perimeter = folders()) =>
  house.callTool('files', fn, input, perimeter)
const valueIn = (outcome: Outcome<Json>) => {
  if (outcome.kind !== 'ok') throw new Error(`${outcome.code}: ${outcome.model}`)
  return outcome.value as Record<string, Json>
}
const at = (...parts: string[]) => path.join(folder, ...parts)
const put = (name: string, text: string | Buffer) => {
  mkdirSync(path.dirname(at(name)), { recursive: true })
  writeFileSync(at(name), text)
}

describe('files, in a real isolate behind the real gate', () => {
  it('lists a folder, with depth and glob', async () => {
    put('a.md', '12345')
    put('sub/b.md', '')
    put('sub/c.txt', '')
    const listed = valueIn(await files('list', { path: folder }))
    expect(listed).toMatchObject({
      truncated: false,
      entries: expect.arrayContaining([
        expect.objectContaining({ name: 'a.md', kind: 'file', size: 5 }),
        expect.objectContaining({ name: 'sub', kind: 'folder' }),
      ]),
    })
    const [first] = listed.entries as { modifiedAt: string }[]
    expect(first?.modifiedAt).toMatch(/^\d{4}-\d\d-\d\dT/)
    const deep = valueIn(await files('list', { path: folder, depth: 3, glob: '**/*.md' }))
    expect((deep.entries as { name: string }[]).map(({ name }) => name).sort()).toEqual(['a.md', 'b.md'])
  })

  it('reads a long file in parts, and says what is no text', async () => {
    put('long.txt', 'abcdefghij'.repeat(3))
    const first = valueIn(await files('read', { path: at('long.txt'), length: 20 }))
    expect(first).toMatchObject({ text: 'abcdefghijabcdefghij', more: true, next: 20, size: 30 })
    expect(valueIn(await files('read', { path: at('long.txt'), offset: 20 }))).toMatchObject({
      text: 'abcdefghij',
      more: false,
    })
    put('image.bin', 'PNG\0\0\0')
    expect(valueIn(await files('read', { path: at('image.bin') }))).toMatchObject({
      text: '',
      note: expect.stringMatching(/no text file/),
    })
    put('old.txt', Buffer.from('grün', 'latin1'))
    expect(valueIn(await files('read', { path: at('old.txt') }))).toMatchObject({
      text: 'gr\ufffdn',
      note: expect.stringMatching(/not UTF-8/),
    })
  })

  it('searches, by text and by expression', async () => {
    put('a.txt', 'one\nThe Needle here\n')
    put('sub/b.txt', 'needles too')
    const found = valueIn(await files('search', { path: folder, text: 'needle' }))
    expect(
      (found.matches as { line: number; text: string }[]).map(({ line, text }) => [line, text]).sort(),
    ).toEqual([
      [1, 'needles too'],
      [2, 'The Needle here'],
    ])
    const exact = await files('search', { path: folder, text: '^needle', regex: true, ignoreCase: false })
    if (exact.kind === 'ok') expect((exact.value as { matches: unknown[] }).matches).toHaveLength(1)
    else expect(exact).toMatchObject({ code: 'unavailable', model: expect.stringMatching(/ripgrep/) })
  })

  it('writes, appends, and does not replace when told to create', async () => {
    valueIn(await files('write', { path: at('new', 'a.txt'), text: 'one' }))
    valueIn(await files('write', { path: at('new', 'a.txt'), text: '+two', mode: 'append' }))
    expect(readFileSync(at('new', 'a.txt'), 'utf8')).toBe('one+two')
    expect(await files('write', { path: at('new', 'a.txt'), text: 'x', mode: 'create' })).toMatchObject({
      kind: 'failed',
      code: 'exists',
    })
    expect(readFileSync(at('new', 'a.txt'), 'utf8')).toBe('one+two')
  })

  it('moves many files with one question, and none when it is denied', async () => {
    for (const name of ['a', 'b', 'c']) put(name, name)
    const moves = ['a', 'b', 'c'].map((name) => ({ from: at(name), to: at('done', name) }))
    house.says(() => 'deny')
    const asking = folders({ write: 'ask' })
    expect(await files('move', { moves }, asking)).toMatchObject({
      kind: 'refused',
      code: 'denied-by-person',
    })
    expect(readdirSync(folder).sort()).toEqual(['a', 'b', 'c'])
    house.says(() => 'allow')
    valueIn(await files('move', { moves }, asking))
    expect(readdirSync(at('done')).sort()).toEqual(['a', 'b', 'c'])
    expect(house.questions).toHaveLength(2)
    expect(house.questions[0]?.prepared.sentence).toMatchObject({
      verb: 'Move',
      object: expect.stringMatching(/^3 /),
    })
  })

  it('copies, trashes, makes folders, and looks', async () => {
    put('a.txt', 'one')
    valueIn(await files('copy', { copies: [{ from: at('a.txt'), to: at('b.txt') }] }))
    expect(readFileSync(at('b.txt'), 'utf8')).toBe('one')
    valueIn(await files('trash', { paths: [at('a.txt')] }))
    expect(existsSync(at('a.txt'))).toBe(false)
    valueIn(await files('makeFolder', { path: at('empty') }))
    expect(valueIn(await files('info', { path: at('empty') }))).toMatchObject({
      exists: true,
      kind: 'folder',
    })
    expect(valueIn(await files('info', { path: at('nothing') }))).toMatchObject({ exists: false })
  })

  it('hands on a refusal as it is: with its code, and words for the model', async () => {
    const outcome = await files('read', { path: '/etc/passwd' })
    expect(outcome).toMatchObject({ kind: 'refused', code: 'outside-perimeter' })
    expect(outcome.kind === 'refused' && outcome.model).toMatch(/perimeter|inside|folder/i)
  })

  it('is refused by its schema before it runs when the input does not fit', async () => {
    expect(await files('read', { file: '/x' })).toMatchObject({ kind: 'refused', code: 'invalid-request' })
  })
})

describe('notes, in a real isolate behind the real gate', () => {
  const notes = (fn: string, input: Json = {}) =>
    house.callTool('notes', fn, input, {
      folders: [{ path: '~/Sallyport notes', read: 'allow', write: 'allow' }],
    })

  it('has none at first, then keeps, lists, reads, searches and removes them', async () => {
    expect(valueIn(await notes('list'))).toEqual({ notes: [] })
    expect(valueIn(await notes('search', { text: 'x' }))).toMatchObject({ matches: [] })
    expect(valueIn(await notes('add', { title: 'Über den Hafen!', text: 'Ebbe um 6:10' }))).toEqual({
      name: 'über-den-hafen',
    })
    expect(valueIn(await notes('add', { title: 'Über den Hafen!', text: 'Second' }))).toEqual({
      name: 'über-den-hafen-2',
    })
    expect((valueIn(await notes('list')).notes as { name: string }[]).map(({ name }) => name).sort()).toEqual(
      ['über-den-hafen', 'über-den-hafen-2'],
    )
    expect(valueIn(await notes('read', { name: 'über-den-hafen' })).text).toBe(
      '# Über den Hafen!\n\nEbbe um 6:10\n',
    )
    expect(valueIn(await notes('search', { text: 'EBBE' })).matches).toEqual([
      { name: 'über-den-hafen', line: 3, text: 'Ebbe um 6:10' },
    ])
    valueIn(await notes('remove', { name: 'über-den-hafen' }))
    expect(valueIn(await notes('list')).notes).toHaveLength(1)
  })

  it.each(['../secret', 'a/b', '.hidden', '..\\x'])('takes no name like %s', async (name) => {
    expect(await notes('read', { name })).toMatchObject({
      kind: 'failed',
      model: expect.stringMatching(/no name of a note/),
    })
  })
})

describe.skipIf(process.platform !== 'linux')(
  'commands, in a real isolate and the real sandbox of the system',
  () => {
    const run = (input: Record<string, Json>, commands: object[]) =>
      house.callTool('commands', 'run', { folder, ...input } as Json, {
        ...folders(),
        commands: commands as Perimeter['commands'],
      })
    const silent = (program: string, ...args: string[]) => ({ program, args, run: 'allow' })

    it('runs a program in a folder of the agent: output, exit code, what it wrote', async () => {
      put('a.txt', 'first\nsecond\n')
      expect(valueIn(await run({ argv: ['wc', '-l', 'a.txt'] }, [silent('wc')]))).toEqual({
        exitCode: 0,
        stdout: '2 a.txt\n',
        stderr: '',
      })
      const copied = await run({ argv: ['tee', 'b.txt'], input: 'from stdin' }, [silent('tee')])
      expect(valueIn(copied)).toMatchObject({ exitCode: 0, stdout: 'from stdin' })
      expect(readFileSync(at('b.txt'), 'utf8')).toBe('from stdin')
      const missing = valueIn(await run({ argv: ['cat', 'none.txt'] }, [silent('cat')]))
      expect(missing).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/none\.txt/) })
      expect(house.questions).toEqual([])
    })

    it('has no shell: what a shell would read is an argument', async () => {
      const said = await run({ argv: ['echo', '$HOME', '&&', 'cat', '*'] }, [silent('echo')])
      expect(valueIn(said)).toMatchObject({ stdout: '$HOME && cat *\n' })
    })

    it('leaves out the middle of long output, and says how much', async () => {
      const long = valueIn(await run({ argv: ['seq', '1', '20000'] }, [silent('seq')]))
      const text = long.stdout as string
      expect(text.length).toBeLessThan(25_000)
      expect(text).toMatch(/^1\n2\n/)
      expect(text).toMatch(/\n20000\n$/)
      expect(text).toMatch(/\[… \d+ characters left out …\]/)
    })

    it('asks where the perimeter says ask, names program, arguments and folder, and starts nothing on a no', async () => {
      house.says(() => 'deny')
      const refused = await run({ argv: ['touch', 'made.txt'] }, [{ program: 'touch', args: [], run: 'ask' }])
      expect(refused).toMatchObject({ kind: 'refused', code: 'denied-by-person' })
      expect(JSON.stringify(house.questions)).toContain('made.txt')
      expect(existsSync(at('made.txt'))).toBe(false)
    })

    it('is refused what no line names, and told why', async () => {
      expect(await run({ argv: ['touch', 'made.txt'] }, [])).toMatchObject({
        kind: 'refused',
        code: 'outside-perimeter',
        model: expect.stringMatching(/touch is not among the programs/),
      })
      expect(existsSync(at('made.txt'))).toBe(false)
    })

    it('works with git: all that is new is added and committed, and no hook or setting is planted in the repository', async () => {
      const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' })
      git('init', '-q')
      git('config', 'user.name', 'Ada')
      git('config', 'user.email', 'ada@example.org')
      put('a.txt', 'new')
      const allowed = [silent('git'), silent('mv'), silent('touch'), silent('mkdir')]
      const may = async (...argv: string[]) => valueIn(await run({ argv }, allowed))
      expect(await may('git', 'add', '-A')).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await may('git', 'commit', '-qm', 'First')).toMatchObject({ exitCode: 0, stderr: '' })
      expect(git('show', '--stat', '--format=%s')).toMatch(/^First\n\n a\.txt \| 1 \+\n/)
      // To look at a repository nothing has to be open for changes.
      for (const argv of [
        ['git', 'status', '--short'],
        ['git', 'log', '--oneline'],
      ])
        expect(valueIn(await run({ argv, readOnly: true }, allowed)).exitCode, argv.join(' ')).toBe(0)
      const kept = valueIn(
        await run({ argv: ['git', 'commit', '-qm', 'No', '--allow-empty'], readOnly: true }, allowed),
      )
      expect(kept).toMatchObject({ hint: expect.stringContaining('without readOnly') })
      for (const argv of [
        ['mv', '.git', 'old'],
        ['mv', '.git/hooks', '.git/old'],
        ['touch', '.git/hooks/pre-commit'],
        ['touch', '.git/info/attributes'],
        ['mkdir', '.git/modules/x'],
        ['git', 'config', 'core.pager', 'x'],
        ['touch', '.mcp.json/x'],
      ])
        expect((await may(...argv)).exitCode, argv.join(' ')).not.toBe(0)
      expect(git('status', '--short')).toBe('')
      expect(readdirSync(folder).sort()).toEqual(['.git', 'a.txt'])
      expect(readdirSync(at('.git')).filter((name) => /modules|worktree|old/.test(name))).toEqual([])
    })

    it('ends a program that takes too long', async () => {
      const began = performance.now()
      const ended = await run({ argv: ['sleep', '60'], seconds: 1 }, [silent('sleep')])
      expect(ended).toMatchObject({ kind: 'failed', code: 'deadline' })
      expect(performance.now() - began).toBeLessThan(30_000)
    })
  },
)

describe('web, in a real isolate behind the real gate', () => {
  const web = (fn: string, input: Json, methods = ['GET', 'HEAD', 'POST']) =>
    house.callTool('web', fn, input, {
      hosts: [
        {
          scheme: 'http',
          host: '127.0.0.1',
          port: echo.port,
          methods,
          pathPrefix: '/',
          read: 'allow',
          send: 'ask',
        },
      ],
    })
  const long =
    'Ships come and go with the tide, and the harbor master writes down each of them, with the hour and the flag. '

  it('reads a page as text, in parts', async () => {
    const body = `<html><head><title>Tides</title></head><body><nav>Menu</nav><article><h1>Tides</h1><p>${long.repeat(8)}</p><p><a href="/more">More</a></p></article></body></html>`
    echo.answer('/page', { headers: { 'content-type': 'text/html; charset=utf-8' }, body })
    const page = valueIn(await web('fetchPage', { url: `${echo.origin}/page` }))
    expect(page).toMatchObject({ status: 200, title: 'Tides', more: false })
    expect(page.text).toContain(`[More](${echo.origin}/more)`)
    expect(page.text).not.toContain('Menu')
    const part = valueIn(await web('fetchPage', { url: `${echo.origin}/page`, length: 100 }))
    expect(part).toMatchObject({ more: true, next: 100 })
    expect(part.text).toHaveLength(100)
  })

  it('says what is no page', async () => {
    echo.answer('/image', { headers: { 'content-type': 'image/png' }, body: 'PNG' })
    expect(valueIn(await web('fetchPage', { url: `${echo.origin}/image` }))).toMatchObject({
      text: '',
      note: expect.stringMatching(/image\/png/),
    })
  })

  it('calls an API: JSON there and back, headers, status', async () => {
    echo.answer('/api', { status: 201, headers: { 'content-type': 'application/json' }, body: '{"made": 1}' })
    const answer = valueIn(
      await web('request', { url: `${echo.origin}/api`, json: { a: 1 }, headers: { 'X-Test': 'yes' } }),
    )
    expect(answer).toMatchObject({ status: 201, json: { made: 1 } })
    const seen = echo.received.find((request) => request.path === '/api')
    expect(seen).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      headers: { 'x-test': 'yes', 'content-type': 'application/json' },
    })
    expect(house.questions).toHaveLength(1)
  })

  it('reaches no host outside the perimeter', async () => {
    expect(
      await web('request', { url: 'https://paste.example.net/new', method: 'POST', body: 'secret' }),
    ).toMatchObject({ kind: 'refused', code: 'outside-perimeter' })
    expect(await web('request', { url: `${echo.origin}/x`, json: 1, body: 'x' })).toMatchObject({
      kind: 'failed',
      model: expect.stringMatching(/not both/),
    })
  })
})

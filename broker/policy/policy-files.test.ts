import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import type { PolicyFile } from '../../contract/policy.ts'
import { compilePolicy } from '../gate/decide/compile-policy.ts'
import { findRuleFaults } from '../gate/decide/find-rule-faults.ts'
import { PLACES } from '../gate/decide/testing/known-computer.ts'
import { FIRST_POLICY } from './first-policy.ts'
import { lookUpPlaces, resolvePlace } from './look-up-places.ts'
import { openPolicyBook } from './open-policy-book.ts'
import { parsePolicy } from './parse-policy.ts'
import { policySchemaText } from './policy-schema.ts'
import { readPlist } from './read-plist.ts'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-policy-')))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})
const parse = (text: string) => parsePolicy(text, 'policy.jsonc', findRuleFaults)
const faults = (text: string) =>
  parse(text).faults.map(({ line, column, text: words }) => `${line}:${column} ${words}`)

describe('the text of a policy', () => {
  it('may have comments, trailing commas and a byte order mark', () => {
    expect(parse('\uFEFF{ // mine\n "version": 1, /* yes */ "rules": [], }').policy).toMatchObject({
      version: 1,
      rules: [],
    })
    expect(parse(FIRST_POLICY).faults).toEqual([])
  })
  it('has faults with line and column', () => {
    expect(faults('{\n  "version": 1,\n  "rules": [\n    { "id": "x" "effect": "deny" }\n  ]\n}')).toEqual([
      '4:17 This is not JSON: comma expected.',
    ])
    expect(faults('{\n "version": 2 }')[0]).toMatch(/^2:13 version: /)
    expect(faults('{\n "version": 1,\n "rule": [] }')).toEqual(['3:2 There is no key “rule” here.'])
    expect(
      faults('{ "version": 1,\n "rules": [ { "id": "a", "effect": "refuse", "capabilities": ["*"] } ] }')[0],
    ).toMatch(/^2:36 rules.0.effect: /)
    expect(faults('{ "version": 1,\n "rules": [ { "id": "a", "effect": "deny" } ] }')[0]).toMatch(
      /^2:13 rules.0.capabilities: /,
    )
    expect(faults('{ "version": 1,\n "version": 1 }')).toEqual(['2:2 The key “version” stands here twice.'])
    expect(faults('')).toHaveLength(1)
    expect(faults('[]')).toHaveLength(1)
  })
  it('nested without end has a fault, and brackets in texts and comments are none', () => {
    const deep = `{ "version": 1,\n "rules": ${'['.repeat(50_000)}${']'.repeat(50_000)} }`
    expect(faults(deep)).toEqual([expect.stringMatching(/^2:\d+ The file is nested too deep/)])
    expect(faults('['.repeat(1_000_000))).toHaveLength(1)
    const inside = `{ // ${'['.repeat(500)}\n /* ${'{'.repeat(500)} * */ "version": 1, "settings": {}, "rules": [ { "id": "a", "effect": "deny", "capabilities": ["*"], "reason": "\\"${'['.repeat(200)}" } ] }`
    expect(faults(inside)).toEqual([])
  })
  it('must have patterns that mean something, and ids that differ', () => {
    const rule = (change: object) =>
      JSON.stringify({ version: 1, rules: [{ id: 'a', effect: 'deny', capabilities: ['*'], ...change }] })
    for (const path of ['relative', '*/x', '/a/*/b', '**/', '**/..', 'C:relative', ''])
      expect(faults(rule({ paths: [path] })), path).toHaveLength(1)
    for (const path of ['/a', '~', '~/a', '**/x', '**/a/b', '**/*.pem', 'C:\\a', '\\\\server\\share'])
      expect(faults(rule({ paths: [path] })), path).toEqual([])
    for (const host of [
      '',
      'a b',
      'https://',
      'a.*.org',
      'ftp://x.org',
      'x.org:99999',
      'user@x.org',
      'x.org/a?b',
    ])
      expect(faults(rule({ hosts: [host] })), host).toHaveLength(1)
    for (const host of [
      'x.org',
      'X.org',
      '*.x.org',
      '*',
      'https://x.org:443/v1',
      '127.0.0.1:8080',
      '[::1]:80',
      'münchen.de',
    ])
      expect(faults(rule({ hosts: [host] })), host).toEqual([])
    const twice = { id: 'a', effect: 'deny', capabilities: ['*'] }
    expect(faults(`{"version":1,"rules":[${JSON.stringify(twice)},\n${JSON.stringify(twice)}]}`)).toEqual([
      '2:7 Two rules have the id “a”. Give each its own.',
    ])
  })
  it('with a setting that does not exist or does not fit is at fault, there', () => {
    const faults = (settings: unknown, locked = {}) =>
      parse(JSON.stringify({ version: 1, settings, locked })).faults.map(({ text }) => text)
    expect(faults({ strictSandbox: true, toolLimits: { memoryMb: 64 } }, { strictSandbox: 'x' })).toEqual([])
    expect(faults({ strictSandox: true })).toEqual(['settings: There is no setting “strictSandox”.'])
    expect(faults({ toString: 1 })).toHaveLength(1)
    expect(faults({ strictSandbox: 'yes' })[0]).toContain('settings.strictSandbox: ')
    expect(faults({ toolLimits: { memoryMb: 1 } })[0]).toContain('settings.toolLimits.memoryMb: ')
    expect(faults({}, { strict: 'x' })).toEqual(['locked: There is no setting “strict”.'])
    const { line, column } = parse('{"version":1,\n "settings": {"theme": "blue"}}').faults[0] ?? {}
    expect({ line, column }).toEqual({ line: 2, column: 24 })
  })
  it('of any kind gives a policy or faults, never both, never an exception', () => {
    const any = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .constantFrom(
          '{"version":1,',
          '{"__proto__":{"version":1},"version":1}',
          '{"version":1,"settings":{"__proto__":{"x":1}}}',
        )
        .chain((start) => fc.string().map((rest) => start + rest)),
      // A good file with something else in the place of one of its parts.
      fc
        .tuple(
          fc.constantFrom('"a"', '"deny"', '["fs.read"]', '["/x"]', '1', '[{', '}', 'nothing'),
          fc.json(),
        )
        .map(([part, other]) =>
          '{"version":1,"rules":[{"id":"a","effect":"deny","capabilities":["fs.read"],"paths":["/x"]}]}'.replace(
            part,
            () => other,
          ),
        ),
    )
    let good = 0
    fc.assert(
      fc.property(any, (text) => {
        const { policy, faults: found } = parse(text)
        if (policy) good += 1
        expect(policy === null).toBe(found.length > 0)
        for (const { line, column } of found) expect(line > 0 && column > 0).toBe(true)
      }),
      runs(500),
    )
    expect(good).toBeGreaterThan(5)
    expect(({} as { version?: number }).version).toBeUndefined()
  })
})

describe('property lists', () => {
  const file = (name: string) => readFileSync(join(import.meta.dirname, 'testing', name))
  it('are read in both forms, as macOS keeps managed preferences', () => {
    const xml = readPlist(file('managed-xml.plist'))
    expect(xml).toMatchObject({
      kind: 'plist',
      value: {
        version: 1,
        rules: [{ id: 'no-ssh', reason: 'Größe & <b> ✓' }],
        settings: { promptBudget: 10, launchAtLogin: false, ratio: 0.5, big2: 5_000_000_000 },
      },
    })
    expect(readPlist(file('managed-binary.plist'))).toEqual(xml)
    // The example has values of every kind under names that are no settings; the rest of it is a policy.
    const value = xml.kind === 'plist' ? (xml.value as { settings: { launchAtLogin: boolean } }) : null
    const { launchAtLogin } = value?.settings ?? {}
    expect(parse(JSON.stringify({ ...value, settings: { launchAtLogin } })).faults).toEqual([])
  })
  it('that are damaged are said to be, however they are damaged', () => {
    const whole = file('managed-binary.plist')
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(whole.length),
        (at, by, length) => {
          const damaged = Buffer.from(whole)
          damaged[at] = (damaged[at] ?? 0) ^ by
          expect(['plist', 'none', 'broken']).toContain(readPlist(damaged).kind)
          expect(['none', 'broken']).toContain(
            readPlist(whole.subarray(0, Math.min(length, whole.length - 1))).kind,
          )
        },
      ),
    )
    expect(readPlist(Buffer.from('<plist><dict><key>a</key></dict></plist>')).kind).toBe('broken')
    expect(readPlist(Buffer.from('<plist><date>2020</date></plist>')).kind).toBe('broken')
    expect(readPlist(Buffer.from('{ "version": 1 }')).kind).toBe('none')
  })
})

describe('the two files', () => {
  const uid = process.getuid?.() ?? 0
  const places = () => ({
    personalFile: join(folder, 'config', 'policy.jsonc'),
    lastGoodFile: join(folder, 'data', 'last-good.jsonc'),
    managedFile: join(folder, 'etc', 'policy.json'),
  })
  const rule = (id: string, effect = 'deny') =>
    JSON.stringify({ version: 1, rules: [{ id, effect, capabilities: ['fs.read'], paths: ['/x'] }] })
  const put = (file: string, text: string, mode = 0o600) => {
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, text)
    chmodSync(file, mode)
  }
  const open = (watch = false) =>
    openPolicyBook({
      ...places(),
      managedOwner: uid,
      check: findRuleFaults,
      compile: (sources) => compilePolicy(sources, PLACES),
      watch,
    })
  const hit = (book: ReturnType<typeof open>) => {
    const compiled = book.compiled()
    return (
      compiled.failedClosed ??
      compiled.strictest(
        { capability: 'fs.read', resource: { kind: 'path', path: '/x/y' } },
        { id: 'a', kind: 'agent', name: 'A' },
        null,
      )?.rule ??
      null
    )
  }

  it('may both be missing', () => {
    const book = open()
    expect(hit(book)).toBeNull()
    expect(book.status()).toMatchObject({
      personal: { present: false, faults: [], usingLastGood: false },
      managed: { present: false, failedClosed: false },
    })
    expect(parse(book.text()).faults).toEqual([])
  })
  it('count together, the managed one first', () => {
    put(places().personalFile, rule('mine'))
    put(places().managedFile, rule('theirs'))
    expect(hit(open())).toBe('managed:theirs')
  })
  it('a broken managed one shuts everything, with its place', () => {
    put(places().managedFile, '{\n "version": 1,\n "rules": [{]}')
    const book = open()
    expect(hit(book)).toMatch(/can’t be used .*policy\.json, line 3, column \d+/)
    expect(book.status().managed).toMatchObject({ present: true, failedClosed: true })
    put(places().managedFile, `{ "version": 1, "rules": ${'['.repeat(50_000)} }`)
    expect(hit(open())).toContain('nested too deep')
  })
  it.skipIf(process.platform === 'win32')(
    'a managed one that others can change, or that is no plain file, shuts everything',
    () => {
      put(places().managedFile, rule('theirs'), 0o666)
      expect(hit(open())).toContain('Others than its owner can change it')
      put(places().managedFile, rule('theirs'), 0o600)
      const other = openPolicyBook({
        ...places(),
        managedOwner: uid + 1,
        check: findRuleFaults,
        compile: (sources) => compilePolicy(sources, PLACES),
        watch: false,
      })
      expect(hit(other)).toContain(`It belongs to user ${uid}`)
      rmSync(places().managedFile)
      mkdirSync(places().managedFile)
      expect(hit(open())).toContain('not a plain file')
    },
  )
  it('a broken personal one keeps the last good one, over a restart too, and says so', () => {
    put(places().personalFile, rule('mine'))
    expect(hit(open())).toBe('policy:mine')
    put(places().personalFile, '{ "version": 1, "rules": [ oops')
    const book = open()
    expect(hit(book)).toBe('policy:mine')
    expect(book.status().personal).toMatchObject({
      usingLastGood: true,
      rules: 1,
      faults: expect.arrayContaining([expect.objectContaining({ line: 1, column: 28 })]),
    })
  })
  it('a broken personal one with no good one known asks for everything', () => {
    put(places().personalFile, 'oops')
    expect(hit(open())).toBe('policy:broken-personal-file')
  })
  it('are read again when they change, within a moment, and also when they come and go', async () => {
    const book = open(true)
    const seen: number[] = []
    book.onChange((status) => seen.push(status.personal.rules))
    put(places().personalFile, rule('mine'))
    await vi.waitFor(() => expect(hit(book)).toBe('policy:mine'), { timeout: 30_000 })
    put(places().personalFile, '{ broken')
    await vi.waitFor(() => expect(book.status().personal.usingLastGood).toBe(true), { timeout: 30_000 })
    expect(hit(book)).toBe('policy:mine')
    put(places().managedFile, rule('theirs'))
    await vi.waitFor(() => expect(hit(book)).toBe('managed:theirs'), { timeout: 30_000 })
    rmSync(places().managedFile)
    rmSync(places().personalFile)
    await vi.waitFor(() => expect(hit(book)).toBeNull(), { timeout: 30_000 })
    expect(seen.length).toBeGreaterThan(2)
    book.close()
  })
  it('the personal one is saved whole or not at all', () => {
    const book = open()
    expect(book.save('{ "version": 1, }').kind).toBe('ok')
    expect(book.save('{ "version": 3 }')).toMatchObject({
      kind: 'refused',
      person: expect.stringMatching(/^Line 1, column 14: /),
    })
    expect(book.text()).toBe('{ "version": 1, }')
    expect(book.save(rule('mine')).kind).toBe('ok')
    expect(hit(book)).toBe('policy:mine')
  })
  it('a disk that takes nothing is said, and loses nothing', () => {
    put(places().personalFile, rule('mine'))
    writeFileSync(join(folder, 'data'), 'a file where a folder should be')
    const book = open()
    expect(hit(book)).toBe('policy:mine')
    rmSync(join(folder, 'config'), { recursive: true })
    writeFileSync(join(folder, 'config'), '')
    expect(book.save(rule('other')).kind).toBe('failed')
    expect(hit(book)).toBe('policy:mine')
  })
  it('give settings, the managed ones locked each by itself', () => {
    put(
      places().managedFile,
      JSON.stringify({
        version: 1,
        settings: { promptBudget: 5, theme: 'dark' },
        locked: { promptBudget: 'set by IT' },
      }),
    )
    put(places().personalFile, JSON.stringify({ version: 1, settings: { undoDays: 7 } }))
    const book = open()
    expect(book.settings()).toEqual({
      managed: { promptBudget: 5, theme: 'dark' },
      personal: { undoDays: 7 },
      locked: { promptBudget: 'set by IT' },
    })
    expect(book.status().locked).toEqual({ promptBudget: 'set by IT' })
  })
})

describe('places on the disk', () => {
  it('are resolved as far as they exist', () => {
    mkdirSync(join(folder, 'real', 'deep'), { recursive: true })
    symlinkSync(join(folder, 'real'), join(folder, 'link'))
    expect(resolvePlace(join(folder, 'link', 'deep'))).toBe(join(folder, 'real', 'deep'))
    expect(resolvePlace(join(folder, 'link', 'not', 'yet'))).toBe(join(folder, 'real', 'not', 'yet'))
  })
  it.skipIf(process.platform === 'win32')(
    'programs are found on the path, resolved, and only if they can be run',
    () => {
      mkdirSync(join(folder, 'bin'))
      writeFileSync(join(folder, 'bin', 'tool-1'), '#!/bin/sh\n', { mode: 0o755 })
      writeFileSync(join(folder, 'bin', 'text'), 'x', { mode: 0o644 })
      symlinkSync('tool-1', join(folder, 'bin', 'tool'))
      const places = lookUpPlaces({
        platform: 'linux',
        home: folder,
        own: [],
        searchPath: `/nowhere::${join(folder, 'bin')}`,
      })
      expect(places.resolveProgram('tool')).toBe(join(folder, 'bin', 'tool-1'))
      expect(places.resolveProgram('text')).toBeNull()
      expect(places.resolveProgram('none')).toBeNull()
    },
  )
})

describe('the published schema', () => {
  it('is current', () => {
    expect(
      readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'policy.schema.json'), 'utf8'),
      'run scripts/write-policy-schema.ts',
    ).toBe(policySchemaText())
  })
  it('says what each key means', () => {
    const schema = JSON.parse(policySchemaText()) as {
      properties: { rules: { items: { properties: Record<string, { description?: string }> } } }
    }
    const rule = schema.properties.rules.items.properties
    for (const key of [
      'id',
      'effect',
      'capabilities',
      'paths',
      'hosts',
      'commands',
    ] satisfies (keyof PolicyFile['rules'][number])[])
      expect(rule[key]?.description, key).toBeTruthy()
  })
})

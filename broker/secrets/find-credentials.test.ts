import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { CREDENTIAL_RULES } from './credential-rules.ts'
import { createCredentialFinder } from './find-credentials.ts'
import { createLeakScanner } from './leak-scanner.ts'
import { loadPreset } from './preset-rules.ts'
import {
  AROUND,
  CREDENTIALS,
  createRandom,
  innocentTexts,
  NAMED_CREDENTIALS,
} from './testing/credential-corpus.ts'

const ROUNDS = 3
const random = createRandom(20_260_503)
const scanner = createLeakScanner()
beforeAll(() => scanner.ready())

/** What must not be left: of an address and of a connection string, the password. */
function core(kind: string, value: string): string {
  if (/^address|address$/.test(kind)) return /:([^:@]*)@/.exec(value)?.[1] ?? value
  return /(?:Key|sig)=([^;&]+)/.exec(value)?.[1] ?? value
}
const left = (text: string, value: string) =>
  text.includes(value) || text.includes(JSON.stringify(value).slice(1, -1))

function inChunks(text: string, size: number): string {
  const stream = scanner.stream({ credentials: true })
  let out = ''
  for (let at = 0; at < text.length; at += size) out += stream.push(text.slice(at, at + size))
  return out + stream.end()
}

/** As commands print a file. */
const SHOWN_IN_PART: Record<string, (lines: string[]) => string> = {
  'its beginning': (lines) => lines.slice(0, 4).join('\n'),
  'its beginning, in the text of a record': (lines) =>
    JSON.stringify({ out: `${lines.slice(0, 4).join('\n')}\n`, n: 1 }),
  quoted: (lines) => lines.map((line) => `> ${line}`).join('\n'),
  'as what was added': (lines) => lines.map((line) => `+${line}`).join('\n'),
  'with numbers': (lines) => lines.map((line, n) => `${String(n + 1).padStart(6)}\t${line}`).join('\n'),
  'as lines of a file that was searched': (lines) => lines.map((line, n) => `id_rsa:${n}:${line}`).join('\n'),
  'its beginning, quoted': (lines) =>
    lines
      .slice(0, 5)
      .map((line) => `> ${line}`)
      .join('\n'),
}

describe('a credential that nobody registered is found', () => {
  for (const [kind, make] of Object.entries(CREDENTIALS))
    test(`${kind}, wherever it stands`, () => {
      for (let round = 0; round < ROUNDS; round++)
        for (const [where, put] of Object.entries(AROUND)) {
          const value = make(random)
          const text = put(value)
          const { redacted, hits } = scanner.scan(text)
          expect(hits.length, `${where}: ${text}`).toBeGreaterThan(0)
          expect(left(redacted, core(kind, value)), `${where}: ${redacted}`).toBe(false)
        }
    })

  for (const [kind, make] of Object.entries(NAMED_CREDENTIALS))
    test(`${kind}, by the words around it`, () => {
      for (let round = 0; round < ROUNDS * 5; round++) {
        const [before, value, after] = make(random)
        expect(scanner.scan(before + value + after).redacted, before + value + after).not.toContain(value)
      }
    })

  test.each(Object.entries(SHOWN_IN_PART))('a private key of which a part is shown: %s', (_how, show) => {
    for (const kind of [
      'RSA private key',
      'OpenSSH private key',
      'encrypted private key',
      'PGP private key',
    ]) {
      const key = CREDENTIALS[kind]?.(random) ?? ''
      const text = `first\n${show(key.split('\n'))}\n$ ls -la\ntotal 3 and more\nlast\n`
      const body = key.split('\n').filter((line) => line.length === 64)
      for (const cleaned of [scanner.scan(text).redacted, inChunks(text, 7), inChunks(text, 3000)]) {
        for (const line of body) expect(cleaned, kind).not.toContain(line)
        expect(cleaned).toContain('total 3 and more\nlast')
        expect(cleaned).toContain('first\n')
      }
    }
  })

  test('a Discord token of which no part but the number has a digit', () => {
    const token = `${Buffer.from('1077707770777077707').toString('base64url')}.GabcDe.${'aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgHiJkL'}`
    expect(scanner.scan(`x ${token} y`).hits.map(({ what }) => what)).toEqual(['Discord token'])
  })

  test('a key of PuTTY of which the end is not shown', () => {
    const lines = Array.from({ length: 5 }, () => random('base64', 64))
    const head =
      'PuTTY-User-Key-File-3: ssh-rsa\r\nEncryption: none\r\nComment: me\r\nPublic-Lines: 1\r\nAAAAB3Nz\r\n'
    const text = `${head}Private-Lines: 14\r\n${lines.join('\r\n')}\r\n`
    for (const cleaned of [scanner.scan(text).redacted, inChunks(text, 7)])
      for (const line of lines) expect(cleaned).not.toContain(line)
  })

  test('in a stream, cut anywhere, with lines around it', () => {
    const filler = innocentTexts(random).prose?.slice(0, 6000) ?? ''
    for (const [kind, make] of Object.entries(CREDENTIALS)) {
      const value = make(random)
      const text = `${filler}\nvalue ${value}\n${filler}`
      for (const size of [1, 7, 64, 5000])
        expect(left(inChunks(text, size), core(kind, value)), `${kind} by ${size}`).toBe(false)
    }
  })
})

describe('innocent text is left alone', () => {
  for (const kind of Object.keys(innocentTexts(createRandom(1))))
    test(kind, () => {
      for (let seed = 1; seed <= ROUNDS; seed++) {
        const text = innocentTexts(createRandom(seed))[kind] ?? ''
        expect(scanner.scan(text).hits.map(({ what, start, end }) => [what, text.slice(start, end)])).toEqual(
          [],
        )
      }
    })

  test('the lock file, the pictures and the pages of this repository', () => {
    const root = path.resolve(import.meta.dirname, '../..')
    const pictures = readdirSync(path.join(root, 'docs/img')).filter((name) => name.endsWith('.png'))
    const texts = [
      readFileSync(path.join(root, 'package-lock.json'), 'utf8'),
      ...readdirSync(path.join(root, 'docs'))
        .map((name) => path.join(root, 'docs', name))
        .filter((file) => statSync(file).isFile())
        .map((file) => readFileSync(file, 'utf8')),
      ...pictures.slice(0, 4).map((name) => readFileSync(path.join(root, 'docs/img', name), 'base64')),
    ]
    for (const text of texts)
      expect(scanner.scan(text).hits.map(({ what, start }) => [what, text.slice(start, start + 60)])).toEqual(
        [],
      )
  })
})

test('what a rule of the preset finds, stands where one of its marks does', async () => {
  for (const { marks, find } of await loadPreset()) {
    expect(marks.length).toBeGreaterThan(0)
    for (const make of Object.values(CREDENTIALS)) {
      const text = `x ${make(random)} y`
      if (!marks.some((mark) => text.toLowerCase().includes(mark.toLowerCase())))
        expect(find(text)).toEqual([])
    }
  }
})

describe('the preset', () => {
  /** Only the preset knows this kind. */
  const onlyTheirs = (r = random) => `vcp_${r('alnum', 56)}`

  test('is loaded by the first look into a text, and nobody has to ask for it', async () => {
    const fresh = createLeakScanner()
    expect(fresh.scan('nothing in here').hits).toEqual([])
    await vi.waitFor(() => expect(fresh.scan(`x ${onlyTheirs()} y`).hits).toHaveLength(1), 20_000)
  })

  test('that could not be loaded is said, and tried again', async () => {
    const faults: unknown[] = []
    let broken = true
    const finder = createCredentialFinder(
      async () => {
        if (broken) throw new Error('no such module')
        return loadPreset()
      },
      (fault) => faults.push(fault),
    )
    finder.find('x')
    await vi.waitFor(() => expect(faults).toHaveLength(1), 20_000)
    broken = false
    await vi.waitFor(() => expect(finder.find(`x ${onlyTheirs()} y`)).toHaveLength(1), 20_000)
  })
})

test('each rule is tried at its marks only, with a shape that sticks', () => {
  for (const { shape, marks } of CREDENTIAL_RULES) {
    expect(shape.sticky).toBe(true)
    for (const mark of marks) expect(mark).toMatch(/^[!-~]{3,}$/)
  }
})

const BEGIN = '-----BEGIN PRIVATE KEY-----\n'
test.each([
  ['headers that can be read in many ways', `${BEGIN}${'ABCDEFGHIJKLMNO: x\n'.repeat(6)}!\n`.repeat(100)],
  ['beginnings without an end', BEGIN.repeat(4_000)],
  ['blank lines', `${BEGIN}${'\n'.repeat(8)}!\n`.repeat(2_000)],
  ['data of manifests', 'kind: Secret\ndata:\n  a: !\n'.repeat(4_000)],
  ['white space of netrc', `machine a login b ${'\n> \\n'.repeat(20_000)}`],
  ['marks of a web key', '"kty"'.repeat(20_000)],
])('a text made to hold up the scan does not: %s', (_, text) => {
  // Without its guards the first of these takes minutes.
  expect(scanner.scan(text).hits).toEqual([])
})

import { describe, expect, test } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import { createCredentialFinder } from './find-credentials.ts'
import { createLeakScanner } from './leak-scanner.ts'

const code = (char: string) => char.codePointAt(0) ?? 0
const bytes = (char: string) =>
  [...Buffer.from(char, 'utf8')].map((byte) => byte.toString(16).padStart(2, '0'))
const units = (char: string) => char.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'))
const reverse = (text: string) => [...text].reverse().join('')
const b64 = (text: string) => Buffer.from(text).toString('base64')
const b64url = (text: string) => Buffer.from(text).toString('base64url')
const joined = (text: string, between: string) => [...text].join(between)

/** Ways in which one character travels; each stands for itself wherever it is mixed with the others. */
const SPELLINGS: Record<string, (char: string) => string> = {
  percent: (char) =>
    bytes(char)
      .map((byte) => `%${byte.toUpperCase()}`)
      .join(''),
  'percent twice': (char) =>
    bytes(char)
      .map((byte) => `%25${byte}`)
      .join(''),
  unicode: (char) =>
    units(char)
      .map((unit) => `\\u${unit}`)
      .join(''),
  'unicode twice': (char) =>
    units(char)
      .map((unit) => `\\\\u${unit.toUpperCase()}`)
      .join(''),
  'unicode in braces': (char) => `\\u{${code(char).toString(16)}}`,
  'bytes in a string': (char) =>
    bytes(char)
      .map((byte) => `\\x${byte}`)
      .join(''),
  'HTML decimal': (char) => `&#${code(char)};`,
  'HTML hex': (char) => `&#x${code(char).toString(16).toUpperCase()};`,
  'HTML twice': (char) => `&amp;#${code(char)};`,
  'as old scripts escape it': (char) =>
    units(char)
      .map((unit) => `%u${unit}`)
      .join(''),
  octal: (char) =>
    [...Buffer.from(char, 'utf8')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  // As models write when they are told to; what has no such form stays as it is.
  'in full width': (char) => (/[!-~]/.test(char) ? String.fromCodePoint(code(char) + 0xfee0) : char),
  'as tags that nobody sees': (char) =>
    /[!-~]/.test(char) ? String.fromCodePoint(code(char) + 0xe0000) : char,
}
const ENTITIES: Record<string, string> = {
  '&': 'amp',
  '<': 'lt',
  '"': 'quot',
  "'": 'apos',
  '/': 'sol',
  '+': 'plus',
  '=': 'equals',
  _: 'lowbar',
  '.': 'period',
  '%': 'percnt',
  $: 'dollar',
  '#': 'num',
  '@': 'commat',
  '!': 'excl',
}
const ENCODINGS: Record<string, (value: string) => string> = {
  plain: (value) => value,
  url: encodeURIComponent,
  form: (value) => new URLSearchParams({ a: value }).toString().slice(2),
  json: (value) => JSON.stringify(value).slice(1, -1),
  'json in json': (value) => JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1),
  hex: (value) => Buffer.from(value).toString('hex'),
  'hex with colons': (value) => bytes(value).join(':').toUpperCase(),
  'hex with 0x': (value) =>
    bytes(value)
      .map((byte) => `0x${byte}`)
      .join(', '),
  base64: (value) => Buffer.from(value).toString('base64'),
  'base64 inside': (value) => Buffer.from(`u:${value}`).toString('base64'),
  'base64 deeper inside': (value) => Buffer.from(`user:${value}!?`).toString('base64url'),
  'base64 in an address': (value) => encodeURIComponent(Buffer.from(`a${value}bc`).toString('base64')),
  'base64 in lines': (value) =>
    (
      Buffer.from(value)
        .toString('base64')
        .match(/.{1,8}/g) ?? []
    ).join('\r\n'),
  'base64 reversed': (value) => Buffer.from(reverse(value)).toString('base64'),
  reversed: reverse,
  'base64 of base64': (value) => b64(b64(value)),
  'base64 of base64, inside': (value) => b64(`x=${b64(`user:${value}`)}`),
  'base64 of base64 for addresses': (value) => b64(b64url(`a:${value}`)),
  'base64 of hex': (value) => b64(Buffer.from(value).toString('hex')),
  'base64 of what is escaped for an address': (value) => b64(`q=${encodeURIComponent(value)}&r`),
  'base64 of JSON': (value) => b64(JSON.stringify({ a: value })),
  'base64 turned round': (value) => reverse(b64(value)),
  'base64 as Windows writes it': (value) => Buffer.from(`$x="${value}"`, 'utf16le').toString('base64'),
  'hex of base64': (value) => Buffer.from(b64(value)).toString('hex'),
  'hex turned round': (value) => reverse(Buffer.from(value).toString('hex')),
  'HTML by name': (value) =>
    [...value].map((char) => (ENTITIES[char] === undefined ? char : `&${ENTITIES[char]};`)).join(''),
  'with zero-width spaces': (value) => joined(value, '\u200b'),
  'with spaces': (value) => joined(value, ' '),
  'percent, twice': (value) => [...Buffer.from(value)].map((byte) => `%25${hexByte(byte)}`).join(''),
  'an address in an address': (value) => encodeURIComponent(encodeURIComponent(value)),
  'entities, twice': (value) =>
    value.replace(
      /[&<>"]/g,
      (char) => ({ '&': '&amp;amp;', '<': '&amp;lt;', '>': '&amp;gt;', '"': '&amp;quot;' })[char] ?? char,
    ),
  'over lines': (value) => joined(value, '\n  '),
  'over escaped lines': (value) => joined(value, '\\n'),
  'with blanks that are letters': (value) => joined(value, '\u3164'),
  'HTML without its semicolons': (value) => `${[...value].map((char) => `&#${code(char)}`).join('')} `,
  'numbers of a buffer': (value) => JSON.stringify(Buffer.from(value)),
  'numbers of a list, in lines': (value) => JSON.stringify([...Buffer.from(value)], null, 2),
  'hex, big end first': (value) => Buffer.from(value, 'utf16le').swap16().toString('hex'),
  'base64, big end first': (value) => Buffer.from(`p=${value}`, 'utf16le').swap16().toString('base64'),
  decomposed: (value) => value.normalize('NFD'),
  base32: (value) => base32(value),
  'base32 inside, small': (value) => base32(`u:${value}!`).toLowerCase().replace(/=+$/, ''),
  'base32 in the labels of a host': (value) =>
    (
      base32(value)
        .replace(/=+$/, '')
        .match(/.{1,60}/g) ?? []
    ).join('.'),
  'base32 of the other alphabet': (value) => base32(value, '0123456789ABCDEFGHIJKLMNOPQRSTUV'),
  'base64 three deep': (value) => b64(b64(b64(value))),
  'base64 three deep, inside': (value) => b64(`q${b64url(`ab${b64(`c:${value}`)}`)}`),
  'base64 of base64 in lines': (value) => b64(`${inLines(b64(value), '\n')}\n`),
  'base64 of base64 in lines of mail, in lines': (value) => inLines(b64(inLines(b64(value), '\r\n')), '\n'),
  'base64 of what is percent, each character': (value) => b64(eachPercent(value)),
  'hex of what is Unicode, each character': (value) =>
    hexOf([...value].map(SPELLINGS.unicode as Spell).join('')),
  'base64 of HTML': (value) => b64([...value].map(SPELLINGS['HTML decimal'] as Spell).join('')),
  'base64 of hex with colons': (value) => b64(bytes(value).join(':')),
  'percent turned round': (value) => reverse(eachPercent(value)),
  'HTML turned round': (value) => reverse([...value].map(SPELLINGS['HTML decimal'] as Spell).join('')),
  'base64 of base64 turned round': (value) => reverse(b64(b64(value))),
  'numbers of a list in Go': (value) => `[${[...Buffer.from(value)].join(' ')}]`,
  'numbers in lines': (value) => [...Buffer.from(value)].join(';\n'),
  'as Latin letters': (value) => Buffer.from(value).toString('latin1'),
  'a quote in a table': (value) => value.replaceAll('"', '""'),
  'a quote in a shell': (value) => value.replaceAll("'", "'\\''"),
  'with the colors of a terminal': (value) => joined(value, '\u001b[01;31m\u001b[K'),
  'Latin letters by name': (value) =>
    [...value].map((char) => ({ ä: '&auml;', ß: '&szlig;' })[char] ?? char).join(''),
  'JSON in an address': (value) => encodeURIComponent(JSON.stringify(value).slice(1, -1)),
  'JSON of ASCII, in base64': (value) => b64(JSON.stringify({ key: value }).replace(/[^ -~]/g, inUnicode)),
  'JSON of ASCII, in an address': (value) =>
    encodeURIComponent(
      JSON.stringify(value)
        .slice(1, -1)
        .replace(/[^ -~]/g, inUnicode),
    ),
  'JSON in HTML': (value) => eachHtml(JSON.stringify(value).slice(1, -1)),
  'Unicode in an address': (value) => encodeURIComponent([...value].map(SPELLINGS.unicode as Spell).join('')),
  'HTML in an address': (value) => encodeURIComponent(eachHtml(value)),
  'an address in HTML': (value) => eachHtml(encodeURIComponent(value)),
  'an address in JSON': (value) => [...encodeURIComponent(value)].map(SPELLINGS.unicode as Spell).join(''),
  'a dump by xxd': (value) => dump(value, (at) => `${at.slice(1)}: `, '  '),
  'a dump by hexdump': (value) => dump(value, (at) => `${at}  `, '  |'),
  'base64 as Windows writes it, reversed': (value) => utf16(reverse(value)).toString('base64'),
  'base64 of base64 as Windows writes it': (value) => b64(utf16(value).toString('base64')),
  'base64 of hex as Windows writes it': (value) => b64(utf16(value).toString('hex')),
  'base64 of base64, each turned round': (value) => b64(reverse(b64(value))),
  'base64 of hex turned round': (value) => b64(reverse(hexOf(value))),
  'hex of base64 turned round': (value) => hexOf(reverse(b64(value))),
  'base64 reversed, turned round': (value) => reverse(b64(reverse(value))),
  'bytes turned round, in base64': (value) => Buffer.from(value).reverse().toString('base64'),
  'base64 in Latin-1': (value) =>
    isLatin(value) ? Buffer.from(`u:${value}`, 'latin1').toString('base64') : b64(value),
  'hex in Latin-1': (value) => (isLatin(value) ? Buffer.from(value, 'latin1').toString('hex') : hexOf(value)),
  'a quote in PowerShell': (value) => value.replace(/["$`]/g, '`$&'),
  'a quote at the prompt of Windows': (value) => value.replace(/["&|<>^()%!]/g, '^$&'),
  'numbers of an object': (value) => JSON.stringify({ ...Buffer.from(value) }),
  'numbers of an object, in lines': (value) => JSON.stringify({ ...Buffer.from(value) }, null, 2),
  'joined in source': (value) => inPieces(value, (piece) => `'${piece}'`, ' + '),
  'joined in source, over lines': (value) => inPieces(value, (piece) => `"${piece}"`, ' \\\n    '),
  'joined in source, base64': (value) => inPieces(b64(value), (piece) => `"${piece}"`, ' . '),
  'joined in source, in JSON': (value) => inPieces(value, (piece) => `\\"${piece}\\"`, ', '),
  'quoted-printable in lines': (value) =>
    inLines(
      [...value]
        .flatMap(bytes)
        .map((byte) => `=${byte}`)
        .join(''),
      '=\r\n',
      6,
    ),
  'base64 in lines, quoted': (value) => `> ${inLines(b64(value), '\n> ', 12)}`,
  'base64 in lines, as what was added': (value) => `+${inLines(b64(value), '\n+', 12)}`,
}

type Spell = (char: string) => string
const inUnicode = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
const hexOf = (text: string) => Buffer.from(text).toString('hex')
const inLines = (text: string, end: string, width = 76) =>
  text.replace(new RegExp(`.{${width}}(?=.)`, 'g'), `$&${end}`)
const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const isLatin = (text: string) => /^[\0-\xff]*$/.test(text)
/** Of five characters each, never within one. */
const inPieces = (text: string, quote: (piece: string) => string, between: string) =>
  (text.match(/.{1,5}/gu) ?? []).map(quote).join(between)
const eachPercent = (text: string) => [...text].map(SPELLINGS.percent as Spell).join('')
const eachHtml = (text: string) => [...text].map(SPELLINGS['HTML hex'] as Spell).join('')

function base32(text: string, alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const signs = (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)])
  return signs.join('').padEnd(Math.ceil(signs.length / 8) * 8, '=')
}

/** Eight bytes a line, with where they stand and the letters that they are. */
function dump(text: string, lead: (at: string) => string, between: string): string {
  const lines = (hexOf(`KEY=${text}`).match(/.{1,16}/g) ?? []).map((hex, at) => {
    const seen = Buffer.from(hex, 'hex')
      .toString('latin1')
      .replace(/[^!-~]/g, '.')
    return lead((at * 8).toString(16).padStart(9, '0')) + hex.replace(/.{4}(?=.)/g, '$& ') + between + seen
  })
  return lines.join('\n')
}

/** Of these a part of the last character's escape may stay, or what was encoded around the value goes too. */
const LEAVES_MORE =
  /base64|base32|0x|turned|numbers|big end|semicolons|dump|hex of|hex in|Latin|quote|joined|(?:JSON|HTML|Unicode|address) in (?!an address$)|^(?:JSON|HTML|Unicode) in/

const hexByte = (byte: number) => byte.toString(16).padStart(2, '0')

const visible = fc.string({
  minLength: 8,
  maxLength: 40,
  unit: fc.constantFrom(...'abcXYZ019-_.~+/=%&\\"\'<>$#@!äß漢😀'),
})
const token = fc.string({
  minLength: 8,
  maxLength: 60,
  unit: fc.constantFrom(...'abcdefGHIJKL0123456789_-+/='),
})
const value = fc.oneof(visible, token)
/** Ends before and after the value with what belongs to no encoding. */
const around = fc.constantFrom(['', ''], ['{"a": "', '"}'], ['key: ', '\nmore'], ['<p>', '</p>'], ['(', ')'])
const settings = runs(150)

function scannerFor(...values: string[]) {
  const scanner = createLeakScanner()
  scanner.watch(values.map((each, i) => ({ what: `secret:s${i}`, value: each })))
  return scanner
}

function pushAll(scanner: ReturnType<typeof scannerFor>, text: string, sizes: number[]): string {
  const stream = scanner.stream()
  let out = ''
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    out += stream.push(text.slice(at, at + size))
    at += size
  }
  return out + stream.end()
}

describe('a registered value is found and taken out', () => {
  for (const [name, encode] of Object.entries(ENCODINGS))
    test(`written as: ${name}`, () => {
      fc.assert(
        fc.property(value, around, (secret, [before, after]) => {
          const written = encode(secret)
          const { text, hits } = scannerFor(secret).redactKnown(before + written + after)
          expect(hits.map(({ what }) => what)).toContain('secret:s0')
          if (!LEAVES_MORE.test(name)) expect(text).toBe(`${before}[secret:s0 removed]${after}`)
        }),
        settings,
      )
    })

  for (const [name, encode] of Object.entries(ENCODINGS))
    test(`in two pieces, cut anywhere, written as: ${name}`, () => {
      fc.assert(
        fc.property(value, around, (secret, [before, after]) => {
          const text = before + encode(secret) + after
          const scanner = scannerFor(secret)
          const whole = scanner.redactKnown(text).text
          for (let at = 1; at < text.length; at += Math.ceil(text.length / 80))
            expect(pushAll(scanner, text, [at, text.length])).toBe(whole)
        }),
        runs(12),
      )
    })

  for (const [name, spell] of Object.entries(SPELLINGS))
    test(`each character escaped as: ${name}`, () => {
      fc.assert(
        fc.property(value, around, (secret, [before, after]) => {
          const text = before + [...secret].map(spell).join('') + after
          const scanner = scannerFor(secret)
          const clean = scanner.redactKnown(text).text
          // A sign before the value, as it begins itself, may be taken for the one that nobody sees.
          if (name.includes('tags')) expect(clean).toMatch(/^.{0,7}\[secret:s0 removed\].{0,7}$/s)
          else expect(clean).toBe(`${before}[secret:s0 removed]${after}`)
          expect(pushAll(scanner, text, [1])).toBe(clean)
        }),
        settings,
      )
    })

  test('when letters and digits are plain or escaped at will, each in another way', () => {
    const alnum = fc.string({
      minLength: 8,
      maxLength: 40,
      unit: fc.constantFrom(...'abcXYZ019-_.~+/äß漢😀'),
    })
    const ways = fc.array(
      fc.constantFrom((char: string) => char, ...Object.values(SPELLINGS)),
      { minLength: 40, maxLength: 40 },
    )
    fc.assert(
      fc.property(alnum, ways, (secret, spell) => {
        const written = [...secret].map((char, i) => spell[i]?.(char) ?? char).join('')
        expect(scannerFor(secret).redactKnown(`"${written}"`).text).toBe('"[secret:s0 removed]"')
      }),
      settings,
    )
  })

  test('when the stream comes in pieces of any size, with the same result as in one', () => {
    fc.assert(
      fc.property(
        value,
        fc.constantFrom(...Object.values(ENCODINGS)),
        around,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
        (secret, encode, [before, after], sizes) => {
          const text = before + encode(secret) + after
          const scanner = scannerFor(secret)
          expect(pushAll(scanner, text, sizes)).toBe(scanner.redactKnown(text).text)
        },
      ),
      settings,
    )
  })

  test('to its last character, which is the mark of an escape too, in pieces as in one', () => {
    const scanner = scannerFor('ends-ir\\')
    const text = `${joined('ends-ir', '\\n')}\\n\\`
    expect(scanner.redactKnown(text).text).toBe('[secret:s0 removed]')
    for (let at = 1; at < text.length; at++)
      expect(pushAll(scanner, text, [at, text.length]), `cut at ${at}`).toBe('[secret:s0 removed]')
  })

  test('of a private key each line, however it is quoted, numbered or cut', () => {
    const line = (n: number) => Buffer.from(`${n}`.repeat(48)).toString('base64')
    const body = Array.from({ length: 9 }, (_, n) => line(n + 1))
    const key = ['-----BEGIN RSA PRIVATE KEY-----', ...body, '-----END RSA PRIVATE KEY-----'].join('\n')
    const scanner = scannerFor(
      key,
      JSON.stringify({ type: 'account', private_key: key.replaceAll('1', '0') }),
    )
    const ways = {
      'without its frame': body.join(''),
      'as a change': body.map((each) => `+${each}`).join('\n'),
      quoted: body.map((each) => `> ${each}`).join('\n'),
      found: body.map((each, n) => `id_rsa:${n}:${each}`).join('\n'),
      'its end': body.slice(4).join('\n'),
    }
    for (const [how, text] of Object.entries(ways))
      for (const cleaned of [scanner.redactKnown(text).text, pushAll(scanner, text, [11])])
        for (const each of body) expect(cleaned, how).not.toContain(each)
    expect(scanner.redactKnown('"type": "account"').hits).toEqual([])
  })

  test('of a private key as a whole, encoded twice', () => {
    const body = Array.from({ length: 50 }, (_, n) => b64(`${n}`.repeat(48)).slice(0, 64))
    const key = ['-----BEGIN PRIVATE KEY-----', ...body, '-----END PRIVATE KEY-----'].join('\n')
    const scanner = scannerFor(key)
    for (const way of [
      'base64 of base64',
      'base64 of hex',
      'hex of base64',
      'base64 turned round',
      'base64 of JSON',
    ])
      for (const cleaned of [scanner.redactKnown(ENCODINGS[way]?.(key) ?? '').text])
        expect(cleaned, way).toMatch(/^.{0,16}\[secret:s0 removed\].{0,16}$/)
    const turned = body.map(reverse)
    for (const line of turned) expect(scanner.redactKnown(turned.join('\n')).text).not.toContain(line)
  })

  test('when one value is the start of another, or overlaps it: nothing of either stays', () => {
    const scanner = scannerFor('abcdef-123', 'abcdef-123-456-789', '789-tail-of-it')
    expect(scanner.redactKnown('x abcdef-123-456-789-tail-of-it y').text).toBe('x [secret:s1 removed] y')
    expect(pushAll(scanner, 'x abcdef-123-456-789-tail-of-it y', [1])).toBe('x [secret:s1 removed] y')
  })

  test('in the keys, strings and numbers of JSON', () => {
    const { value: clean, hits } = scannerFor('12345678', 'key-of-it').redactJson({
      'key-of-it': [12345678, 'ok'],
    })
    expect(clean).toEqual({ '[secret:s1 removed]': ['[secret:s0 removed]', 'ok'] })
    expect(hits).toHaveLength(2)
  })
})

describe('what is no secret stays as it is', () => {
  test('a text that holds no value, in one piece or in many', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300, unit: 'binary' }),
        fc.integer({ min: 1, max: 50 }),
        (text, size) => {
          const scanner = scannerFor('never-in-here-4711')
          expect(scanner.redactKnown(text).text).toBe(text)
          expect(pushAll(scanner, text, [size])).toBe(text)
        },
      ),
      settings,
    )
  })

  test('normal text, hashes, UUIDs, lock files, addresses and classes', () => {
    const normal = [
      'sha512-9NhCeYjq9+3uxgdtp20LSiJXJvN0FeCtNGpJxuMFZ1Kv3cWUNb6DOhJwUvcVCzKGR66cw4njwM6hrJLqgOwbcw==',
      'https://registry.example.org/a/-/a-1.0.0.tgz',
      '123e4567-e89b-12d3-a456-426614174000',
      'd41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e',
      'class="sk-toggleable-content-for-the-long-panel-of-settings-two"',
      'postgres://user:password@localhost/db',
      'https://example.com:8080/a@b',
      `$${'{'}URL}://$${'{'}USER}:$${'{'}PASSWORD}@host`,
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    ].join('\n')
    expect(scannerFor('never-in-here-4711').scan(normal).hits).toEqual([])
  })

  test('a value too short to be looked for', () => {
    expect(scannerFor('abc').scan('abc').hits).toEqual([])
  })
})

test.each([
  ['AWS access key', `AKIA${'IOSFODNN7EXAMPLE'}`],
  ['GitHub token', `ghp_${'a1B2'.repeat(9)}`],
  ['Anthropic key', `sk-ant-${'api03-aB3'.repeat(5)}`],
  ['OpenAI key', `sk-proj-${'aB3d'.repeat(12)}`],
  ['password in an address', 'postgres://admin:hunter2-x@db.example.com/x'],
])('an unknown credential is found by its shape: %s', (what, credential) => {
  const { hits, redacted } = createLeakScanner().scan(`a ${credential} b`)
  expect(hits.map((hit) => hit.what)).toEqual([what])
  expect(redacted).not.toContain(credential)
})

describe('a text made to hold up the scan does not', () => {
  const [same, mixed] = ['a'.repeat(40), 'sk-Ab0_9/x'.repeat(4)]
  test.each([
    ['lines of a dump', '00000010: 6161 6161 6161 6161  aaaaaaaa\n'],
    ['places of a dump', '\n00000010  '],
    ['quoted lines', '\n> a'],
    ['signs of quoting', '\n> > > > > > '],
    ['escapes of escapes', '%5C%5Cu0061%26%2397%3B'],
    ['marks, escaped', '%25%26%5C%3D'],
    ['entities of entities', '&#92;&#92;&amp;#92;&#37;'],
    ['colors', '\u001b[31ma'],
    ['beginnings of colors', '\u001b['],
    ['numbers', '97 97,'],
    ['separators of numbers', '97 , ; '],
    ['base32', 'MFQWC.YLB-'],
    ['hex', '61 61  61\n'],
    ['ends of texts in source', 'aaa"a" + "'],
    ['quotes', '"a\\"\''],
    ['places of numbers', '97,"1": 97,"'],
    ['soft ends of lines', '=61=\r\n'],
    ['entities without an end', '&amp&ltamp&quot'],
  ])('%s', (_, piece) => {
    // What is read over and over takes minutes.
    for (const [value, size] of [
      [same, 8_000],
      [mixed, 100_000],
    ] as const) {
      const text = piece.repeat(Math.ceil(size / piece.length))
      scannerFor(value).redactKnown(text)
      pushAll(scannerFor(value), text, [4096])
    }
  })
})

describe('what can’t be seen between the characters of a value', () => {
  const value = 'ghp_0123456789abcdefghij'
  const watching = () => {
    const scanner = createLeakScanner()
    scanner.watch(Array.from({ length: 20 }, (_, n) => ({ what: `secret:s${n}`, value: `${value}${n}x` })))
    return scanner
  }
  test.each([
    '%00',
    '\\000',
    '\\u0000',
    '&#0;',
    '\\x00',
    '=00',
    '\u200b',
    '\0',
    ' \u{e0020}',
  ])('is passed over, few and many: %j', (unseen) => {
    for (const many of [1, 3, 4, 5, 20, 24]) {
      const text = `<${[...`${value}7x`].join(unseen.repeat(many))}>`
      expect(watching().scan(text).hits, `${many}`).toMatchObject([{ what: 'secret:s7' }])
    }
  })
  test.each([
    '%00',
    '\\0',
    '\\u0000',
    '&#0',
    '\\x00',
    '=00',
    '\u{e0061}',
    '0%00',
    'g%00',
    '%u0061',
  ])('does not hold up the scan when there is nothing else: %j', (unseen) => {
    // Read again from each place where a value could begin, this takes a minute and more.
    const { hits } = watching().scan(unseen.repeat(Math.ceil(150_000 / unseen.length)))
    expect(hits).toEqual([])
  })
})

test('what is looked for is what was watched last, however often that changes', () => {
  const scanner = createLeakScanner()
  const [one, two] = [
    { what: 'secret:one', value: 'first-of-the-values' },
    { what: 'secret:two', value: 'second-of-the-values' },
  ]
  const named = () => scanner.scan(`${one.value} ${two.value}`).hits.map(({ what }) => what)
  scanner.watch([one])
  expect(named()).toEqual(['secret:one'])
  scanner.watch([one, two])
  expect(named()).toEqual(['secret:one', 'secret:two'])
  scanner.watch([{ ...two, what: 'secret:renamed' }])
  expect(named()).toEqual(['secret:renamed'])
  scanner.watch([])
  expect(named()).toEqual([])
})

test.each([
  '_',
  '+',
  '%20',
  ' ',
])('a pass phrase is found with “%s” for its spaces, whatever its first word', (space) => {
  for (const phrase of ['a plain pass phrase', 'my secret pass phrase', 'correct horse battery staple']) {
    const { redacted } = scannerFor(phrase).scan(`<${phrase.replaceAll(' ', space)}>`)
    expect(redacted, phrase).toBe('<[secret:s0 removed]>')
  }
})

test.each([
  '\n - ',
  '\n # ',
  '\n+',
  '\n12: ',
  '\u001b[31m',
])('lines that begin with %j do not have every value tried whose first sign stands before them', (before) => {
  let steps = 0
  const count = { read() {}, step: () => void steps++, look() {} }
  const scanner = createLeakScanner(createCredentialFinder(), count)
  scanner.watch(Array.from({ length: 20 }, (_, n) => ({ what: `secret:${n}`, value: `${n}`.repeat(24) })))
  scanner.redactKnown(`${before}one of the lines that say a word or two9`.repeat(100))
  // Each place that is read takes one or two; all values that begin with one sign are hundreds.
  expect(steps).toBeLessThan(100 * 30)
})

test('a text that was clean is looked through anew when there is another value', () => {
  const scanner = createLeakScanner(createCredentialFinder())
  scanner.watch([{ what: 'secret:one', value: 'violet-harbor-71' }])
  const text = 'so far this is no secret: copper-lantern-29'
  expect(scanner.redactKnown(text)).toEqual({ text, hits: [] })
  expect(scanner.redactJson({ text }).hits).toEqual([])
  scanner.watch([{ what: 'secret:two', value: 'copper-lantern-29' }])
  expect(scanner.redactKnown(text).text).toBe('so far this is no secret: [secret:two removed]')
  scanner.watch([])
  expect(scanner.redactKnown(text)).toEqual({ text, hits: [] })
})

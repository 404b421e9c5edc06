/** What the tables pass over holds nothing: every form, tried at every place of a text, finds the same. */
import { expect, test } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import type { LeakHit } from '../ports.ts'
import { encodeSecret } from './encode-secret.ts'
import { createEscapeReads } from './escape-reads.ts'
import { merge } from './merge-hits.ts'
import { type Needles, prepareNeedles, withEdges } from './needles.ts'
import { NO_PACE } from './pace.ts'
import { SequenceReader } from './read-sequence.ts'

const FEWEST_CODES = 6

const formsOf = (values: readonly string[]) =>
  values.flatMap((value, n) =>
    encodeSecret(value)
      .filter(({ codes }) => codes.length >= FEWEST_CODES)
      .map((form) => ({ ...form, what: `secret:s${n}` })),
  )

function prepared(values: readonly string[]): Needles {
  const steps = prepareNeedles(values.map((value, n) => ({ what: `secret:s${n}`, value })))
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

function tryAll(text: string, values: readonly string[]) {
  const reads = createEscapeReads()
  const reader = new SequenceReader({ reads, pace: NO_PACE })
  const forms = formsOf(values)
  const hits: LeakHit[] = []
  let open = text.length
  reads.begin()
  for (let at = 0; at < text.length; at++)
    for (const form of forms) {
      const match = reader.read(text, at, form)
      if (match.end >= 0) hits.push({ what: form.what, ...withEdges(text, at, match.end, form) })
      if (match.open) open = Math.min(open, at)
    }
  return { hits: merge(hits), open }
}

/** Where which hits are, whatever they are called where two values share a place. */
const places = (hits: readonly LeakHit[]) => merge([...hits]).map(({ start, end }) => [start, end])

const value = fc.oneof(
  fc.string({ minLength: 6, maxLength: 14, unit: fc.constantFrom(...'abcdefXYZ0123456789') }),
  fc.string({ minLength: 6, maxLength: 14, unit: fc.constantFrom(...'aZ0-_.~+/=%&\\"\'$ ä漢😀') }),
)
/** What may stand between two characters of a value, and what may not. */
const gap = fc.constantFrom(
  ...[' ', '\n', '\r\n', '  ', '\t', '\u200b', '\x1b[31m', '%20', '\\n', '&nbsp;', '=\n', '\0', '', ''],
  ...['\n> ', '\n12: ', '\n 7| ', '\n  34:\t', '\n// ', '\n0000010  ', '  |ab.|\n00000010: ', '\n- 5: '],
  ...['" + "', "' . '", '","', '\\" + \\"', '"\n"', ':', ', ', '-', '.', '0x', ', 0x', ', "12": ', '_', '+'],
  ...[
    '\\\\n',
    '\\\\\\"',
    '\\/',
    '&quot;',
    '&amp;',
    '&#39;',
    '%3D',
    '%5Cn',
    '%25',
    '=3D',
    '\\0',
    '" & "',
    '\n> # 12: ',
  ],
  ...['x', '7', 'é', '\u{1d5ba}', '\u{e0061}', 'ａ', '"', '%', '\\', '&', '=', '%4', '\\x', '&#', '&am'],
)
const hex = (char: string) => (char.codePointAt(0) as number).toString(16)
const SPELLINGS: ((char: string) => string)[] = [
  (char) => encodeURIComponent(char).replace(/^[^%]$/, (sign) => `%${hex(sign)}`),
  (char) => `\\u{${hex(char)}}`,
  (char) => `&#x${hex(char)};`,
  (char) => `%25${hex(char)}`,
  (char) => (/[!-~]/.test(char) ? String.fromCodePoint(char.charCodeAt(0) + 0xfee0) : char),
  (char) => `\\${char}`,
  (char) => `\\x${hex(char)}`,
  (char) => `=${hex(char)}`,
  (char) => `&#${char.codePointAt(0)}`,
]
/** Of a form, most of it: each character plain or not, with something before some. */
const written = fc
  .tuple(
    fc.nat(),
    fc.array(fc.tuple(fc.nat(5), gap, fc.nat(24)), { minLength: 24, maxLength: 24 }),
    fc.integer({ min: 3, max: 40 }),
  )
  .map(([which, changes, most]) => (values: readonly string[]) => {
    const forms = formsOf(values)
    const { codes } = forms[which % forms.length] as (typeof forms)[number]
    return Array.from(codes.slice(0, most), (code, n) => {
      const [rare, between, spelling] = changes[n % changes.length] as [number, string, number]
      const char = String.fromCodePoint(code)
      return (rare === 0 ? between : '') + (SPELLINGS[spelling]?.(char) ?? char)
    }).join('')
  })
const other = fc
  .oneof(gap, fc.constantFrom('the ', 'abc', '\n', '; ', '{"a": "', '12 34 ', 'ab cd'))
  .map((text) => () => text)

test.each([1, 2])('every place of a text in which one of %d values begins is looked at', (count) => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: count, maxLength: count }),
      fc.array(fc.oneof(written, other), { minLength: 1, maxLength: 4 }),
      (values, parts) => {
        const text = parts.map((part) => part(values)).join('')
        const needles = prepared(values)
        const all = tryAll(text, values)
        expect(places(needles.find(text)), JSON.stringify(text)).toEqual(places(all.hits))
        const { hits, open } = needles.findOpen(text)
        expect(places(hits)).toEqual(places(all.hits))
        expect(open, JSON.stringify(text)).toBeLessThanOrEqual(all.open)
      },
    ),
    runs(150),
  )
})

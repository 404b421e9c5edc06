/** What is told of an escape from a few units is what the whole reading of it says, in every way in which it can be read. */
import { expect, test } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import {
  escapeCode,
  escapeLength,
  isMark,
  marksItself,
  mayGrow,
  NO_ESCAPE,
  nestedMark,
  readEscape,
  readNested,
} from './read-escape.ts'
import { isBare, LITERAL, readMark, UNSURE } from './read-mark.ts'
import { TextUnits } from './text-units.ts'

const room = new TextUnits()
const piece = fc.constantFrom(
  ...[
    '%',
    '=',
    '\\',
    '&',
    '%',
    '=',
    '\\',
    '&',
    '25',
    'amp;',
    '#',
    ';',
    '#x',
    'u',
    'x',
    'U',
    '{',
    '}',
    'n',
    't',
  ],
  ...[
    '0',
    '1',
    '4',
    '41',
    '3D',
    '5c',
    '26',
    'a',
    'f',
    'z',
    'lt;',
    'quot;',
    'nbsp;',
    'gt',
    'amp',
    'euro;',
    'AMP;',
  ],
  ...[
    ' ',
    '"',
    '\n',
    '\r\n',
    '\r',
    '-',
    '/',
    'é',
    '\u{1d5ba}',
    'c3',
    'A4',
    '00',
    '0041',
    '00e9',
    'd83d',
    '101',
    '60',
  ],
)
const text = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''))
const rest = fc.constantFrom(' and so on until the end of the line', ''.padEnd(40, 'x'), ''.padEnd(40, '\\'))

test('of each mark of a text', () => {
  let told = 0
  fc.assert(
    fc.property(text, rest, (beginning, end) => {
      const all = beginning + end
      const units = room.load(all)
      for (let at = 0; at < all.length; at++) {
        if (!isMark(all.charCodeAt(at))) continue
        const read = readMark(units, at, all.length)
        if (read === UNSURE) continue
        told++
        const whole = readEscape(all, at)
        const why = JSON.stringify(all.slice(at))
        expect(whole, why).toBe(read === LITERAL ? NO_ESCAPE : read)
        expect(mayGrow(all, at, whole), why).toBe(false)
        const others = marksItself(all, at).slice(1)
        if (read === LITERAL) {
          for (const length of others) expect(all.slice(at, at + length), why).toMatch(/^\\+$/)
          continue
        }
        const signs = all.slice(at, at + escapeLength(read))
        if (isMark(escapeCode(read))) {
          expect(readNested(all, at, whole), why).toBe(NO_ESCAPE)
          expect(nestedMark(all, at, whole), why).toBe(0)
        }
        if (isBare(units, at, read) && !/[A-Za-z0-9]/.test(String.fromCodePoint(escapeCode(read))))
          expect(signs, why).not.toMatch(/[A-Za-z0-9]/)
        // Where a mark stands for itself, no more letters go by than in what it says.
        for (const length of others)
          if (length !== signs.length) expect(all.slice(at, at + length), why).toMatch(/^\W+$/)
      }
    }),
    runs(2000),
  )
  expect(told).toBeGreaterThan(1000)
})

test('nothing is told of what the end of the text cuts short', () => {
  for (const mark of ['%41', '&quot;', '&amp', '\\u0041', '\\101', '=3D', '%', '\\'])
    for (let cut = 1; cut <= mark.length; cut++)
      expect(readMark(room.load(mark.slice(0, cut)), 0, cut)).toBe(UNSURE)
})

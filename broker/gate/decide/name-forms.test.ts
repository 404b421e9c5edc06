import { describe, expect, test } from 'vitest'
import { fc, runs } from '../../../build/properties.ts'
import { formOf, formPath, type NameForm } from './name-forms.ts'

const FORMS: NameForm[] = ['exact', 'composed', 'folded', 'wide']
const name = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom(
    '',
    '.',
    '.SSH',
    'É',
    'E\u0301',
    '\u0301a',
    'Σ',
    'aΣ',
    'ſ',
    'K',
    'İ',
    'i\u0307',
    'a\u00adb',
    '\u200b',
    'ß',
  ),
)

describe('the form of names', () => {
  test.each(FORMS)('%s of a whole path is that of each of its names', (form) => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 8 }), (names) => {
        const path = `/${names.join('/')}`
        const formed = formPath(form, path)
        expect(formed.text.split('/').map(formed.form ?? ((each) => each))).toEqual(
          path.split('/').map(formOf(form)),
        )
      }),
      runs(2000),
    )
  })

  test('wide takes for one what any file system might', () => {
    const wide = formOf('wide')
    fc.assert(
      fc.property(name, (text) => {
        for (const same of [
          text.toUpperCase(),
          text.toLowerCase(),
          text.normalize('NFD'),
          text.normalize('NFC'),
        ])
          expect(wide(same)).toBe(wide(text))
      }),
      runs(2000),
    )
    expect(wide('.\u200bSsH')).toBe('.ssh')
  })
})

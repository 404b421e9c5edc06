import { describe, expect, test } from 'vitest'
import { fc, runs } from '../../../build/properties.ts'
import { LIMITS } from '../../../contract/words.ts'
import { MAX_NAME_BYTES, parsePathText } from './parse-path.ts'

const parse = (text: string, platform: NodeJS.Platform = 'linux') =>
  parsePathText(text, { home: '/home/ann', platform })

describe('the text of a path', () => {
  test('that needs nothing done to it is judged as the same path written in a roundabout way', () => {
    const name = fc.oneof(
      fc.constantFrom(
        '',
        '.',
        '..',
        '...',
        '.git',
        'a',
        '~',
        'é',
        'C:',
        '\\',
        '\0',
        '\ud800',
        '\x7f',
        '\x80',
      ),
      fc.string({ maxLength: 4 }),
      fc.integer({ min: MAX_NAME_BYTES - 2, max: MAX_NAME_BYTES + 2 }).map((length) => 'n'.repeat(length)),
    )
    const path = fc.array(name, { maxLength: 20 }).map((names) => `/${names.join('/')}`)
    fc.assert(
      fc.property(path, (text) => {
        expect(parse(text)).toEqual(parse(`/.${text}`))
      }),
      runs(2000),
    )
  })

  test('is as long as the system takes it, and no longer', () => {
    const whole = `/${'abcdefg/'.repeat(LIMITS.path / 8)}`
    for (const length of [LIMITS.path - 2, LIMITS.path - 1, LIMITS.path, LIMITS.path + 1]) {
      const text = whole.slice(0, length).replace(/\/$/, 'x')
      expect(parse(text)).toEqual(parse(`/.${text}`))
      expect(parse(text).kind, `${length}`).toBe(length < LIMITS.path ? 'ok' : 'refused')
    }
  })

  test('is one of Windows there, however plain it looks', () => {
    expect(parse('/plain/names', 'win32').kind).toBe('refused')
  })
})

import picomatch from 'picomatch'
import { describe, expect, test } from 'vitest'
import { fc, runs } from '../../../build/properties.ts'
import { parseGlob } from './match-glob.ts'

const fits = (glob: string, relative: string) => {
  const test = parseGlob(glob)
  return test.kind === 'ok' ? test.value(relative) : test.code
}

describe('globs', () => {
  test.each([
    ['*.md', 'a.md', true],
    ['*.md', 'deep/down/a.md', true],
    ['*.md', 'a.mdx', false],
    ['/*.md', 'deep/a.md', false],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/deep/a.ts', false],
    ['src/**/*.ts', 'src/a.ts', true],
    ['src/**/*.ts', 'src/deep/down/a.ts', true],
    ['**/node_modules/**', 'a/node_modules/b/c', true],
    ['**', 'anything/at/all', true],
    ['a?c', 'abc', true],
    ['a?c', 'a☀c', true],
    ['[a-c]*', 'beta', true],
    ['[!a-c]*', 'beta', false],
    ['{a,b}.{md,txt}', 'b.txt', true],
    ['{a,b{c,d}}', 'bd', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['[', '[', true],
    ['.*', '.git', true],
    ['*', '.git', true],
  ])('%s on %s: %s', (glob, name, expected) => {
    expect(fits(glob, name)).toBe(expected)
  })

  test('too many alternatives are refused', () => {
    expect(fits('{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}', 'x')).toBe('invalid-request')
  })

  test('take no longer the more stars there are', () => {
    const began = performance.now()
    for (let i = 0; i < 100; i++) {
      expect(fits(`${'*a'.repeat(200)}b`, 'a'.repeat(255))).toBe(false)
      expect(fits(`${'**/a*/'.repeat(40)}b`, `${'a/'.repeat(100)}c`)).toBe(false)
    }
    expect(performance.now() - began).toBeLessThan(3000)
  })

  test('mean what they mean elsewhere', () => {
    const name = fc
      .string({ unit: fc.constantFrom('a', 'b', '.', '-'), minLength: 1, maxLength: 4 })
      .filter((text) => !/^\.+$/.test(text))
    const part = fc.oneof(fc.constantFrom('*', '**', 'a*', '*b', '?', '[ab]', 'a', 'b', '*.a', '{a,b}'), name)
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 2, maxLength: 4 }),
        fc.array(name, { minLength: 1, maxLength: 4 }),
        (parts, names) => {
          // Where `**` ends a pattern, opinions differ on whether the folder itself is meant.
          fc.pre(
            parts.at(-1) !== '**' && !parts.some((one, index) => one === '**' && parts[index + 1] === '**'),
          )
          const glob = parts.join('/')
          const relative = names.join('/')
          expect(fits(glob, relative), `${glob} on ${relative}`).toBe(
            picomatch.isMatch(relative, glob, { dot: true }),
          )
        },
      ),
      runs(1000),
    )
  })
})

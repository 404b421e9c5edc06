import { describe, expect, it } from 'vitest'
import { fc, runs } from '../build/properties.ts'
import { SHOWN_FIELDS, showText } from './show-text.ts'

const field = fc.constantFrom(...SHOWN_FIELDS)
const tricky = fc.constantFrom(
  ...'\u202E\u200B\u200D\u2066\uFEFF\u00AD\u{E0041}\uFE0F\u0000\u001B\t\r\n\u0085\u2028\u00A0\u3000\u2800\u3164\uD800'.split(
    '',
  ),
  ...[
    '\u{E0041}',
    '\u{E0100}',
    'а',
    'р',
    'Ӏ',
    'é',
    'e\u0301',
    '\u0338',
    '⟨',
    '⟩',
    'U+202E',
    '⟨U+202E⟩',
    '⇥',
    '↵',
    'ｇ',
    '∕',
    'א',
    'ش',
    '漢',
    'a',
    'Z',
    '0',
    ' ',
    '/',
    '.',
    '👩\u200D👧',
    '𝐚',
    '\u{F0000}',
    '\uFDD0',
  ],
)
const text = fc.oneof(
  fc.array(tricky, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 60 }),
)

describe('drawing text from others', () => {
  it('leaves plain text as it is', () => {
    expect(showText('Read ~/Documents/a b.txt', 'path')).toEqual({
      runs: [{ text: 'Read ~/Documents/a b.txt', shown: 'Read ~/Documents/a b.txt', kind: 'plain' }],
      shown: 'Read ~/Documents/a b.txt',
      warnings: [],
    })
    expect(showText('', 'path')).toEqual({ runs: [], shown: '', warnings: [] })
  })
  it.each([
    ['\u202E', 'direction', 'bidi'],
    ['\u2066', 'direction', 'bidi'],
    ['\u200F', 'direction', 'bidi'],
    ['\u200B', 'can’t be seen', 'hidden'],
    ['\u{E0061}', 'can’t be seen', 'hidden'],
    ['\uFE0F', 'can’t be seen', 'hidden'],
    ['\u00AD', 'can’t be seen', 'hidden'],
    ['\u3164', 'can’t be seen', 'hidden'],
    ['\u2800', 'can’t be seen', 'hidden'],
    ['\u00A0', 'space', 'hidden'],
    ['\u001B', 'control', 'control'],
    ['\u2028', 'control', 'control'],
    ['\uE000', 'without a known form', 'hidden'],
    ['\uD800', 'without a known form', 'hidden'],
  ])('draws %j as a mark, in every field', (character, word, kind) => {
    for (const each of SHOWN_FIELDS) {
      const { runs, shown, warnings } = showText(`a${character}b`, each)
      const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
      expect(shown).toBe(`a⟨U+${code}⟩b`)
      expect(runs[1]?.kind).toBe(kind)
      expect(warnings.join()).toMatch(word === 'direction' ? 'order of reading' : word)
    }
  })
  it('keeps lines in an argument, visibly, and nowhere else', () => {
    expect(showText('a\n\tb', 'argument').shown).toBe('a↵\n⇥b')
    expect(showText('a\n\tb', 'argument').warnings).toEqual([])
    expect(showText('a\nAllow', 'tool').shown).toBe('a⟨U+000A⟩Allow')
    expect(showText('a\r\nb', 'argument').shown).toBe('a⟨U+000D⟩↵\nb')
  })
  it('draws spaces that one can’t see', () => {
    expect(showText(' a  b ', 'path').shown).toBe('⟨U+0020⟩a ⟨U+0020⟩b⟨U+0020⟩')
    expect(showText(' a  b ', 'argument').shown).toBe(' a  b ')
  })
  it('marks letters that pass for others, in a mixed word or a word of nothing else', () => {
    expect(showText('https://p\u0430ypal.com/', 'url').shown).toBe('https://p\u0430⟨U+0430⟩ypal.com/')
    expect(showText('\u0430\u0440\u0440\u04CF\u0435.com', 'url').runs[0]?.kind).toBe('lookalike')
    expect(showText('/home/\u0455ecret', 'path').warnings[0]).toContain('U+0455 like “s”')
    expect(showText('ｇit', 'command').shown).toContain('⟨U+FF47⟩')
    expect(showText('a\u2215b', 'path').shown).toContain('⟨U+2215⟩')
    expect(showText('the p\u0430ssword', 'argument').shown).toContain('⟨U+0430⟩')
    expect(showText('p\u200B\u0430ss', 'argument').shown).toBe('p⟨U+200B⟩\u0430⟨U+0430⟩ss')
  })
  it('leaves other alphabets alone', () => {
    for (const name of [
      '/home/Документы/план.txt',
      '/home/東京/メモ.txt',
      '/home/größe/naïve.txt',
      '/home/한국어',
      '/home/ไทย',
    ])
      expect(showText(name, 'path').shown, name).toBe(name)
    for (const said of ['Привет, мир! Это “письмо” — для вас.', 'Ελλάδα', 'l’été', 'ışık', 'Ｔｏｋｙｏ'])
      expect(showText(said, 'argument').shown, said).toBe(said)
  })
  it('says when letters run from right to left where order matters', () => {
    const { runs, warnings } = showText('/home/אבג/123', 'path')
    expect(runs.map(({ kind }) => kind)).toEqual(['plain', 'bidi', 'plain'])
    expect(warnings.join()).toContain('right to left')
    expect(showText('שלום', 'argument').warnings).toEqual([])
  })
  it('draws floods of combining marks and marks that change what they stand on', () => {
    expect(showText(`a${'\u0301'.repeat(5)}`, 'agent').shown).toBe(`a${'\u0301'.repeat(3)}⟨U+0301⟩⟨U+0301⟩`)
    expect(showText('=\u0338', 'argument').shown).toBe('=⟨U+0338⟩')
    expect(showText('\u0301a', 'argument').shown).toBe('⟨U+0301⟩a')
    expect(showText('Việt Nam'.normalize('NFD'), 'agent').warnings).toEqual([])
  })
  it('does not let text imitate its marks', () => {
    expect(showText('a⟨U+202E⟩b', 'path').shown).toBe('a⟨U+27E8⟩U+202E⟨U+27E9⟩b')
    expect(showText('↵', 'argument').shown).toBe('⟨U+21B5⟩')
  })
  it('warns of a host that is not where it seems to be', () => {
    expect(showText('https://bank.example@evil.example/', 'url').warnings.join()).toContain('before the @')
    expect(showText('https://xn--80ak6aa92e.com/', 'url').warnings.join()).toContain('xn--')
    expect(showText('https://example.com/?q=a@b', 'url').warnings).toEqual([])
  })
  it('never cuts anything off, whatever the length', () => {
    const long = `${'x'.repeat(300_000)}\u200B end`
    expect(showText(long, 'argument').shown).toBe(`${'x'.repeat(300_000)}⟨U+200B⟩ end`)
  })
})

describe('for any text', () => {
  it('the runs hold the whole text, in order', () => {
    fc.assert(
      fc.property(text, field, (raw, where) => {
        const { runs, shown } = showText(raw, where)
        expect(runs.map((run) => run.text).join('')).toBe(raw)
        expect(runs.map((run) => run.shown).join('')).toBe(shown)
      }),
    )
  })
  it('nothing invisible, no control and no character that turns the direction is left', () => {
    fc.assert(
      fc.property(text, field, (raw, where) => {
        const { shown } = showText(raw, where)
        expect(shown).not.toMatch(
          /[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/u,
        )
        expect(where === 'argument' ? shown.replaceAll('↵\n', '') : shown).not.toMatch(/\p{Cc}/u)
        expect(shown).not.toMatch(/(?! )\p{Zs}/u)
      }),
    )
  })
  it('two texts that differ never come out as one', () => {
    fc.assert(
      // Two that are alike but for a little, or where one spells out how a part of the other is drawn.
      fc.property(text, tricky, tricky, text, field, fc.boolean(), (start, one, other, end, where, drawn) => {
        const a = start + one + end
        const b = start + (drawn ? showText(one, where).shown : other) + end
        fc.pre(a !== b)
        expect(showText(a, where).shown).not.toBe(showText(b, where).shown)
      }),
      runs(4000),
    )
  })
  it('a text without marks comes out as it is, and so a second time', () => {
    fc.assert(
      fc.property(text, field, (raw, where) => {
        const first = showText(raw, where)
        if (first.warnings.length === 0 && !/[↵⇥]/.test(first.shown)) expect(first.shown).toBe(raw)
        if (first.shown === raw) expect(showText(first.shown, where)).toEqual(first)
      }),
    )
  })
  it('whatever is drawn otherwise is said, except the lines of an argument', () => {
    fc.assert(
      fc.property(text, field, (raw, where) => {
        const { runs, warnings } = showText(raw, where)
        if (runs.some((run) => run.shown !== run.text && !/^[\n\t]+$/.test(run.text)))
          expect(warnings.length).toBeGreaterThan(0)
      }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import { readModelText } from './read-model-text.ts'

const text = (said: string) => ({ kind: 'text' as const, text: said })

describe('a model’s text', () => {
  it('is read into paragraphs, headings, lists and code', () => {
    expect(
      readModelText('# Done\nI moved **3** files:\n- a\n- `b`\n\n1. one\n```sh\nls -l\n```\nBye.'),
    ).toEqual([
      { kind: 'heading', inlines: [text('Done')] },
      { kind: 'paragraph', inlines: [text('I moved '), { kind: 'strong', text: '3' }, text(' files:')] },
      { kind: 'list', ordered: false, items: [[text('a')], [{ kind: 'code', text: 'b' }]] },
      { kind: 'list', ordered: true, items: [[text('one')]] },
      { kind: 'code', text: 'ls -l' },
      { kind: 'paragraph', inlines: [text('Bye.')] },
    ])
  })
  it('has no links and no images: an address stays text', () => {
    expect(readModelText('![x](https://evil.example/?q=1) [y](https://evil.example)')).toEqual([
      { kind: 'paragraph', inlines: [text('![x](https://evil.example/?q=1) [y](https://evil.example)')] },
    ])
  })
  it('keeps an unfinished code block whole while it streams in', () => {
    expect(readModelText('```\nhalf a li')).toEqual([{ kind: 'code', text: 'half a li' }])
  })
  it('loses no word, whatever the text is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b`', '**', '-', '#', '```', '1.', '\n', ' ')), (parts) => {
        const flat = JSON.stringify(readModelText(parts.join('')))
        const letters = (said: string) => (said.match(/[ab]/g) ?? []).length
        const raw = parts.join('').replace(/^\s*```.*$/gm, '')
        const shown = JSON.stringify(
          JSON.parse(flat, (key, value) => (key === 'kind' || key === 'ordered' ? undefined : value)),
        )
        expect(letters(shown)).toBeGreaterThanOrEqual(letters(raw))
      }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import type { ExactLine, Question } from '../../contract/consent.ts'
import { fieldOf } from './field-of.ts'
import { findWarnings } from './warnings.tsx'

const line = (label: string, text: string, long = false): ExactLine => ({ label, text, long, spans: [] })
function ask(exact: ExactLine[], more: Partial<Question> = {}): Question {
  return {
    title: { verb: 'Send', object: 'notes.md', tail: '' },
    principal: { id: 'a', kind: 'agent', name: 'Anna' },
    run: null,
    secret: null,
    exact,
    ...more,
  } as Question
}

describe('a line of the request', () => {
  it('is read sign by sign where it names a path, an address or a word of a command', () => {
    const field = (label: string) => fieldOf({ label, long: false })
    expect(
      ['Request', 'Sent to', 'File', 'From 3', 'To', 'Argument 2', 'Body', 'It can read'].map(field),
    ).toEqual(['url', 'url', 'path', 'path', 'path', 'command', 'argument', 'argument'])
  })
  it('is so too in a list of several requests', () => {
    const field = (label: string) => fieldOf({ label, long: false })
    expect(['1. File', '12. From', '3. From 2', '2. Request', '1. Argument 3', '1. Body'].map(field)).toEqual(
      ['path', 'path', 'path', 'url', 'command', 'argument'],
    )
  })
  it('may have lines of its own where it is long', () => {
    expect(fieldOf({ label: 'File', long: true })).toBe('argument')
  })
})

describe('warnings', () => {
  it('say where something hides, once for each finding, with all its places', () => {
    const found = findWarnings(
      ask([line('File', '/home/a\u200bb'), line('Body', 'x\u202ey')], {
        principal: { id: 'a', kind: 'client', name: 'Anna\u200b' },
      }),
    )
    expect(found.map(({ where }) => where)).toEqual(['The agent’s name, “File”', '“Body”'])
  })
  it('are silent about plain text, with lines and spaces', () => {
    expect(
      findWarnings(ask([line('Body', 'two  spaces\nand a line', true), line('File', '/home/a b')])),
    ).toEqual([])
  })
  it('tell of a space at the end of a path, which can’t be seen', () => {
    expect(findWarnings(ask([line('File', '/home/a ')])).map(({ where }) => where)).toEqual(['“File”'])
  })
})

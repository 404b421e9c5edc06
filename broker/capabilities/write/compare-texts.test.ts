import { describe, expect, it } from 'vitest'
import { fc, runs } from '../../../build/properties.ts'
import { compareTexts } from './compare-texts.ts'

const heads = ['now', 'after'] as const
const lines = (count: number, more = '') => Array.from({ length: count }, (_, at) => `line ${at}${more}\n`)
const compare = (before: string, after: string, cut = false) =>
  compareTexts('x', before, after, { heads, cut })
/** Applies a whole diff, as `patch` does. */
function apply(before: string, diff: string): string {
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const out: string[] = []
  let at = 0
  let inHunk = false
  const body = diff.split('\n')
  body.pop()
  for (const [index, line] of body.entries()) {
    const hunk = /^@@ -(\d+),(\d+) /.exec(line)
    const end = body[index + 1]?.startsWith('\\ No newline') ? '' : '\n'
    if (hunk) {
      inHunk = true
      const start = Number(hunk[2]) === 0 ? Number(hunk[1]) : Number(hunk[1]) - 1
      out.push(...old.slice(at, start))
      at = start
    } else if (!inHunk || line.startsWith('\\')) continue
    else if (line.startsWith('+')) out.push(line.slice(1) + end)
    else {
      expect(line.slice(1) + end).toBe(old[at])
      if (line.startsWith(' ')) out.push(line.slice(1) + end)
      at++
    }
  }
  return [...out, ...old.slice(at)].join('')
}

describe('the difference of two texts', () => {
  it('of a large text with few changes is whole', () => {
    const before = lines(60_000, ' of a large text')
    const after = before.with(40_000, 'another line\n').toSpliced(7, 0, 'a new line\n')
    const { diff, part } = compare(before.join(''), after.join(''))
    expect(part).toBe(false)
    expect(diff.length).toBeLessThan(1_000)
    expect(diff).toContain('+a new line\n')
    expect(diff).toContain('-line 40000 of a large text\n+another line\n')
    expect(apply(before.join(''), diff)).toBe(after.join(''))
  })

  it('of one that is replaced altogether is its beginning, with the count of all', () => {
    const before = performance.now()
    const { diff, part } = compare(lines(60_000).join(''), lines(50_000, '!').join(''))
    expect(part).toBe(true)
    expect(diff.length).toBeLessThan(50_000)
    expect(diff).toContain('\\ 1 place changes: 60,000 lines go, 50,000 lines come')
    expect(diff).toMatch(/\\ … and here [\d,]+ more that go, 50,000 that come/)
    expect(performance.now() - before).toBeLessThan(2_000)
  })

  it('of many places is the first of them, with the count of the others', () => {
    const before = lines(30_000)
    const after = before.map((line, at) => (at % 20 === 10 ? `changed ${line}` : line))
    const { diff, part } = compare(before.join(''), after.join(''))
    expect(part).toBe(true)
    expect(diff).toContain('\\ 1,500 places change: 1,500 lines go, 1,500 lines come')
    const shown = diff.match(/^@@ /gm)?.length ?? 0
    expect(shown).toBeGreaterThan(50)
    expect(diff).toContain(`\\ … and ${(1_500 - shown).toLocaleString('en-US')} more places`)
  })

  it('of one endless line is what is around the first difference', () => {
    const before = 'ab'.repeat(200_000)
    const after = `${before.slice(0, 300_000)}SECRET${before.slice(300_000)}`
    const { diff, part } = compare(before, after)
    expect(part).toBe(true)
    expect(diff.length).toBeLessThan(10_000)
    expect(diff).toContain('SECRET')
    expect(diff).toContain('\\ Characters 299,701 to 301,200 of the 400,006 in this line')
  })

  it('says that only beginnings were compared, and nothing of what lies beyond them', () => {
    const before = lines(1_000).join('')
    const { diff, part } = compare(before, `first\n${before.slice(0, -30)}`, true)
    expect(part).toBe(true)
    expect(diff).toContain('\\ Only the beginning of each was compared.')
    expect(diff.match(/^[+-](?![+-])/gm)).toEqual(['+'])
  })

  it('never leaves out a change without saying so, and takes no line of a text for its own words', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', '', '+++ x', '--- y', '@@ -1,1 +1,1 @@', '\\ z'), {
        maxLength: 12,
      })
      .map((all) => all.join('\n'))
    fc.assert(
      fc.property(text, text, fc.boolean(), (before, after, large) => {
        const pad = large ? `${lines(30_000).join('')}` : ''
        const { diff, part } = compare(pad + before, pad + after)
        expect(part).toBe(false)
        if (large) expect(apply(pad + before, diff)).toBe(pad + after)
      }),
      runs(60),
    )
  })
})

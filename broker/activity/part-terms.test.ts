import { describe, expect, it } from 'vitest'
import { marker } from './index-terms.ts'
import { partTerms } from './part-terms.ts'

/** Rare: what is told here. */
const rare =
  (...runs: string[]) =>
  (run: string) =>
    runs.includes(run) ? 1_000 : 2

describe('a part', () => {
  it('is looked up by each run of three characters when it is short', () => {
    expect(partTerms('voice', rare())).toEqual({
      ...{ words: [], beginnings: [] },
      runs: ['voi', 'oic', 'ice'],
      dullRuns: [],
    })
  })

  it('is looked up by its rare runs, which together cover it, when it is longer', () => {
    const { words, runs } = partTerms('ocumentsxyz', rare('sxy'))
    expect(words).toEqual([])
    expect(runs[0]).toBe('sxy')
    expect(runs.length).toBeLessThan(6)
  })

  it('is looked up by the words in a row that it holds, and by runs at its ends', () => {
    const { words, runs } = partTerms('home/alex/documents/invoice/r', rare('e/r', 'hom'))
    expect(words).toEqual([marker.pair('alex', 'documents'), marker.pair('documents', 'invoice')])
    expect(runs.toSorted()).toEqual(['e/r', 'hom'])
  })

  it('is looked up by the beginning of the word in which it ends', () => {
    const { beginnings, runs } = partTerms('home/alex/documents/re', rare('hom', '/re', 's/r'))
    expect(beginnings).toEqual([marker.pair('documents', 're')])
    // What parts the two words is looked up, and nothing inside them.
    expect(runs.toSorted()).toEqual(['hom', 's/r'])
    expect(partTerms('home/alex/documents/', rare()).beginnings).toEqual([])
  })

  it('is not looked up by what nearly every entry has, where words are looked up, too', () => {
    expect(partTerms('ocum', rare()).runs).toEqual(['ocu', 'cum'])
    expect(partTerms('ocum', rare(), true)).toMatchObject({ runs: [], dullRuns: ['ocu', 'cum'] })
    expect(partTerms('ocum', rare('cum'), true).runs).toEqual(['cum'])
  })

  it('is looked up by the one word that it holds whole', () => {
    expect(partTerms('s/tax/i', rare()).words).toEqual(['tax'])
  })

  it('holds no word whole at its ends', () => {
    expect(partTerms('tax/report', rare()).words).toEqual([])
  })

  it('is not looked up by words where half a character is at an end: it may be half of a letter', () => {
    expect(partTerms('\udc00tax/b', rare()).words).toEqual([])
  })
})

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
    expect(partTerms('voice', rare())).toEqual({ words: [], runs: ['voi', 'oic', 'ice'] })
  })

  it('is looked up by its rare runs, which together cover it, when it is longer', () => {
    const { words, runs } = partTerms('ocumentsxyz', rare('sxy'))
    expect(words).toEqual([])
    expect(runs[0]).toBe('sxy')
    expect(runs.length).toBeLessThan(6)
  })

  it('is looked up by the words in a row that it holds, and by runs at its ends', () => {
    const { words, runs } = partTerms('home/alex/documents/invoice/re', rare('/re', 'e/r'))
    expect(words).toEqual([marker.pair('alex', 'documents'), marker.pair('documents', 'invoice')])
    expect(runs).toHaveLength(3)
    expect(runs).toContain('/re')
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

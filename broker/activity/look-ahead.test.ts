/** Looking ahead changes neither what comes nor its order, and takes no more than is wanted. */
import { expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import type { Candidate, Candidates } from './index-search.ts'
import { lookAhead } from './look-ahead.ts'

const aCandidate = fc.record({ seq: fc.nat(), sure: fc.boolean() })

it('candidates and places to stop at come in order, each was made ready before, none beyond what is wanted', () => {
  const all = fc.array(fc.oneof({ weight: 4, arbitrary: aCandidate }, { weight: 1, arbitrary: fc.nat() }))
  fc.assert(
    fc.property(all, fc.integer({ min: 1, max: 60 }), (items, wanted) => {
      let taken = 0
      let ended = false
      function* source(): Candidates {
        try {
          for (const item of items) {
            taken++
            yield item
          }
        } finally {
          ended = true
        }
      }
      const given: (Candidate | number)[] = []
      const readied: Candidate[] = []
      const isCandidate = (item: Candidate | number) => typeof item !== 'number'
      const left = () => wanted - given.filter(isCandidate).length
      for (const item of lookAhead(source(), left, (next) => readied.push(...next))) {
        given.push(item)
        const ahead = items.slice(given.length, taken)
        // Behind a place to stop at nothing is taken before that place was given.
        expect(ahead.slice(0, -1).every(isCandidate)).toBe(true)
        expect(ahead.filter(isCandidate).length).toBeLessThanOrEqual(Math.max(0, left()))
        if (left() <= 0) break
      }
      expect(ended).toBe(true)
      expect(given).toEqual(items.slice(0, given.length))
      if (left() > 0) expect(given).toEqual(items)
      expect(given.filter(isCandidate)).toEqual(expect.arrayContaining(readied))
    }),
  )
})

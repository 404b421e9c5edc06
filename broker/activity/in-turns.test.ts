import { expect, it } from 'vitest'
import { atOnce, inTurns } from './in-turns.ts'

/** Steps that take a few milliseconds each, and what they come to. */
function* steps(count: number, onEnd = () => {}) {
  try {
    for (let n = 0; n < count; n++) {
      const end = performance.now() + 3
      while (performance.now() < end);
      yield
    }
    return count
  } finally {
    onEnd()
  }
}

it('gives others a turn between its steps', async () => {
  let turns = 0
  let over = false
  const count = () => {
    turns++
    if (!over) setImmediate(count)
  }
  setImmediate(count)
  expect(await inTurns(steps(30))).toBe(30)
  over = true
  expect(turns).toBeGreaterThanOrEqual(3)
})

it('comes to the same at once', () => {
  expect(atOnce(steps(2))).toBe(2)
})

it('two at a time end both', async () => {
  expect(await Promise.all([inTurns(steps(9)), inTurns(steps(5))])).toEqual([9, 5])
})

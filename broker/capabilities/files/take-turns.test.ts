import { expect, test } from 'vitest'
import { createTurns } from './take-turns.ts'

test('long work in parts lets others on between them, and short work is not held up', async () => {
  let others = 0
  const count = () => {
    others++
    timer = setImmediate(count)
  }
  let timer = setImmediate(count)
  const takeTurns = createTurns()
  for (let part = 0; part < 100; part++) {
    for (const began = performance.now(); performance.now() - began < 1; );
    await takeTurns()
  }
  expect(others).toBeGreaterThanOrEqual(8)
  const before = others
  const short = createTurns()
  await short()
  expect(others).toBe(before)
  clearImmediate(timer)
})

import { expect, test } from 'vitest'
import { createTurns } from './take-turns.ts'

test('of many who work long each has a turn of its own', async () => {
  const order: string[] = []
  let turn = 0
  let timer = setImmediate(function count() {
    turn++
    timer = setImmediate(count)
  })
  const work = async (name: string) => {
    const takeTurns = createTurns()
    for (let part = 0; part < 3; part++) {
      for (const began = performance.now(); performance.now() - began < 9; );
      await takeTurns()
      order.push(`${name} in turn ${turn}`)
    }
  }
  await Promise.all(['a', 'b', 'c', 'd'].map(work))
  clearImmediate(timer)
  const turns = order.map((each) => each.split(' in ')[1])
  expect(new Set(turns).size).toBe(turns.length)
  expect(order.slice(0, 4).map((each) => each[0])).toEqual(['a', 'b', 'c', 'd'])
})

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

import { describe, expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import { createFallingList, eachOf, inBoth } from './falling-list.ts'

const VOLUME = 1_000
/** A list over volumes, which tells how many of its numbers were read and whether each of its stretches was closed. */
function listOf(numbers: readonly number[], from: number) {
  const falling = [...new Set(numbers)].sort((a, b) => b - a)
  const told = { read: 0, open: 0 }
  const list = createFallingList(from, (from) => {
    if (from < 0) return null
    const downTo = Math.floor(from / VOLUME) * VOLUME
    const own = falling.filter((each) => each <= from && each >= downTo)
    told.open++
    const rows: Iterator<number[]> = {
      next() {
        const value = own.shift()
        if (value === undefined) return { done: true, value: undefined }
        told.read++
        return { done: false, value: [value] }
      },
      return() {
        told.open--
        return { done: true, value: undefined }
      },
    }
    return { rows, downTo }
  })
  return { list, told, falling }
}
const whole = { counting: () => false, onEnd: () => {}, passed: 1_000 }
const everyNth = (n: number, to: number) => Array.from({ length: Math.floor(to / n) }, (_, i) => (i + 1) * n)
const someNumbers = fc.array(fc.nat(5_000), { maxLength: 400 })

describe('a falling list', () => {
  it('gives what it holds, the greatest first, and closes what it opened', () =>
    fc.assert(
      fc.property(someNumbers, fc.nat(5_200), fc.boolean(), (numbers, from, early) => {
        const { list, told, falling } = listOf(numbers, from)
        if (early) list.spacing()
        expect([...eachOf(list, from)]).toEqual(falling.filter((each) => each <= from))
        expect(told.open).toBe(0)
      }),
    ))

  it('knows its density when a few of its numbers were read', () => {
    const { list, told } = listOf(everyNth(10, 5_000), 5_000)
    expect(list.spacing()).toBeCloseTo(10, 0)
    expect(told.read).toBeLessThan(50)
    expect(list.distance(2_000)).toBeGreaterThan(270)
    expect(list.distance(2_000)).toBeLessThan(330)
  })
})

describe('what is in two lists', () => {
  it('is all there, in order, and nothing comes that is in neither', () =>
    fc.assert(
      fc.property(someNumbers, someNumbers, fc.nat(5_200), (a, b, from) => {
        const [one, other] = [listOf(a, from), listOf(b, from)]
        const found = [...inBoth(one.list, other.list, from, whole)]
        const inEach = one.falling.filter((each) => each <= from && other.falling.includes(each))
        expect(found).toEqual([...new Set(found)].sort((x, y) => y - x))
        expect(inEach.filter((each) => !found.includes(each))).toEqual([])
        const known = new Set(one.falling.filter((each) => each <= from))
        const others = new Set(other.falling.filter((each) => each <= from))
        expect(found.every((each) => known.has(each)) || found.every((each) => others.has(each))).toBe(true)
        expect([one.told.open, other.told.open]).toEqual([0, 0])
      }),
    ))

  it('is guessed where many of the denser one would have to be passed', () => {
    const [rare, dense] = [listOf(everyNth(1_000, 99_000), 99_000), listOf(everyNth(2, 99_000), 99_000)]
    expect([...inBoth(dense.list, rare.list, 99_000, whole)]).toHaveLength(99)
    expect(dense.told.read).toBeLessThan(100)
  })

  it('is looked up where passing is cheaper than to read all that may be in both', () => {
    const near = Array.from({ length: 900 }, (_, n) => 40_000 + 2 * n)
    const [one, dense] = [listOf([...near, 90_000], 99_000), listOf(everyNth(5, 99_000), 99_000)]
    const found = [...inBoth(one.list, dense.list, 99_000, whole)]
    const inEach = near.filter((each) => each % 5 === 0)
    expect(found.length - inEach.length).toBeLessThan(120)
  })

  it('is counted only as far as it is told', () => {
    const [one, other] = [listOf(everyNth(20, 99_000), 99_000), listOf(everyNth(21, 99_000), 99_000)]
    let end = 0
    const onEnd = (seq: number) => {
      end = seq
    }
    const compare = { counting: () => true, onEnd, passed: 500 }
    const found = [...inBoth(one.list, other.list, 99_000, compare)]
    expect(found.every((each) => each % 420 === 0 && each > end)).toBe(true)
    expect(end).toBeGreaterThan(80_000)
    expect(one.told.read + other.told.read).toBeLessThan(700)
  })
})

/** Whatever was unpacked before, alone or with others, and whatever had to give way: a block says what was packed. */
import { expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import type { PackedBlock } from './archive.ts'
import { packTexts } from './packed-texts.ts'
import { createUnpackedBlocks } from './unpacked-blocks.ts'

const LINES = 4
const BLOCKS = 40
/** Of very different lengths, beside the memory that they are given here. */
const ROOM = 4_096
const textOf = (seq: number) => `${seq}${'x'.repeat((seq * 7_919) % 330)}`
const block = (n: number): PackedBlock => {
  const [first, last] = [n * LINES, n * LINES + LINES - 1]
  const texts = Array.from({ length: LINES }, (_, line) => textOf(first + line))
  return { first, last, prev: new Uint8Array(32).fill(n), data: packTexts(texts) }
}
const packed = Array.from({ length: BLOCKS }, (_, n) => block(n))
const aNumber = fc.nat(BLOCKS - 1)
const aStep = fc.oneof(
  fc.record({ unpack: fc.array(aNumber, { minLength: 1, maxLength: 9 }) }),
  fc.record({ read: fc.nat(BLOCKS * LINES - 1) }),
  fc.constant({ forget: true }),
)

it('blocks that are kept say what was packed, in whatever order they came and went', () => {
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 60 }), (steps) => {
      const blocks = createUnpackedBlocks(ROOM)
      for (const step of steps) {
        if ('forget' in step) blocks.forget()
        else if ('unpack' in step) {
          const fresh = [...new Set(step.unpack)].filter((n) => blocks.find(n * LINES) === null)
          blocks.unpackAll(fresh.map((n) => packed[n] as PackedBlock))
        } else {
          const n = Math.floor(step.read / LINES)
          const found = blocks.find(step.read) ?? blocks.unpack(packed[n] as PackedBlock)
          expect(found.text(step.read)).toBe(textOf(step.read))
          expect(found.prev[0]).toBe(n)
        }
        for (let seq = 0; seq < BLOCKS * LINES; seq++) {
          const kept = blocks.find(seq)
          if (kept !== null) expect(kept.text(seq)).toBe(textOf(seq))
        }
      }
    }),
  )
})

it('the newest are kept, as many as there is room for, and one that is too large drives none of them out', () => {
  const blocks = createUnpackedBlocks(ROOM)
  const small = (n: number): PackedBlock => ({ ...block(n), data: packTexts(['y'.repeat(1_000)]) })
  for (let n = 0; n < 7; n++) blocks.unpack(small(n))
  const kept = () => Array.from({ length: 8 }, (_, n) => n).filter((n) => blocks.find(n * LINES) !== null)
  expect(kept()).toEqual([3, 4, 5, 6])
  const large = { ...block(7), data: packTexts(['z'.repeat(ROOM)]) }
  expect(blocks.unpack(large).text(7 * LINES)).toBe('z'.repeat(ROOM))
  expect(blocks.find(7 * LINES + 1)?.text(7 * LINES)).toBe('z'.repeat(ROOM))
  expect(kept()).toEqual([3, 4, 5, 6, 7].slice(0, 4))
})

it('of several that can not be unpacked together none is kept, and each is had by itself', () => {
  const blocks = createUnpackedBlocks(4 * ROOM)
  const broken = { ...block(2), data: block(2).data.slice(0, -1) }
  blocks.unpackAll([block(1), broken, block(3)])
  expect([LINES, 2 * LINES, 3 * LINES].map((seq) => blocks.find(seq))).toEqual([null, null, null])
  expect(blocks.unpack(block(1)).text(LINES)).toBe(textOf(LINES))
  expect(() => blocks.unpack(broken)).toThrow()
  blocks.unpackAll([block(3), block(4)])
  expect(blocks.find(3 * LINES)?.text(3 * LINES)).toBe(textOf(3 * LINES))
})

/** What was packed comes back, whatever its frame says of its size, and in whatever order lines are asked for. */
import { constants, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import { giveBack, linesOf, packTexts, unpackTexts, unpackTogether } from './packed-texts.ts'

const MIB = 1024 * 1024
/** Around where a frame writes its size in one, two and four bytes, and above what is given at once. */
const LENGTHS = [0, 1, 63, 64, 255, 256, 257, 65_535, 65_536, 65_791, 65_792, 3 * MIB]

describe('the texts of a block', () => {
  it('come back, of every length', () => {
    for (const length of LENGTHS) {
      const text = 'ab'.repeat(length).slice(0, length)
      expect(unpackTexts(packTexts([text])).toString()).toBe(text)
    }
  })

  it('come back from a frame that does not say how long they are', () => {
    for (const length of LENGTHS) {
      const text = 'ab'.repeat(length).slice(0, length)
      const packed = zstdCompressSync(text, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } })
      expect(unpackTexts(packed).toString()).toBe(text)
    }
  })

  it('take no more memory than they are long', () => {
    const unpacked = unpackTexts(packTexts(['ab'.repeat(50_000)]))
    expect(unpacked.buffer.byteLength).toBe(unpacked.length + 1)
  })

  it('of a frame that says a wrong length are refused', () => {
    const packed = packTexts(['ab'.repeat(10_000)])
    for (const size of [1, 20_001, 60_000]) {
      const wrong = Buffer.from(packed)
      expect(wrong[4] ?? 0).toBe(0x60)
      wrong.writeUInt16LE(size - Math.min(size, 256), 5)
      expect(() => unpackTexts(wrong)).toThrow()
    }
  })

  it('of several blocks come back as they would one by one, or not at all', () => {
    const unsized = (text: string) =>
      zstdCompressSync(text, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } })
    const aBlock = fc
      .tuple(fc.constantFrom(...LENGTHS.slice(0, -1)), fc.string())
      .map(([length, text]) => packTexts(['ab'.repeat(length).slice(0, length) + text]))
    const cut = (packed: Uint8Array) => packed.subarray(0, packed.length - 1)
    const twice = (packed: Uint8Array) => Buffer.concat([packed, packed])
    const anOddOne = fc.oneof(aBlock.map(cut), aBlock.map(twice), fc.string().map(unsized), fc.uint8Array())
    const each = (packed: Uint8Array[]) => packed.map((one) => unpackTexts(one).toString())
    const together = (packed: Uint8Array[], most = MIB) => {
      const texts: string[] = []
      unpackTogether(packed, most, (bytes) => texts.push(bytes.toString()))
      return texts
    }
    fc.assert(
      fc.property(fc.array(aBlock, { minLength: 2, maxLength: 8 }), (packed) => {
        const long = each(packed).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
        expect(together(packed, long)).toEqual(each(packed))
        expect(together(packed, long - 1)).toEqual([])
      }),
    )
    fc.assert(
      fc.property(
        fc.array(aBlock, { minLength: 1, maxLength: 4 }),
        anOddOne,
        fc.nat(4),
        (packed, odd, at) => {
          const all = packed.toSpliced(at, 0, odd)
          const found = together(all)
          if (found.length > 0) expect(found).toEqual(each(all))
        },
      ),
    )
    expect(together([packTexts(['a']), twice(packTexts(['b']))])).toEqual([])
    expect(together([cut(packTexts(['a'])), packTexts(['b'])])).toEqual([])
  })

  it('give their memory back, but for what they share with others', () => {
    const large = unpackTexts(packTexts(['ab'.repeat(50_000)]))
    giveBack(large)
    expect(large.length).toBe(0)
    const shared = Buffer.from('short')
    const others = Buffer.from('another')
    giveBack(shared)
    expect([shared, others].map(String)).toEqual(['short', 'another'])
    let bytes: Buffer = Buffer.alloc(0)
    const packed = ['a', 'b'].map((text) => packTexts([text.repeat(40_000)]))
    unpackTogether(packed, MIB, (each) => {
      bytes = each
    })
    expect(bytes.length).toBe(0)
  })

  it('are found line by line, in any order', () => {
    const aText = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '))
    const asked = fc.array(fc.nat(20), { maxLength: 30 })
    fc.assert(
      fc.property(fc.array(aText, { minLength: 1, maxLength: 16 }), asked, (texts, numbers) => {
        const line = linesOf(unpackTexts(packTexts(texts)))
        for (const n of numbers) expect(line(n)).toBe(texts[n]?.toWellFormed() ?? '')
        expect(line(Number.MAX_SAFE_INTEGER)).toBe('')
      }),
    )
  })
})

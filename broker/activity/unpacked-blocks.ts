/**
 * Blocks of the archive as they were unpacked, the latest of them, in one piece of memory that is written over and over.
 * With memory of its own for each, a search of fifty blocks left so much behind that V8 collected everything after every
 * fortieth one, for longer than the search took.
 */
import type { PackedBlock } from './archive.ts'
import { giveBack, linesOf, unpackTexts, unpackTogether } from './packed-texts.ts'

export interface UnpackedBlock {
  first: number
  last: number
  /** Chain value before `first`. */
  prev: Uint8Array
  /** Text of an entry of the block. Not to be asked for once another block was unpacked. */
  text(seq: number): string
}
export interface UnpackedBlocks {
  /** The block that holds an entry, if it is kept. */
  find(seq: number): UnpackedBlock | null
  /** Throws for one that can't be unpacked. */
  unpack(packed: PackedBlock): UnpackedBlock
  /** Several in one call, which takes two thirds of the time. Those that can't be had so are left for `unpack`. */
  unpackAll(packed: PackedBlock[]): void
  forget(): void
}

/** Some sixty blocks. */
const ROOM = 2 * 1024 * 1024

export function createUnpackedBlocks(room = ROOM): UnpackedBlocks {
  let memory: Buffer | null = null
  /** In the order in which they were unpacked, and lie: from `end` on, and then from the beginning up to it. */
  let kept: (UnpackedBlock & { start: number })[] = []
  let end = 0
  /** The last that was looked into, also when it is too large to be kept beside others. */
  let latest: UnpackedBlock | null = null

  /** Null for one that is so large that it would drive out all others. */
  function keep({ first, last, prev }: PackedBlock, bytes: Buffer): UnpackedBlock | null {
    if (bytes.length > room / 4) return null
    memory ??= Buffer.allocUnsafeSlow(room)
    if (end + bytes.length > room) {
      dropUpTo(room)
      end = 0
    }
    dropUpTo(end + bytes.length)
    const own = memory.subarray(end, end + bytes.length)
    own.set(bytes)
    const block = { ...blockOf(first, last, prev, own), start: end }
    kept.push(block)
    end += bytes.length
    return block
  }
  /** The oldest, which lie from `end` on. */
  function dropUpTo(to: number): void {
    let dropped = 0
    for (const { start } of kept) {
      if (start < end || start >= to) break
      dropped++
    }
    if (dropped === 0) return
    kept = kept.slice(dropped)
    latest = null
  }
  return {
    find(seq) {
      // What closed an entry lies near it.
      if (latest !== null && seq >= latest.first && seq <= latest.last) return latest
      const found = kept.findLast(({ first, last }) => seq >= first && seq <= last)
      if (found !== undefined) latest = found
      return found ?? null
    },
    unpack(packed) {
      const bytes = unpackTexts(packed.data)
      const block = keep(packed, bytes)
      if (block !== null) giveBack(bytes)
      latest = block ?? blockOf(packed.first, packed.last, packed.prev, bytes)
      return latest
    },
    unpackAll(packed) {
      const all = packed.map(({ data }) => data)
      unpackTogether(all, room / 2, (bytes, n) => keep(packed[n] as PackedBlock, bytes))
    },
    forget() {
      kept = []
      latest = null
    },
  }
}

function blockOf(first: number, last: number, prev: Uint8Array, bytes: Buffer): UnpackedBlock {
  const line = linesOf(bytes)
  return { first, last, prev, text: (seq) => line(seq - first) }
}

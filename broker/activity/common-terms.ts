/**
 * Terms that many entries of a volume have, each as a map of bits, one for each entry. To hold two long lists against each
 * other SQLite goes through both of them; of two maps it is a few thousand words of memory. Made when a volume is whole,
 * from its lists: what is written into it later is in the lists, not in the maps, and is noted as late.
 */
import type { DatabaseSync } from 'node:sqlite'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { quote } from './index-terms.ts'
import { giveBack } from './packed-texts.ts'
import { VOLUME_ENTRIES } from './volume.ts'

export type TermKind = 'word' | 'part'
/** Bit n stands for the n-th entry of the volume. */
export type Bits = Uint32Array

export interface CommonLimits {
  /** Entries of a volume that have the term, at least. A list of fewer is gone through in no time. */
  from: number
  /** Terms of a kind, the most common ones: some ten kilobytes each. */
  most: number
}
export const COMMON: CommonLimits = { from: VOLUME_ENTRIES / 32, most: 512 }

export const COMMON_SCHEMA = `
  CREATE TABLE IF NOT EXISTS common (
    volume INTEGER NOT NULL, kind TEXT NOT NULL, term TEXT NOT NULL, bits BLOB NOT NULL,
    PRIMARY KEY (volume, kind, term)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS late (seq INTEGER PRIMARY KEY) STRICT;`

/** In the caller's transaction. */
export function mapCommonTerms(db: DatabaseSync, volume: number, { from, most }: CommonLimits): void {
  dropCommonTerms(db, volume)
  const add = db.prepare('INSERT INTO common (volume, kind, term, bits) VALUES (?, ?, ?, ?)')
  for (const kind of ['word', 'part'] as const) {
    const table = `${kind}_${volume}`
    db.exec(`CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', '${table}', 'row')`)
    const terms = db.prepare('SELECT term FROM temp.terms WHERE doc >= ? ORDER BY doc DESC LIMIT ?')
    const common = terms.all(from, most).map(({ term }) => String(term))
    db.exec('DROP TABLE temp.terms')
    // One long text is read four times as fast as so many rows.
    const list = db.prepare(`SELECT group_concat(rowid) AS seqs FROM ${table} WHERE ${table} MATCH ?`)
    for (const term of common) {
      const bits = new Uint32Array(VOLUME_ENTRIES / 32)
      const seqs = list.get(quote(term))?.seqs
      for (const seq of seqs == null ? [] : String(seqs).split(',')) setBit(bits, Number(seq))
      add.run(volume, kind, term, pack(bits))
    }
  }
}

export function dropCommonTerms(db: DatabaseSync, volume: number): void {
  db.prepare('DELETE FROM common WHERE volume = ?').run(volume)
  db.prepare('DELETE FROM late WHERE seq >= ? AND seq < ?').run(
    volume * VOLUME_ENTRIES,
    (volume + 1) * VOLUME_ENTRIES,
  )
}

export interface CommonTerm {
  kind: TermKind
  term: string
}
export interface CommonTerms {
  /** Whether there is a map of it: not for what is not common there, nor before the volume is whole. */
  has(volume: number, kind: TermKind, term: string): boolean
  /** Which entries have one of each group, or came late. All of these have maps. */
  mapOf(volume: number, groups: CommonTerm[][], late: number[]): Bits
  /** Entries of which the maps may not know all. */
  lateOf(volume: number): number[]
}

export function readCommonTerms(db: DatabaseSync): CommonTerms {
  const look = db.prepare('SELECT 1 FROM common WHERE volume = ? AND kind = ? AND term = ?')
  const find = db.prepare('SELECT bits FROM common WHERE volume = ? AND kind = ? AND term = ?')
  const late = db.prepare('SELECT seq FROM late WHERE seq >= ? AND seq < ?')
  const bitsOf = (volume: number, { kind, term }: CommonTerm) =>
    unpack(find.get(volume, kind, term)?.bits as Uint8Array)
  return {
    has: (volume, kind, term) => look.get(volume, kind, term) !== undefined,
    mapOf(volume, groups, late) {
      const map = new Uint32Array(VOLUME_ENTRIES / 32).fill(0xffffffff)
      for (const group of groups) {
        const all = group.map((term) => bitsOf(volume, term))
        const any = all.reduce(orBits)
        const areLeft = andBits(map, any)
        all.forEach(giveBack)
        // When none is left, the others need not be unpacked.
        if (!areLeft) break
      }
      for (const seq of late) setBit(map, seq)
      return map
    },
    lateOf: (volume) =>
      late.all(volume * VOLUME_ENTRIES, (volume + 1) * VOLUME_ENTRIES).map(({ seq }) => Number(seq)),
  }
}

export const hasBit = (bits: Bits, seq: number): boolean =>
  (((bits[(seq % VOLUME_ENTRIES) >> 5] ?? 0) >>> (seq & 31)) & 1) === 1
function setBit(bits: Bits, seq: number): void {
  const at = (seq % VOLUME_ENTRIES) >> 5
  bits[at] = (bits[at] ?? 0) | (1 << (seq & 31))
}
/** Whether any are left. */
function andBits(into: Bits, other: Bits): boolean {
  let left = 0
  for (let n = 0; n < into.length; n++) {
    const both = (into[n] ?? 0) & (other[n] ?? 0)
    into[n] = both
    left |= both
  }
  return left !== 0
}
function orBits(into: Bits, other: Bits): Bits {
  for (let n = 0; n < into.length; n++) into[n] = (into[n] ?? 0) | (other[n] ?? 0)
  return into
}

/** Numbers of the entries of a volume whose bit is set, falling, from `from` down to `downTo`. */
export function* fallingBits(bits: Bits, volume: number, from: number, downTo: number): Generator<number> {
  const first = volume * VOLUME_ENTRIES
  const top = Math.min(from, first + VOLUME_ENTRIES - 1) - first
  for (let at = top >> 5; at >= 0 && first + 32 * at + 31 >= downTo; at--) {
    let word = bits[at] ?? 0
    while (word !== 0) {
      const bit = 31 - Math.clz32(word)
      word &= ~(1 << bit)
      const seq = first + 32 * at + bit
      if (seq < downTo) return
      if (seq <= first + top) yield seq
    }
  }
}

/** The least significant byte first, whatever the machine: an index stays where it was made, and all that run us do so. */
const pack = (bits: Bits): Uint8Array =>
  zstdCompressSync(new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength), {
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
  })
function unpack(packed: Uint8Array): Bits {
  // One byte more than it is: memory that was filled is taken for too little, and a second piece is made.
  const bytes = zstdDecompressSync(packed, {
    maxOutputLength: VOLUME_ENTRIES / 8,
    chunkSize: VOLUME_ENTRIES / 8 + 1,
  })
  const bits = new Uint32Array(VOLUME_ENTRIES / 32)
  new Uint8Array(bits.buffer).set(bytes)
  giveBack(bytes)
  return bits
}

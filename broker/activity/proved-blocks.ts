/**
 * What a seal says of the archive: which blocks a verification had walked entry by entry and found in order, and a digest
 * of them as they lie on the disk. A later verification that finds the same bytes need not walk them again: it goes on
 * from there. Only what was walked is ever signed; a block that was packed since is walked first.
 */
import { hash, type KeyObject } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import { isGenuine, keyId, type StoredSeal } from './seals.ts'

/** What is signed, as canonical JSON in the seal. */
interface ProvedBlocks {
  /** Entries from here to there, in so many blocks. */
  first: number
  last: number
  blocks: number
  /** How many of the entries are redacted: those are looked at each time, and none can be left out. */
  redacted: number
  /** SHA-256 over the digests of all blocks, the oldest first. */
  root: string
  /** When each entry was computed anew, at the latest; epoch ms. */
  at: number
}

/** Blocks that were found in order, with what is needed to say so when the oldest are gone. */
export interface BlockList {
  first: number
  /** Last entry of each. */
  lasts: number[]
  /** Digest of each, one behind the other. */
  digests: Uint8Array
  /** Numbers of the redacted entries in them. */
  redacted: number[]
  at: number
}

const DIGEST_BYTES = 32

/** Over all columns as they lie there; null when one isn't of the kind that it was made as. */
export function digestOfBlock(row: Record<string, unknown>): Uint8Array | null {
  const { last, first, at_min: atMin, at_max: atMax } = row
  const parts = [row.prev, row.head, row.marks, row.data].filter((part) => part instanceof Uint8Array)
  if (parts.length < 4) return null
  const head = Buffer.from(
    `${JSON.stringify([last, first, atMin, atMax, ...parts.map((part) => part.length)])}\n`,
  )
  return hash('sha256', Buffer.concat([head, ...parts]), 'buffer')
}

type Found = Pick<BlockList, 'first' | 'lasts' | 'digests'>
/** Joins what was found of the archive, part by part; null when there is no block, or one that has no digest. */
export function joinBlocks(
  parts: readonly (Found | null)[],
  redacted: readonly number[],
  at: number,
): BlockList | null {
  const some = parts.filter((part) => part !== null && part.lasts.length > 0) as Found[]
  if (parts.includes(null)) return null
  const [head] = some
  if (head === undefined) return null
  const lasts = some.flatMap((part) => part.lasts)
  const end = lasts.at(-1) ?? 0
  return {
    first: head.first,
    lasts,
    digests: Buffer.concat(some.map(({ digests }) => digests)),
    redacted: redacted.filter((seq) => seq >= head.first && seq <= end),
    at,
  }
}

const provedBy = ({ first, lasts, digests, redacted, at }: BlockList): ProvedBlocks => ({
  first,
  last: lasts.at(-1) ?? 0,
  blocks: lasts.length,
  redacted: redacted.length,
  root: hash('sha256', digests, 'hex'),
  at,
})

/** As it stands in a seal. */
export const statementOf = (list: BlockList | null): string =>
  list === null ? '' : canonicalJson({ ...provedBy(list) })

/** What is left when retention took the oldest up to `seq`. */
export function withoutUpTo(list: BlockList, seq: number): BlockList | null {
  const gone = list.lasts.filter((last) => last <= seq)
  const kept = list.lasts.slice(gone.length)
  if (kept.length === 0) return null
  return {
    ...list,
    first: (gone.at(-1) ?? list.first - 1) + 1,
    lasts: kept,
    digests: list.digests.subarray(gone.length * DIGEST_BYTES),
    redacted: list.redacted.filter((each) => each > seq),
  }
}

/** The same blocks, byte for byte, with the same redactions. */
export const isSame = (said: ProvedBlocks, found: BlockList | null): boolean =>
  found !== null && canonicalJson({ ...said }) === statementOf({ ...found, at: said.at })

export interface Proof {
  seal: StoredSeal
  said: ProvedBlocks
}

/** The newest seal of this key that says something of the archive. */
export function newestProof(seals: readonly StoredSeal[], key: KeyObject): Proof | null {
  const id = keyId(key)
  for (const seal of seals.toReversed()) {
    if (seal.key !== id || seal.proved === '' || !isGenuine(seal, key)) continue
    const said = readStatement(seal.proved)
    return said === null || said.last > seal.seq ? null : { seal, said }
  }
  return null
}

function readStatement(text: string): ProvedBlocks | null {
  const { first, last, blocks, redacted, root, at } = JSON.parse(text) as ProvedBlocks
  const numbers = [first, last, blocks, redacted, at].every(Number.isSafeInteger)
  return numbers && /^[0-9a-f]{64}$/.test(root) ? { first, last, blocks, redacted, root, at } : null
}

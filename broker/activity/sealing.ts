/** Seals the log's head on a beat, and at its close. A keychain that fails or hangs makes unsigned seals, never a hang. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../ports.ts'
import type { LogWriter } from './log-writer.ts'
import {
  keyId,
  readPublicKey,
  type Seal,
  type SealBook,
  type SealKind,
  type SealSigner,
  sealBytes,
} from './seals.ts'

export interface Sealing {
  /** Syncs, signs and stores a seal over the newest entry. Rejects when the disk refuses. */
  seal(kind: SealKind): Promise<Seal>
  signWith(signer: SealSigner): void
  state(): { signed: boolean; at: number | null; seq: number | null }
  end(): void
}
export interface SealingOptions {
  writer: LogWriter
  book: SealBook
  boot: string
  clock: Clock
  signer?: SealSigner
  /** The key is known and the keychain has not answered yet: so long, in ms, no beat is kept that nobody signed. */
  awaitKeyMs?: number
  /** Between two beats, in ms. */
  beatMs: number
  /** After an entry that no seal covers yet, in ms. */
  soonMs?: number
  /** Told the sealed head, when seal and entries are on the disk: kept elsewhere, it shows a log that was set back. */
  remember?: (head: { seq: number; hash: string }, firm: boolean) => void
  /** What is proved of the archive, as a seal says it. */
  proved?: () => string
  onFault?: (error: unknown) => void
}

const SIGN_MS = 5_000
/** At the end of a process whose keychain has not answered yet. */
const LAST_WAIT_MS = 1_000
const SOON_MS = 10_000
/** Beats between two thinnings of the book. */
const THIN_AFTER = 60

export function startSealing(options: SealingOptions): Sealing {
  const { writer, book, boot, clock, beatMs, remember = () => {}, onFault = () => {} } = options
  const { proved: tellProved = () => '' } = options
  const soonMs = Math.min(beatMs, options.soonMs ?? SOON_MS)
  let signer = options.signer
  let key = keyOf(signer)
  let last: { seal: Seal; signed: boolean } | null = null
  let beats = 0
  let tellCame = () => {}
  const keyCame = new Promise<void>((resolve) => {
    tellCame = resolve
  })
  let queue: Promise<unknown> = Promise.resolve()
  const begun = performance.now()
  const awaitsKey = () => signer === undefined && performance.now() - begun < (options.awaitKeyMs ?? 0)
  const timer = setInterval(() => void seal('beat').catch(onFault), beatMs)
  timer.unref()
  // What was written is not left to the chain alone for longer than a few seconds.
  let soon: NodeJS.Timeout | null = null
  const unfollow = writer.onWritten(() => {
    soon ??= setTimeout(() => {
      soon = null
      if (writer.failing() === null) void seal('beat').catch(onFault)
    }, soonMs).unref()
  })

  function seal(kind: SealKind): Promise<Seal> {
    const done = queue.then(() => sealNow(kind))
    queue = done.catch(() => {})
    return done
  }
  async function sealNow(kind: SealKind): Promise<Seal> {
    if (kind === 'shutdown' && awaitsKey()) await Promise.race([keyCame, sleep(LAST_WAIT_MS)])
    const head = writer.head()
    const proved = signer ? tellProved() : ''
    const at = clock()
    await writer.sync()
    // A process that ends in its first moments must not leave a mark that reads as a log that nobody could seal.
    const unkept = kind === 'beat' && awaitsKey()
    // A beat that was missed (a laptop that slept) is a gap, and stays one.
    const same = last?.seal.seq === head.seq && at - last.seal.at <= 2 * beatMs
    const statement = { kind, boot, ...head, since: same && last ? last.seal.since : at, at }
    const place = book.place(statement, ++beats % THIN_AFTER === 0 ? { thinAt: at } : {})
    const seal: Seal = { ...statement, key, book: place.book, proved }
    const signature = signer ? await signInTime(signer, seal, onFault) : null
    const stored = signature ? seal : { ...seal, key: '', proved: '' }
    if (!unkept) book.put(place, stored, signature)
    last = { seal: stored, signed: signature !== null }
    await writer.sync()
    try {
      remember(head, kind !== 'beat')
    } catch (error) {
      onFault(error)
    }
    return stored
  }

  return {
    seal,
    signWith(given) {
      signer = given
      tellCame()
      key = keyOf(given)
    },
    state: () => ({ signed: last?.signed ?? false, at: last?.seal.at ?? null, seq: last?.seal.seq ?? null }),
    end() {
      unfollow()
      clearInterval(timer)
      if (soon !== null) clearTimeout(soon)
    },
  }
}

const keyOf = (signer: SealSigner | undefined) => (signer ? keyId(readPublicKey(signer.publicKey)) : '')

async function signInTime(
  signer: SealSigner,
  seal: Seal,
  onFault: (error: unknown) => void,
): Promise<Uint8Array | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The keychain did not sign within ${SIGN_MS} ms.`)), SIGN_MS)
  })
  try {
    return await Promise.race([signer.sign(sealBytes(seal)), late])
  } catch (error) {
    onFault(error)
    return null
  } finally {
    clearTimeout(timer)
  }
}

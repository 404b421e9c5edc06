/**
 * A response's body, decoded and limited. The limit is on what comes out: a small body that unpacks to gigabytes ends
 * where the limit is, having cost no more than that. Never more than two codings, each of a known kind.
 */
import type { Readable, Transform } from 'node:stream'
import zlib from 'node:zlib'
import { type Failed, failed, type Outcome, ok } from '../../../contract/outcome.ts'

export interface ReadBody {
  bytes: Buffer
  /** More was there than `maxBytes`. */
  truncated: boolean
}

/** What we say that we understand. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br, zstd'
const MAX_CODINGS = 2

const DECODERS: Record<string, () => Transform> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
}

export interface UnpackedBody {
  stream: Readable
  /** Lets go of the rest. */
  destroy(): void
}

/** The body as it was before it was packed. */
export function unpackBody(body: Readable, contentEncoding: string): Outcome<UnpackedBody> {
  // A connection that ends while nobody reads must not be an error that nobody hears.
  body.on('error', () => {})
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  const unknown = codings.find((coding) => DECODERS[coding] === undefined)
  if (unknown !== undefined || codings.length > MAX_CODINGS) {
    body.destroy()
    return failed(
      'unsupported',
      `The answer is packed in a way that is not supported (${contentEncoding.slice(0, 60)}).`,
    )
  }
  const steps: Readable[] = [body]
  for (const coding of codings.reverse())
    steps.push(unpack(steps.at(-1) as Readable, (DECODERS[coding] as () => Transform)()))
  return ok({
    stream: steps.at(-1) as Readable,
    destroy: () => {
      for (const step of steps) step.destroy()
    },
  })
}

/** Reads to the end or the limit. Throws what the connection throws. */
export async function readBody(stream: Readable, maxBytes: number): Promise<Outcome<ReadBody>> {
  try {
    return ok(await collect(stream, maxBytes))
  } catch (error) {
    return damaged(error)
  }
}

/** What to say when it could not be unpacked; anything else is thrown again. */
export function damaged(error: unknown): Failed {
  if (!isPackingError(error)) throw error
  return failed('network', 'The answer is damaged: it could not be unpacked.')
}

function unpack(from: Readable, decoder: Transform): Transform {
  decoder.on('error', () => {})
  from.on('error', (error) => decoder.destroy(error))
  return from.pipe(decoder)
}

async function collect(stream: Readable, maxBytes: number): Promise<ReadBody> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxBytes) return { bytes: Buffer.concat(chunks, size).subarray(0, maxBytes), truncated: true }
  }
  return { bytes: Buffer.concat(chunks, size), truncated: false }
}

function isPackingError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return (
    typeof code === 'string' &&
    /^(Z_|ERR_BROTLI|ERR_ZSTD|ZSTD_|ERR_|BR)/.test(code) &&
    !code.startsWith('ERR_SSL') &&
    !code.startsWith('ERR_TLS')
  )
}

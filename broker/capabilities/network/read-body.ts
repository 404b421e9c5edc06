/**
 * A response's body, decoded and limited. The limit is on what comes out, of each coding: a small body that unpacks to
 * gigabytes ends where the limit is, having cost no more than that, also when those gigabytes would unpack to nothing.
 * Never more than two codings, each of a known kind; what unpacks for too long ends with its request.
 */
import { PassThrough, type Readable, type Transform } from 'node:stream'
import zlib from 'node:zlib'
import { type Failed, failed, type Outcome, ok } from '../../../contract/outcome.ts'

export interface ReadBody {
  bytes: Buffer
  /** More was there than `maxBytes`. */
  truncated: boolean
}

/** More came out of one coding than could come out of the last. */
const TOO_MUCH = 'ERR_UNPACKED_TOO_MUCH'

/** What we say that we understand. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br, zstd'
const MAX_CODINGS = 2

/** What may come out of a coding inside of another: packed again it is hardly larger than unpacked. */
const INNER_ROOM = 1024 * 1024
/** RFC 9659: what a server may ask for of whoever unpacks, 8 MB. By itself zstd takes up to 128. */
const ZSTD_WINDOW_LOG = 23

/** Each by the first bytes: some servers mean by `deflate` what has no header. */
const DECODERS: Record<string, (first: Buffer) => Transform> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: ([byte = 0]) => ((byte & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
  br: () => zlib.createBrotliDecompress(),
  zstd: () =>
    zlib.createZstdDecompress({ params: { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } }),
}

export interface UnpackedBody {
  stream: Readable
  /** Lets go of the rest. */
  destroy(): void
}

/**
 * The body as it was before it was packed.
 * @param contentEncoding '' for an answer that has no body, whatever its header says
 */
export function unpackBody(
  body: Readable,
  contentEncoding: string,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Outcome<UnpackedBody> {
  // A connection that ends while nobody reads must not be an error that nobody hears.
  body.on('error', () => {})
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  const unknown = codings.find((coding) => !Object.hasOwn(DECODERS, coding))
  if (unknown !== undefined || codings.length > MAX_CODINGS) {
    body.destroy()
    return failed(
      'unsupported',
      `The answer is packed in a way that is not supported (${contentEncoding.slice(0, 60)}).`,
    )
  }
  const steps: Readable[] = [body]
  for (const coding of codings.reverse()) {
    const from = steps.at(-1) as Readable
    const room = from === body ? Number.POSITIVE_INFINITY : maxBytes + INNER_ROOM
    steps.push(unpack(from, DECODERS[coding] as (typeof DECODERS)[string], room, steps))
  }
  const destroy = (error?: Error) => {
    for (const step of steps) step.destroy(error)
  }
  // The connection may be over long before all of it is unpacked.
  const onAbort = () => destroy(new DOMException('The request has ended.', 'AbortError'))
  signal.addEventListener('abort', onAbort, { once: true })
  return ok({
    stream: steps.at(-1) as Readable,
    destroy() {
      signal.removeEventListener('abort', onAbort)
      destroy()
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

/** @param steps is given what is made here too, to be let go of */
function unpack(
  from: Readable,
  decoderFor: (first: Buffer) => Transform,
  room: number,
  steps: Readable[],
): Readable {
  const unpacked = new PassThrough()
  const fail = (error: Error) => void unpacked.destroy(error)
  unpacked.on('error', () => {})
  from.on('error', fail)
  let size = 0
  from.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > room) fail(Object.assign(new Error('It unpacks to too much.'), { code: TOO_MUCH }))
  })
  // Nothing at all is nothing packed.
  const none = () => void unpacked.end()
  from.once('end', none)
  from.once('data', (first: Buffer) => {
    from.off('end', none)
    const decoder = decoderFor(first)
    steps.push(decoder)
    decoder.on('error', fail)
    decoder.write(first)
    from.pipe(decoder).pipe(unpacked)
  })
  return unpacked
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

/** A stream of the gate's: asks for part after part of a request that was let through. */
import { base64ToBytes } from './base64.ts'
import type { Box } from './endowment.ts'
import { ReadableStream } from './read-stream.ts'

type Read<P> = { done: false; part: P } | { done: true; end: unknown }

/**
 * @param take makes of a part what the reader gets
 * @param onEnd given what the request came to, once
 */
export function openGateStream<P, T>(
  box: Box,
  stream: number,
  take: (part: P) => T,
  onEnd?: (end: unknown) => void,
): ReadableStream<T> {
  return new ReadableStream<T>({
    async pull() {
      const read = (await box.ask('stream.read', { stream })) as Read<P>
      if (!read.done) return { done: false, value: take(read.part) }
      onEnd?.(read.end)
      return { done: true, value: undefined }
    },
    cancel() {
      box.ask('stream.close', { stream }).catch(() => {})
    },
  })
}

export function partBytes({ bytes }: { bytes: string }): Uint8Array<ArrayBuffer> {
  return base64ToBytes(bytes)
}

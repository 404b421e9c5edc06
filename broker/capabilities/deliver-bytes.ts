/**
 * Bytes on their way to a tool, in parts: known secrets taken out, each part labelled, none read ahead further than
 * one part beyond what the tool has taken.
 */
import { StringDecoder } from 'node:string_decoder'
import { STREAM_LIMITS } from '../../contract/stream.ts'
import type { LabelledPart, LeakScanner, PartSink } from '../ports.ts'

export interface DeliverOptions {
  sink: PartSink<LabelledPart>
  leaks: Pick<LeakScanner, 'stream'>
  /** Bytes that may come; what is over it is not read. */
  max: number
  label: Pick<LabelledPart, 'origins' | 'private'>
}
export interface Delivered {
  bytes: number
  /** The tool let go of it before the end. */
  letGo: boolean
  /** More was there than `max`. */
  over: boolean
  /** Places where a known secret stood. */
  echoes: number
}

/** Throws what the source throws, after the tool has taken what came before. */
export async function deliverBytes(
  source: AsyncIterable<Buffer>,
  options: DeliverOptions,
): Promise<Delivered> {
  const { sink, max } = options
  const scan = options.leaks.stream()
  const queue = openQueue(sink, options.label)
  let bytes = 0
  let over = false
  let whole = false
  try {
    for await (const chunk of source) {
      const room = max - bytes
      over = chunk.length > room
      const taken = over ? chunk.subarray(0, room) : chunk
      bytes += taken.length
      // Bytes are looked through as Latin-1, in which each byte is one character.
      if (!(await queue.add(await scan.push(taken.toString('latin1')))) || over) break
    }
    whole = !over
  } finally {
    // What ends early may end in the middle of a value, whose beginning says as much.
    await queue.end(await (whole ? scan.end() : scan.cut()))
  }
  return { bytes, letGo: !queue.wanted(), over, echoes: scan.hits().length }
}

function openQueue(sink: PartSink<LabelledPart>, label: DeliverOptions['label']) {
  const decoder = new StringDecoder('utf8')
  let waiting = ''
  let sending: Promise<void> | null = null
  let wanted = true
  let ended = false

  function send() {
    const bytes = Buffer.from(waiting.slice(0, STREAM_LIMITS.part), 'latin1')
    waiting = waiting.slice(STREAM_LIMITS.part)
    const part = {
      value: { bytes: bytes.toString('base64') },
      noted: { text: decoder.write(bytes) },
      ...label,
    }
    sending = sink.part(part, ended && waiting === '').then((taken) => {
      sending = null
      wanted = taken
      if (wanted && waiting !== '') send()
    })
  }
  return {
    wanted: () => wanted,
    /** Waits while a whole part is waiting; false when no more is wanted. */
    async add(text: string): Promise<boolean> {
      waiting += text
      if (!sending && waiting !== '' && wanted) send()
      while (wanted && waiting.length >= STREAM_LIMITS.part) await sending
      return wanted
    },
    async end(text: string): Promise<void> {
      waiting += text
      ended = true
      if (!sending && waiting !== '' && wanted) send()
      while (sending) await sending
    },
  }
}

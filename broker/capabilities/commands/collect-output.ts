/**
 * One stream of a program, as text: limited, free of known secrets, told on as it comes. What is over the limit is read
 * and thrown away, so that the program goes on; far over it, someone is told.
 */
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { LeakScanner } from '../../ports.ts'

export interface CollectOptions {
  /** Bytes that are kept. */
  max: number
  leaks: Pick<LeakScanner, 'stream'>
  /** Whether all text is gathered for the end, or only the last of it. */
  keep: boolean
  /** The program is held back until this has been taken. */
  onText(text: string): Promise<void>
  /** Called once when far more came than is kept. */
  onFlood(): void
}
export interface Collected {
  text: string
  /** Characters, also of what was not gathered. */
  length: number
  truncated: boolean
}

/** Characters of the last output that are gathered in any case: what a program says before it fails. */
const TAIL = 16 * 1024

/** How much more than is kept a program may write before it counts as a flood. */
const FLOOD = 64

export async function collectOutput(stream: Readable, options: CollectOptions): Promise<Collected> {
  const decoder = new StringDecoder('utf8')
  const scan = options.leaks.stream()
  const parts: string[] = []
  let bytes = 0
  let length = 0
  let kept = 0
  const keepTail = () => {
    const tail = parts.join('').slice(-TAIL)
    parts.splice(0, parts.length, tail)
    kept = length
  }
  const take = async (text: string) => {
    if (text === '') return
    length += text.length
    parts.push(text)
    if (!options.keep && parts.length > 1 && length > kept + TAIL) keepTail()
    await options.onText(text)
  }
  let flooded = false
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const room = options.max - bytes
      bytes += chunk.length
      if (room > 0)
        await take(await scan.push(decoder.write(room < chunk.length ? chunk.subarray(0, room) : chunk)))
      if (bytes > options.max * FLOOD && !flooded) {
        flooded = true
        options.onFlood()
      }
    }
  } catch {
    // The stream broke off because the program was ended: what came before stands.
  }
  await take((await scan.push(decoder.end())) + (await scan.end()))
  return { text: parts.join(''), length, truncated: bytes > options.max }
}

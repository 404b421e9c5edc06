/**
 * What a contained program sends, as it goes: it counts against the run's budget, and stands in the record by host, a
 * megabyte at a time, so that an alert comes while it is sent, and not after.
 */
import type { CommandResource, UrlResource } from '../../../contract/resource.ts'
import type { ContainedProgram, PerformContext } from '../../ports.ts'
import { fit, lastName } from '../files/name-paths.ts'

/** What goes to one host is written down when it is so much, in bytes, and at the end. */
const NOTED = 1_000_000

export interface SentNotes {
  onSent: ContainedProgram['onSent']
  /** Writes down the rest. Gives the sum of all. */
  end(): number
}

/** @param placeOf the resource of a host and port that it was let connect to; null where there is none */
export function noteSent(
  { program }: CommandResource,
  context: PerformContext,
  placeOf: (host: string, port: number) => UrlResource | null,
): SentNotes {
  const unsaid = new Map<string, { host: string; port: number; bytes: number }>()
  let total = 0

  function note(key: string): void {
    const { host, port, bytes } = unsaid.get(key) as { host: string; port: number; bytes: number }
    unsaid.delete(key)
    const resource = placeOf(host, port)
    if (resource === null || bytes === 0) return
    context.noteSent(
      { capability: 'net.request', resource },
      {
        verb: 'Send',
        object: `${sizeOf(bytes)} to ${fit(`${resource.host}:${port}`, 300)}`,
        tail: fit(`for ${lastName(program)}`, 120),
      },
      bytes,
    )
  }
  return {
    onSent(host, port, bytes) {
      total += bytes
      const key = `${host} ${port}`
      unsaid.set(key, { host, port, bytes: bytes + (unsaid.get(key)?.bytes ?? 0) })
      if ((unsaid.get(key)?.bytes ?? 0) >= NOTED) note(key)
      return context.countSent(bytes)?.person ?? null
    },
    end() {
      for (const key of [...unsaid.keys()]) note(key)
      return total
    },
  }
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`
  return bytes < NOTED ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / NOTED).toFixed(1)} MB`
}

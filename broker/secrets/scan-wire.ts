/** What goes between the broker's thread and one that scans: few large things, which are cheap to copy. Pure. */
import type { LeakHit } from '../ports.ts'
import type { How, WatchedValue } from './leak-scanner.ts'
import type { ReadyValues } from './needles.ts'

export interface ScanJob {
  how: How
  /** One chunk of a stream: where it is open is asked as well. */
  open: boolean
  texts: string[]
}
export type ToScan =
  | { t: 'watch'; values: readonly WatchedValue[]; version: number }
  /** As above, and to tell what was made ready. `before`: of earlier values, many of which may be the same. */
  | { t: 'make'; values: readonly WatchedValue[]; version: number; before: ReadyValues | null }
  /** What another thread has made ready; the arrays are shared. */
  | { t: 'attach'; ready: ReadyValues; version: number }
  /** All texts in one, with where each ends. */
  | { t: 'look'; job: Pick<ScanJob, 'how' | 'open'>; text: string; ends: Uint32Array }
interface PackedHits {
  names: string[]
  /** Four for each hit: the text's number, the name's, start and end. */
  marks: Uint32Array
}
export type FromScan =
  | { t: 'ready' }
  | { t: 'made'; ready: ReadyValues; version: number }
  /** `version` of the values that were looked for. */
  | ({ t: 'looked'; version: number; open: number } & PackedHits)

export function packJob({ how, open, texts }: ScanJob): ToScan {
  const ends = new Uint32Array(texts.length)
  let end = 0
  texts.forEach((text, at) => {
    end += text.length
    ends[at] = end
  })
  return {
    t: 'look',
    job: { how, open },
    text: texts.length === 1 ? (texts[0] as string) : texts.join(''),
    ends,
  }
}

export function textsOf({ text, ends }: { text: string; ends: Uint32Array }): string[] {
  return Array.from(ends, (end, at) => text.slice(at === 0 ? 0 : ends[at - 1], end))
}

export function packHits(hits: readonly LeakHit[][]): PackedHits {
  const names = new Map<string, number>()
  const marks = new Uint32Array(4 * hits.reduce((sum, { length }) => sum + length, 0))
  let place = 0
  hits.forEach((each, text) => {
    for (const { what, start, end } of each) {
      if (!names.has(what)) names.set(what, names.size)
      marks.set([text, names.get(what) as number, start, end], place)
      place += 4
    }
  })
  return { names: [...names.keys()], marks }
}

/** Null where there is none at all. */
export function unpackHits({ names, marks }: PackedHits, texts: number): LeakHit[][] | null {
  if (marks.length === 0) return null
  const hits = Array.from({ length: texts }, (): LeakHit[] => [])
  for (let at = 0; at < marks.length; at += 4) {
    const [text, name, start, end] = marks.subarray(at, at + 4) as unknown as [number, number, number, number]
    hits[text]?.push({ what: names[name] as string, start, end })
  }
  return hits
}

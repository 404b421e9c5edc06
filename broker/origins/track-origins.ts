/**
 * What each run has read and what its person typed. Deterministic: labels come from where a value was read, and a
 * value is backed only when it stands whole in the person's own words.
 */
import type { Lamps, Origin, OriginSpan } from '../../contract/origin.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { Json } from '../../contract/words.ts'
import type { OriginTracker } from '../ports.ts'
import { frameForModel } from './frame-for-model.ts'

interface RunOrigins {
  said: string
  outside: boolean
  private: boolean
  read: { text: string; origin: Origin }[]
}

/** Newest values kept for naming a source; older ones only keep their lamp lit. */
const VALUES_KEPT = 200

export function createOriginTracker(): OriginTracker {
  const runs = new Map<string, RunOrigins>()
  const of = (runId: string): RunOrigins => {
    const run = runs.get(runId) ?? { said: '', outside: false, private: false, read: [] }
    runs.set(runId, run)
    return run
  }
  const lamps = (runId: string, perimeter: Perimeter): Lamps => {
    const run = runs.get(runId)
    return {
      outside: run?.outside ?? false,
      private: run?.private ?? false,
      send: perimeter.hosts.length > 0 || perimeter.commands.length > 0,
    }
  }

  return {
    personSaid(runId, text) {
      const run = of(runId)
      run.said = `${run.said}\n${text}`
    },
    noteRead(runId, value, origins, isPrivate) {
      const run = of(runId)
      if (isPrivate) run.private = true
      const outside = origins.find(({ origin }) => origin.kind === 'outside')
      if (outside) run.outside = true
      const origin = (outside ?? origins[0])?.origin
      if (origin) run.read.push({ text: textOf(value), origin })
      if (run.read.length > VALUES_KEPT) run.read.shift()
    },
    noteModel() {},
    lamps,
    flow(runId, perimeter, prepared) {
      const run = of(runId)
      const spans: OriginSpan[][] = prepared.exact.map((line) => {
        const origin = originOf(run, line.text)
        return origin && line.text.length > 0 ? [{ start: 0, end: line.text.length, origin }] : []
      })
      const unbacked: string[] = []
      if (run.outside) {
        for (const line of prepared.exact) {
          if (line.long || line.text.length < 3) continue
          if (!standsWhole(line.text, run.said))
            unbacked.push(`“${line.text.slice(0, 120)}” stands in no word of yours.`)
        }
      }
      return {
        lamps: lamps(runId, perimeter),
        backed: unbacked.length === 0,
        unbacked: unbacked.slice(0, 5),
        spans,
      }
    },
    frame: frameForModel,
    end(runId) {
      runs.delete(runId)
    },
  }
}

function originOf(run: RunOrigins, text: string): Origin | null {
  if (standsWhole(text, run.said)) return { kind: 'person', source: 'you typed it' }
  const found = run.read.findLast((each) => standsWhole(text, each.text))
  return found?.origin ?? null
}

function standsWhole(part: string, whole: string): boolean {
  const at = whole.indexOf(part)
  if (at < 0) return false
  const edge = (char: string | undefined) => char === undefined || !/[\p{L}\p{N}_]/u.test(char)
  return edge(whole[at - 1]) && edge(whole[at + part.length])
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * What each run has read and what its person typed. Deterministic: labels come from where a value was read, and no
 * model is asked. Reading only keeps a reference; the index is made when the first side effect after outside text
 * must be judged.
 */
import type { Lamps, Origin, OriginSpan } from '../../contract/origin.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { OriginTracker } from '../ports.ts'
import { findSpans } from './find-spans.ts'
import { frameForModel } from './frame-for-model.ts'
import { judgeEffect } from './judge-effect.ts'
import { type PersonWords, readPersonWords } from './person-words.ts'
import { isEffect, readEffects } from './read-effect.ts'
import { createRunReads, holdsOutside, type RunReads } from './run-reads.ts'

interface RunOrigins {
  said: string
  words: PersonWords | null
  outside: boolean
  private: boolean
  reads: RunReads
}

const MODEL: Origin = { kind: 'model', source: 'made by the model' }
const MOST_REASONS = 5

export function createOriginTracker(): OriginTracker {
  const runs = new Map<string, RunOrigins>()
  const of = (runId: string): RunOrigins => {
    let run = runs.get(runId)
    if (!run) {
      run = { said: '', words: null, outside: false, private: false, reads: createRunReads() }
      runs.set(runId, run)
    }
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
      run.words = null
    },
    noteRead(runId, value, origins, isPrivate, call) {
      const run = of(runId)
      if (isPrivate) run.private = true
      if (origins.length === 0) return
      run.outside ||= holdsOutside(value, origins)
      run.reads.note(value, origins, call)
    },
    noteModel(runId, text) {
      const run = runs.get(runId)
      if (run?.outside) run.reads.note(text, [{ field: '', origin: MODEL }])
    },
    lamps,
    flow(runId, perimeter, prepared, toolCall) {
      const run = of(runId)
      const lit = lamps(runId, perimeter)
      const none = { lamps: lit, backed: true, unbacked: [] }
      if (!isEffect(prepared)) return { ...none, spans: prepared.exact.map(() => []) }
      run.words ??= readPersonWords(run.said)
      const words = run.words
      const index = run.reads.index()
      const spans: OriginSpan[][] = prepared.exact.map((line) => findSpans(words, index, line.text))
      // Without a line to show it is a step inside an effect that was let through already (a redirect).
      if (!run.outside || (prepared.exact.length === 0 && toolCall === null)) return { ...none, spans }
      const judged = readEffects(perimeter, prepared, toolCall).map((effect) =>
        judgeEffect(words, index, effect),
      )
      return {
        lamps: lit,
        backed: judged.every((each) => each.backed),
        unbacked: judged.flatMap((each) => each.unbacked).slice(0, MOST_REASONS),
        spans,
      }
    },
    frame: frameForModel,
    end(runId) {
      runs.delete(runId)
    },
  }
}

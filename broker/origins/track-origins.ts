/**
 * What each run has read and what its person typed. Deterministic: labels come from where a value was read, and no
 * model is asked. Reading only keeps a reference, or passes it to a thread (`run-judge.ts`); nothing is compared before a
 * side effect must be judged.
 */
import type { Lamps, Origin } from '../../contract/origin.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { OriginTracker } from '../ports.ts'
import { frameForModel } from './frame-for-model.ts'
import type { FlowAnswer } from './judge-flow.ts'
import { isEffect } from './read-effect.ts'
import { createRunJudge, type RunJudge } from './run-judge.ts'
import { holdsOutside } from './run-reads.ts'

interface RunOrigins {
  said: string
  outside: boolean
  private: boolean
  judge: RunJudge
}

const MODEL: Origin = { kind: 'model', source: 'made by the model' }

const blank = (): RunOrigins => ({ said: '', outside: false, private: false, judge: createRunJudge() })

/** @param home what `~` stands for in paths */
export function createOriginTracker(home = ''): OriginTracker {
  const runs = new Map<string, RunOrigins>()
  const of = (runId: string): RunOrigins => {
    let run = runs.get(runId)
    if (!run) {
      run = blank()
      runs.set(runId, run)
    }
    return run
  }
  const lamps = (runId: string, perimeter: Perimeter): Lamps => {
    const run = runs.get(runId)
    return {
      outside: run?.outside ?? false,
      private: run?.private ?? false,
      // A program reaches the agent's hosts and no other, so commands alone carry nothing out.
      send: perimeter.hosts.some(({ read, send }) => read !== 'deny' || send !== 'deny'),
    }
  }

  return {
    personSaid(runId, text) {
      const run = of(runId)
      run.said = `${run.said}\n${text}`
    },
    noteRead(runId, value, origins, isPrivate, call) {
      const run = of(runId)
      if (isPrivate) run.private = true
      if (origins.length === 0) return
      run.outside ||= holdsOutside(value, origins)
      run.judge.note(value, origins, call)
    },
    noteModel(runId, text) {
      const run = runs.get(runId)
      if (run?.outside) run.judge.note(text, [{ field: '', origin: MODEL }])
    },
    lamps,
    flow(runId, perimeter, prepared, toolCall) {
      const run = runs.get(runId) ?? blank()
      const lit = lamps(runId, perimeter)
      if (!isEffect(prepared))
        return { lamps: lit, backed: true, unbacked: [], spans: prepared.exact.map(() => []) }
      const { said, outside } = run
      const { needs, exact, operation } = prepared
      const answer = run.judge.judge({
        ...{ said, outside, perimeter, home, toolCall },
        prepared: { needs, exact, operation },
      })
      const withLamps = (judged: FlowAnswer) => ({ lamps: lit, ...judged })
      return answer instanceof Promise ? answer.then(withLamps) : withLamps(answer)
    },
    frame: frameForModel,
    end(runId) {
      runs.get(runId)?.judge.end()
      runs.delete(runId)
    },
  }
}

/** What each principal asked for lately and was not refused: what one task answer can honestly list. */
import type { AskInput, LadderStep } from '../ports.ts'

const HOUR = 60 * 60 * 1000
const MOST_KEPT = 200
const MOST_LISTED = 20

interface RecentAsk {
  at: number
  runId: string | null
  toolHash: string
  step: LadderStep
}

export interface RecentAsks {
  note(input: AskInput, ladder: readonly LadderStep[], now: number): void
  /** The current request's step first, then what was asked in the same run with the same tool, each once. */
  list(input: AskInput, ladder: readonly LadderStep[], now: number): LadderStep[]
}

/** A file's folder rather than the file: a task goes on to the next file. */
function taskStep(ladder: readonly LadderStep[]): LadderStep | null {
  return ladder[1] ?? ladder[0] ?? null
}

export function createRecentAsks(): RecentAsks {
  const kept = new Map<string, RecentAsk[]>()
  const owner = (input: AskInput) => ({
    runId: input.context.run?.id ?? null,
    toolHash: input.context.tool?.hash ?? '',
  })
  return {
    note(input, ladder, now) {
      const step = taskStep(ladder)
      if (!step) return
      const id = input.context.principal.id
      const list = (kept.get(id) ?? []).filter(({ at }) => now - at < HOUR)
      kept.set(id, [...list, { at: now, ...owner(input), step }].slice(-MOST_KEPT))
    },
    list(input, ladder, now) {
      const mine = owner(input)
      const past = (kept.get(input.context.principal.id) ?? []).filter(
        ({ at, runId, toolHash }) => now - at < HOUR && runId === mine.runId && toolHash === mine.toolHash,
      )
      const steps = [taskStep(ladder), ...past.map(({ step }) => step)].filter((step) => step !== null)
      return [...new Map(steps.map((step) => [step.words, step])).values()]
        .filter(({ words }) => words.length <= 300)
        .slice(0, MOST_LISTED)
    },
  }
}

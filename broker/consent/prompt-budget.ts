/**
 * How many questions a principal may put up in an hour. Past that, one task question is offered; while its answer is
 * fresh, further questions are answered with no, and the run goes on.
 */
const HOUR = 60 * 60 * 1000

export interface PromptBudget {
  /** What the next question of this principal may be. Counts nothing. */
  state(principalId: string, now: number): 'free' | 'task' | 'spent'
  /** A question was put up. */
  count(principalId: string, now: number): void
  /** A task question was put up: until an hour later there is no other. */
  taskAsked(principalId: string, now: number): void
}

export function createPromptBudget(limit: () => number): PromptBudget {
  const asked = new Map<string, number[]>()
  const tasks = new Map<string, number>()
  const recent = (principalId: string, now: number) => {
    const times = (asked.get(principalId) ?? []).filter((at) => now - at < HOUR && at <= now)
    if (times.length === 0) asked.delete(principalId)
    else asked.set(principalId, times)
    return times
  }
  return {
    state(principalId, now) {
      if (recent(principalId, now).length < limit()) return 'free'
      const task = tasks.get(principalId)
      return task !== undefined && now - task < HOUR ? 'spent' : 'task'
    },
    count(principalId, now) {
      asked.set(principalId, [...recent(principalId, now), now])
    },
    taskAsked(principalId, now) {
      tasks.set(principalId, now)
    },
  }
}

/** What every measurement gives back, and the few sums they share. */
export interface Goal {
  goal: string
  value: number
  limit: number
  met: boolean
}
export interface BenchReport {
  name: string
  versions: Record<string, string>
  rows: Record<string, number | string | null>[]
  goals: Goal[]
}
export interface BenchOptions {
  /** Words after the measurement's name. */
  args: string[]
}

export function goal(
  words: string,
  value: number,
  limit: number,
  better: 'lower' | 'higher' = 'lower',
): Goal {
  return {
    goal: words,
    value: round(value),
    limit,
    met: better === 'lower' ? value <= limit : value >= limit,
  }
}

/** `share` from 0 to 1 of the sorted values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

export function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

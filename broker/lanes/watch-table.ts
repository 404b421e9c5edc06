/** The table that the broker and its watching thread share: one row of numbers for each process. Row 0 is the thread's own. */

export const SLOTS = 128
/** Numbers a row. */
export const SLOT = 16
/** Row 0: never notified, only waited on; whether the thread sleeps (1), runs (0) or must end (-1); and whether it has begun (1). */
export const TICK = 0
export const SLEEP = 1
export const AWAKE = 2

export const FIELD = {
  state: 0,
  /** Counts the processes that have had this row. */
  generation: 1,
  pid: 2,
  limitKb: 3,
  peakKb: 4,
  /** Calls that run side by side. */
  calls: 5,
  /** CPU ms, shared evenly among the calls that ran at the time. */
  shareMs: 6,
  /** `shareMs` at which the first call has used up its CPU time. */
  limitShareMs: 7,
  verdict: 8,
} as const
export const STATE = { free: 0, idle: 1, busy: 2 } as const
export const VERDICT = { none: 0, memory: 1, cpu: 2 } as const

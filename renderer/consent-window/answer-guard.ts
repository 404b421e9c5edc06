/**
 * When does a yes count? A pure state machine; the clock is an argument of every step, in milliseconds of one
 * monotonic clock (the page's `performance.now()` and its events' `timeStamp`).
 *
 * A yes counts only if the whole question has been painted, the window has the focus, nothing has changed for
 * `inertMs`, nothing is left to do first (`blocked`), and the press both began and ended after that. So a click that
 * was on its way to another window, that only brought this one to the front, or that was aimed at the question before,
 * answers nothing. With `holdMs` the press must also last that long.
 *
 * It isn't the wall: the broker checks the hash of what was shown. It keeps an honest person from a yes they did not mean.
 */
export interface GuardRules {
  /** At least 500. */
  inertMs: number
  /** 0: a click is enough. */
  holdMs: number
}

export interface Guard extends GuardRules {
  /** The question that is on screen. A press can only answer this one. */
  hash: string
  /** Null until the question with this hash is on the screen, whole. */
  paintedAt: number | null
  /** Null while the window has no focus. */
  focusedAt: number | null
  changedAt: number
  /** Something must be done first: scroll to the end, choose how long, fill in the secret. */
  blocked: boolean
  pressedAt: number | null
  /** First of the two presses by which assistive technology, which cannot hold, confirms. */
  armedAt: number | null
}
export interface Verdict {
  guard: Guard
  allow: boolean
}

/** Assistive technology's second press must come within this time, and not before `holdMs`. */
export const ARMED_FOR_MS = 10_000

export function startGuard(options: GuardRules & { hash: string; at: number; focused: boolean }): Guard {
  return {
    hash: options.hash,
    inertMs: Math.max(500, options.inertMs),
    holdMs: options.holdMs,
    paintedAt: null,
    focusedAt: options.focused ? options.at : null,
    changedAt: options.at,
    blocked: true,
    pressedAt: null,
    armedAt: null,
  }
}

/** The moment from which a press counts; Infinity while something is missing. */
export function liveFrom(guard: Guard): number {
  if (guard.paintedAt === null || guard.focusedAt === null || guard.blocked) return Number.POSITIVE_INFINITY
  return Math.max(guard.paintedAt, guard.focusedAt, guard.changedAt) + guard.inertMs
}

export function isLive(guard: Guard, at: number): boolean {
  return at >= liveFrom(guard)
}

/** The question with this hash is on the screen. Another hash is an old frame, and counts for nothing. */
export function painted(guard: Guard, hash: string, at: number): Guard {
  if (hash !== guard.hash || guard.paintedAt !== null) return guard
  return { ...letGo(guard), paintedAt: at }
}

/** Whatever a person could see or meant has moved: size, scope, step, field. */
export function changed(guard: Guard, at: number): Guard {
  return { ...letGo(guard), changedAt: Math.max(guard.changedAt, at) }
}

export function focused(guard: Guard, at: number): Guard {
  return guard.focusedAt === null ? { ...letGo(guard), focusedAt: at } : guard
}

export function blurred(guard: Guard): Guard {
  return { ...letGo(guard), focusedAt: null }
}

export function setBlocked(guard: Guard, blocked: boolean, at: number): Guard {
  return guard.blocked === blocked ? guard : { ...changed(guard, at), blocked }
}

/** A press that begins while the guard is inert stays dead, however long it lasts. */
export function pressed(guard: Guard, at: number): Guard {
  return isLive(guard, at) ? { ...guard, pressedAt: at, armedAt: null } : letGo(guard)
}

export function letGo(guard: Guard): Guard {
  if (guard.pressedAt === null && guard.armedAt === null) return guard
  return { ...guard, pressedAt: null, armedAt: null }
}

/** The press ended on the button. */
export function released(guard: Guard, at: number): Verdict {
  const allow = guard.pressedAt !== null && at - guard.pressedAt >= guard.holdMs
  return { guard: letGo(guard), allow }
}

/** The press still lasts at this moment: a hold is done without waiting for the release. */
export function held(guard: Guard, at: number): Verdict {
  const allow = guard.holdMs > 0 && guard.pressedAt !== null && at - guard.pressedAt >= guard.holdMs
  return { guard: allow ? letGo(guard) : guard, allow }
}

/** A press without begin or end, as screen readers make it. Where a hold is asked for, it takes two, well apart. */
export function pressedAtOnce(guard: Guard, at: number): Verdict {
  if (!isLive(guard, at)) return { guard: letGo(guard), allow: false }
  if (guard.holdMs === 0) return { guard: letGo(guard), allow: true }
  if (guard.armedAt === null || at - guard.armedAt > ARMED_FOR_MS)
    return { guard: { ...guard, pressedAt: null, armedAt: at }, allow: false }
  if (at - guard.armedAt < guard.holdMs) return { guard, allow: false }
  return { guard: letGo(guard), allow: true }
}

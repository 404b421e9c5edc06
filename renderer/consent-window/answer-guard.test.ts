import { describe, expect, it } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import {
  blurred,
  changed,
  focused,
  type Guard,
  held,
  isLive,
  letGo,
  liveFrom,
  painted,
  pressed,
  pressedAtOnce,
  released,
  setBlocked,
  startGuard,
} from './answer-guard.ts'

const HASH = 'a'.repeat(64)

/** Started at 0 with the focus, painted at 40, nothing left to do: live from 540. */
function ready({ inertMs = 500, holdMs = 0 } = {}): Guard {
  const guard = startGuard({ hash: HASH, inertMs, holdMs, at: 0, focused: true })
  return setBlocked(painted(guard, HASH, 40), false, 40)
}
const click = (guard: Guard, down: number, up: number) => released(pressed(guard, down), up).allow

describe('a click', () => {
  it('counts for nothing in each of the first 500 milliseconds after the question was painted', () => {
    for (let at = 0; at < 500; at += 1) expect(click(ready(), 40 + at, 40 + at + 1), `${at} ms`).toBe(false)
    expect(click(ready(), 540, 580)).toBe(true)
  })
  it('that began too early stays dead, however late it ends', () => {
    expect(click(ready(), 539, 5_000)).toBe(false)
  })
  it('counts for nothing before the question is on the screen', () => {
    const guard = setBlocked(
      startGuard({ hash: HASH, inertMs: 500, holdMs: 0, at: 0, focused: true }),
      false,
      0,
    )
    expect(click(guard, 60_000, 60_100)).toBe(false)
  })
  it('never waits less than 500 ms, whatever the question says', () => {
    expect(liveFrom(ready({ inertMs: 0 }))).toBe(540)
  })
  it('waits longer when the question says so', () => {
    expect(click(ready({ inertMs: 1_500 }), 1_539, 1_600)).toBe(false)
    expect(click(ready({ inertMs: 1_500 }), 1_540, 1_600)).toBe(true)
  })
})

describe('the focus', () => {
  it('a click that only brought the window to the front does not count', () => {
    const behind = blurred(ready())
    const clickedBeforeFocusEvent = focused(pressed(behind, 9_000), 9_002)
    expect(released(clickedBeforeFocusEvent, 9_080).allow).toBe(false)
    const clickedAfterFocusEvent = pressed(focused(behind, 9_000), 9_003)
    expect(released(clickedAfterFocusEvent, 9_080).allow).toBe(false)
    expect(click(focused(behind, 9_000), 9_500, 9_560)).toBe(true)
  })
  it('losing it in mid-press ends the press', () => {
    const guard = focused(blurred(pressed(ready(), 600)), 700)
    expect(released(guard, 5_000).allow).toBe(false)
  })
  it('a second focus event while focused does not start the wait again', () => {
    expect(liveFrom(focused(ready(), 300))).toBe(540)
  })
})

describe('a change', () => {
  it('starts the wait again', () => {
    const guard = changed(ready(), 2_000)
    expect(click(guard, 2_499, 2_550)).toBe(false)
    expect(click(guard, 2_500, 2_550)).toBe(true)
  })
  it('between press and release takes the press away', () => {
    expect(released(changed(pressed(ready(), 2_000), 2_050), 2_100).allow).toBe(false)
  })
  it('of the question under the dialog starts from nothing, and the old picture does not count for it', () => {
    const next = setBlocked(
      startGuard({ hash: 'b'.repeat(64), inertMs: 500, holdMs: 0, at: 2_000, focused: true }),
      false,
      2_000,
    )
    expect(liveFrom(painted(next, HASH, 2_010))).toBe(Number.POSITIVE_INFINITY)
    expect(liveFrom(painted(next, next.hash, 2_020))).toBe(2_520)
  })
  it('told late does not make the wait shorter', () => {
    expect(liveFrom(changed(changed(ready(), 2_000), 1_000))).toBe(2_500)
  })
})

describe('what is left to do first', () => {
  it('keeps the yes dead, and doing it counts as a change', () => {
    const blocked = setBlocked(ready(), true, 1_000)
    expect(click(blocked, 9_000, 9_100)).toBe(false)
    const done = setBlocked(blocked, false, 9_000)
    expect(click(done, 9_499, 9_550)).toBe(false)
    expect(click(done, 9_500, 9_550)).toBe(true)
  })
})

describe('a hold', () => {
  const guard = ready({ holdMs: 900 })
  it('counts once it has lasted', () => {
    expect(released(pressed(guard, 600), 1_499).allow).toBe(false)
    expect(released(pressed(guard, 600), 1_500).allow).toBe(true)
    expect(held(pressed(guard, 600), 1_499).allow).toBe(false)
    expect(held(pressed(guard, 600), 1_500).allow).toBe(true)
  })
  it('that was let go of does not count later', () => {
    expect(held(letGo(pressed(guard, 600)), 5_000).allow).toBe(false)
  })
  it('counts once, not twice', () => {
    const { guard: after, allow } = held(pressed(guard, 600), 1_500)
    expect(allow).toBe(true)
    expect(released(after, 1_600).allow).toBe(false)
  })
  it('is not what a plain click asks for', () => {
    expect(held(pressed(ready(), 600), 60_000).allow).toBe(false)
  })
})

describe('a screen reader’s press, which can’t be held', () => {
  it('is enough where a click is enough', () => {
    expect(pressedAtOnce(ready(), 539).allow).toBe(false)
    expect(pressedAtOnce(ready(), 540).allow).toBe(true)
  })
  it('must come twice, the hold’s time apart, where a hold is asked for', () => {
    const first = pressedAtOnce(ready({ holdMs: 900 }), 1_000)
    expect(first.allow).toBe(false)
    expect(pressedAtOnce(first.guard, 1_500).allow).toBe(false)
    expect(pressedAtOnce(first.guard, 1_900).allow).toBe(true)
    expect(pressedAtOnce(first.guard, 11_001).allow).toBe(false)
    expect(pressedAtOnce(changed(first.guard, 1_100), 1_900).allow).toBe(false)
  })
})

it('no order of events gives a yes within 500 ms of a paint, a focus or a change', () => {
  const event = fc.record({
    kind: fc.constantFrom(
      'press',
      'release',
      'held',
      'once',
      'change',
      'focus',
      'blur',
      'paint',
      'block',
      'free',
    ),
    after: fc.integer({ min: 0, max: 700 }),
  })
  // An honest answer begins like this; events at random alone hardly ever come to one.
  const honest = fc
    .constantFrom('release' as const, 'held' as const, 'once' as const)
    .map((last) => [
      ...(['focus', 'paint', 'free'] as const).map((kind) => ({ kind, after: 1 })),
      { kind: 'press' as const, after: 520 },
      { kind: last, after: 610 },
    ])
  const stretch = fc.oneof({ weight: 4, arbitrary: event.map((each) => [each]) }, honest)
  let allowed = 0
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 40 }), fc.constantFrom(0, 600), (stretches, holdMs) => {
      const events = stretches.flat()
      let guard = startGuard({ hash: HASH, inertMs: 500, holdMs, at: 0, focused: false })
      let now = 0
      let quietSince = 0
      for (const { kind, after } of events) {
        now += after
        const before = guard
        let allow = false
        if (kind === 'press') guard = pressed(guard, now)
        else if (kind === 'release') ({ guard, allow } = released(guard, now))
        else if (kind === 'held') ({ guard, allow } = held(guard, now))
        else if (kind === 'once') ({ guard, allow } = pressedAtOnce(guard, now))
        else {
          if (kind === 'change') guard = changed(guard, now)
          if (kind === 'focus') guard = focused(guard, now)
          if (kind === 'blur') guard = blurred(guard)
          if (kind === 'paint') guard = painted(guard, HASH, now)
          if (kind === 'block') guard = setBlocked(guard, true, now)
          if (kind === 'free') guard = setBlocked(guard, false, now)
          if (guard !== before) quietSince = now
        }
        if (allow) {
          allowed += 1
          expect(now - quietSince).toBeGreaterThanOrEqual(500 + (kind === 'once' ? 0 : holdMs))
          expect(before.paintedAt).not.toBeNull()
          expect(before.focusedAt).not.toBeNull()
          expect(before.blocked).toBe(false)
          expect(isLive(before, now)).toBe(true)
        }
      }
    }),
    runs(2_000),
  )
  expect(allowed).toBeGreaterThan(200)
})

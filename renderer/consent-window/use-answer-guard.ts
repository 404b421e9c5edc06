/** Ties the guard to a real button: its clock, the window's focus, pointer, keys, and screen readers. */
import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import {
  blurred,
  changed,
  focused,
  type Guard,
  held,
  letGo,
  liveFrom,
  painted,
  pressed,
  pressedAtOnce,
  released,
  setBlocked,
  startGuard,
  type Verdict,
} from './answer-guard.ts'

export interface GuardView {
  phase: 'blocked' | 'inert' | 'live' | 'holding' | 'armed'
  /** Milliseconds the question has been on the screen. */
  shownMs: () => number
  markPainted: (hash: string) => void
  markChanged: () => void
  button: {
    onPointerDown: (event: PointerEvent) => void
    onPointerUp: (event: PointerEvent) => void
    onPointerLeave: () => void
    onPointerCancel: () => void
    onKeyDown: (event: KeyboardEvent) => void
    onKeyUp: (event: KeyboardEvent) => void
    onClick: (event: MouseEvent) => void
    onBlur: () => void
  }
}

export function useAnswerGuard(options: {
  hash: string
  inertMs: number
  holdMs: number
  blocked: boolean
  onAllow: () => void
}): GuardView {
  const { hash, inertMs, holdMs, blocked, onAllow } = options
  const [guard, setGuard] = useState(() =>
    setBlocked(
      startGuard({ hash, inertMs, holdMs, at: performance.now(), focused: document.hasFocus() }),
      blocked,
      performance.now(),
    ),
  )
  const current = useRef(guard)
  const allow = useRef(onAllow)
  const [, wake] = useState(0)
  useLayoutEffect(() => {
    allow.current = onAllow
  })
  const step = useCallback((next: Guard) => {
    current.current = next
    setGuard(next)
  }, [])
  const judge = useCallback(
    (verdict: Verdict) => {
      step(verdict.guard)
      if (verdict.allow) allow.current()
    },
    [step],
  )

  useLayoutEffect(() => step(setBlocked(current.current, blocked, performance.now())), [blocked, step])
  useWindowFacts(current, step)
  useEffect(() => {
    const wait = liveFrom(guard) - performance.now()
    if (wait <= 0 || !Number.isFinite(wait)) return
    const timer = setTimeout(() => wake((count) => count + 1), Math.ceil(wait) + 2)
    return () => clearTimeout(timer)
  }, [guard])
  useEffect(() => {
    if (guard.pressedAt === null || guard.holdMs === 0) return
    // A release that is already on its way is heard first: the check comes one turn after the hold is full.
    let turn: ReturnType<typeof setTimeout> | undefined
    const timer = setTimeout(
      () => {
        turn = setTimeout(() => judge(held(current.current, performance.now())), 0)
      },
      // Timers drop fractions of a millisecond, and would come just too early.
      Math.ceil(guard.pressedAt + guard.holdMs - performance.now()) + 2,
    )
    return () => {
      clearTimeout(timer)
      clearTimeout(turn)
    }
  }, [guard.pressedAt, guard.holdMs, judge])

  const drop = useCallback(() => step(letGo(current.current)), [step])
  return {
    phase: phaseOf(guard),
    shownMs: () =>
      Math.max(0, Math.round(performance.now() - (current.current.paintedAt ?? performance.now()))),
    markPainted: useCallback((shown) => step(painted(current.current, shown, performance.now())), [step]),
    markChanged: useCallback(() => step(changed(current.current, performance.now())), [step]),
    button: {
      onPointerDown: ({ nativeEvent: event }) => {
        if (event.isTrusted && event.isPrimary && event.button === 0)
          step(pressed(current.current, event.timeStamp))
      },
      onPointerUp: ({ nativeEvent: event }) => {
        if (event.isTrusted && event.button === 0) judge(released(current.current, event.timeStamp))
      },
      onPointerLeave: drop,
      onPointerCancel: drop,
      onBlur: drop,
      onKeyDown: (event) => {
        // Enter never allows. Space is a press; its repeats are not new ones.
        if (event.key === 'Enter' || event.key === ' ') event.preventDefault()
        if (event.key === ' ' && !event.repeat && event.nativeEvent.isTrusted)
          step(pressed(current.current, event.nativeEvent.timeStamp))
      },
      onKeyUp: (event) => {
        if (event.key !== ' ') return
        event.preventDefault()
        if (event.nativeEvent.isTrusted) judge(released(current.current, event.nativeEvent.timeStamp))
      },
      onClick: ({ nativeEvent: event }) => {
        if (event.isTrusted && event.detail === 0) judge(pressedAtOnce(current.current, event.timeStamp))
      },
    },
  }
}

function useWindowFacts(current: { current: Guard }, step: (next: Guard) => void): void {
  useEffect(() => {
    const onFocus = () => step(focused(current.current, performance.now()))
    const onBlur = () => step(blurred(current.current))
    const onResize = () => step(changed(current.current, performance.now()))
    if (document.hasFocus()) onFocus()
    window.addEventListener('focus', onFocus)
    window.addEventListener('blur', onBlur)
    window.addEventListener('resize', onResize)
    return () => {
      window.removeEventListener('focus', onFocus)
      window.removeEventListener('blur', onBlur)
      window.removeEventListener('resize', onResize)
    }
  }, [current, step])
}

function phaseOf(guard: Guard): GuardView['phase'] {
  if (guard.blocked) return 'blocked'
  if (guard.pressedAt !== null && guard.holdMs > 0) return 'holding'
  if (performance.now() < liveFrom(guard)) return 'inert'
  return guard.armedAt !== null ? 'armed' : 'live'
}

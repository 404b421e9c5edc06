import { createContext, use, useEffect, useState } from 'react'

/** The time that a page is drawn for; one for the whole window, so that all its "4 min ago" agree. */
export const NowContext = createContext<number | null>(null)

/** Renewed every half minute while the window is in sight. */
export function useClock(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const tick = () => !document.hidden && setNow(Date.now())
    const timer = setInterval(tick, 30_000)
    document.addEventListener('visibilitychange', tick)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', tick)
    }
  }, [])
  return now
}

/** What has just happened may be newer than the window's clock; it counts as now. */
export function useNow(): number {
  return use(NowContext) ?? Date.now()
}

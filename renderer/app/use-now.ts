import { useEffect, useState } from 'react'

/** The time, renewed every half minute while the window is in sight: enough for "4 min ago". */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now())
    }, 30_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

/**
 * Tells when the screen is locked and unlocked. macOS and Windows say so; on Linux the system is asked now and then,
 * which is the only way that works on every desktop.
 */
import type { PowerMonitor } from 'electron'

const ASK_EVERY_MS = 10_000

/** @returns whether it is locked, as far as is known: a broker that comes up later is to be told */
export function watchSessionLock(parts: {
  monitor: PowerMonitor
  platform: string
  onChange: (locked: boolean) => void
}): () => boolean {
  let locked = false
  const tell = (now: boolean) => {
    if (now === locked) return
    locked = now
    parts.onChange(now)
  }
  parts.monitor.on('lock-screen', () => tell(true))
  parts.monitor.on('unlock-screen', () => tell(false))
  if (parts.platform === 'linux')
    setInterval(() => tell(parts.monitor.getSystemIdleState(86_400) === 'locked'), ASK_EVERY_MS)
  return () => locked
}

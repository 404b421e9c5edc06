/**
 * The one shortcut that works everywhere: Stop. When the system does not give it to us (another program has it, or the
 * desktop allows none), that is said, because a person who relies on it must know.
 */
import { globalShortcut } from 'electron'

export interface StopShortcut {
  /** An Electron accelerator (`CommandOrControl+Alt+Shift+S`), or empty for none. */
  set(accelerator: string): void
  clear(): void
}

export function createStopShortcut(parts: {
  onPress: () => void
  onRefused: (text: string) => void
}): StopShortcut {
  let current = ''
  return {
    set(accelerator) {
      if (accelerator === current) return
      globalShortcut.unregisterAll()
      current = accelerator
      if (accelerator && !register(accelerator, parts.onPress)) {
        parts.onRefused(
          `The shortcut ${accelerator} for Stop could not be set: another program may have it. Choose another in Settings; the red button, the tray and \`sallyport stop\` work.`,
        )
      }
    },
    clear: () => globalShortcut.unregisterAll(),
  }
}

function register(accelerator: string, onPress: () => void): boolean {
  try {
    return globalShortcut.register(accelerator, onPress)
  } catch {
    return false
  }
}

/**
 * A person's settings, durable, under what a managed policy sets or locks. A locked key keeps the managed value and is
 * shown with its reason; the person's own value comes back when the lock goes.
 */
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import { Settings } from '../../contract/settings.ts'
import type { Json } from '../../contract/words.ts'
import type { BrokerSettings, DocumentStore } from '../ports.ts'

export interface ManagedSettings {
  settings: Record<string, Json>
  locked: Record<string, string>
}
export interface SettingsKeeper extends BrokerSettings {
  locked(): Record<string, string>
  set(change: Partial<Settings>): Outcome<Settings>
  /** The managed policy was read anew. */
  refresh(): void
}

export function createSettings(parts: { store: DocumentStore; managed(): ManagedSettings }): SettingsKeeper {
  const listeners = new Set<(settings: Settings) => void>()

  const own = (): Partial<Settings> => {
    const stored = parts.store.get('settings', 'person')
    const parsed = Settings.partial().safeParse(stored ?? {})
    return parsed.success ? parsed.data : {}
  }
  const get = (): Settings => {
    const { settings } = parts.managed()
    const merged = Settings.safeParse({ ...own(), ...settings })
    // A managed value that doesn't fit is left out; the policy page names the fault.
    return merged.success ? merged.data : Settings.parse(own())
  }
  const tell = () => {
    const now = get()
    for (const fn of listeners) fn(now)
  }

  return {
    get,
    locked: () => {
      const { locked } = parts.managed()
      return Object.fromEntries(Object.entries(locked).filter(([key]) => key in Settings.shape))
    },
    set(change) {
      const { locked } = parts.managed()
      const shut = Object.keys(change).find((key) => Object.hasOwn(locked, key))
      if (shut) return refused('denied-by-policy', `“${shut}” is set by your organization: ${locked[shut]}`)
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      parts.store.put('settings', 'person', { ...own(), ...given })
      tell()
      return ok(get())
    },
    refresh: tell,
    onChange(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
  }
}

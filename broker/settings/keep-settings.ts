/**
 * A person's settings, durable, under what a managed policy sets or locks. A locked key keeps the managed value and is
 * shown with its reason; the person's own value comes back when the lock goes.
 */
import { lowerLimits, type ToolLimitCaps } from '../../contract/manifest.ts'
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import { Settings, SettingsChange, type SettingsView } from '../../contract/settings.ts'
import type { Json } from '../../contract/words.ts'
import type { BrokerSettings, DocumentStore } from '../ports.ts'

/** What policy files say of settings. Managed values win over the person's; the personal file's are only defaults. */
export interface PolicySettings {
  managed: Record<string, Json>
  personal: Record<string, Json>
  locked: Record<string, string>
}
export interface SettingsKeeper extends BrokerSettings {
  view(): SettingsView
  /** As they would be with these in the personal file. */
  under(personal: Record<string, Json>): Settings
  /** Of `toolLimits` only what is named changes. */
  set(change: Partial<Settings>): Outcome<Settings>
  /** The managed policy was read anew. */
  refresh(): void
}

export function createSettings(parts: { store: DocumentStore; policies(): PolicySettings }): SettingsKeeper {
  const listeners = new Set<(settings: Settings) => void>()

  const own = (): Partial<Settings> => {
    const stored = parts.store.get('settings', 'person')
    const parsed = SettingsChange.safeParse(stored ?? {})
    return parsed.success ? parsed.data : {}
  }
  const under = (personal: Record<string, Json>): Settings => {
    const { managed } = parts.policies()
    const all = [fitting(personal), own(), fitting(managed)]
    const toolLimits = lowerLimits({}, ...all.map((some) => some.toolLimits ?? {}))
    return Settings.parse({ ...Object.assign({}, ...all), toolLimits })
  }
  const read = () => under(parts.policies().personal)
  const fileLimits = (): ToolLimitCaps => {
    const { managed, personal } = parts.policies()
    return lowerLimits({}, ...[managed, personal].map((some) => fitting(some).toolLimits ?? {}))
  }
  const locked = () => {
    const { locked } = parts.policies()
    return Object.fromEntries(Object.entries(locked).filter(([key]) => key in Settings.shape))
  }
  // Asked for on every call of a tool: read once, and again when something changed.
  let now = read()
  const tell = () => {
    now = read()
    for (const fn of listeners) fn(now)
  }
  const get = () => now

  return {
    get,
    under,
    view: () => ({ settings: get(), locked: locked(), fileLimits: fileLimits() }),
    set(change) {
      const { locked } = parts.policies()
      const shut = Object.keys(change).find((key) => Object.hasOwn(locked, key))
      if (shut) return refused('denied-by-policy', `“${shut}” is set by your organization: ${locked[shut]}`)
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      const before = own()
      const limits = change.toolLimits && { toolLimits: { ...before.toolLimits, ...change.toolLimits } }
      parts.store.put('settings', 'person', { ...before, ...given, ...limits })
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

/** Values that don't fit are left out one by one; the policy page names the fault. */
function fitting(values: Record<string, Json>): Partial<Settings> {
  const shape: Record<string, { safeParse(value: unknown): { success: boolean } }> = Settings.shape
  return Object.fromEntries(
    Object.entries(values).filter(
      ([key, value]) => Object.hasOwn(shape, key) && shape[key]?.safeParse(value).success,
    ),
  )
}

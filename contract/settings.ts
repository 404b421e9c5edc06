/** Settings that a person changes; each can be set or locked by a managed policy file under the same key. */
import { z } from 'zod'
import { ToolLimitCaps } from './manifest.ts'
import { Capability, Slug } from './words.ts'

/** For one tool and one kind of effect, whoever uses the tool: it asks first, or never happens. */
export const ToolRule = z.enum(['ask', 'deny'])
export type ToolRule = z.infer<typeof ToolRule>
/** By tool, then by kind of effect. What is not named goes by the agent's rules. */
export const ToolRules = z
  .record(Slug, z.partialRecord(Capability, ToolRule))
  .refine((rules) => Object.keys(rules).length <= 1000, 'at most 1000 tools')
export type ToolRules = z.infer<typeof ToolRules>

export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Questions an hour before the gate offers a task grant instead. */
  promptBudget: z.number().int().min(1).max(1000).default(20),
  /** A question nobody answers is a no after this many seconds. */
  questionSeconds: z.number().int().min(10).max(86_400).default(300),
  /** Waiting time with the screen locked, in minutes. */
  awayMinutes: z.number().int().min(1).max(1440).default(480),
  stopShortcut: z.string().max(60).default('CommandOrControl+Alt+Shift+S'),
  /** --jitless for tools. */
  strictSandbox: z.boolean().default(false),
  /** Refuse to run tools where the OS sandbox is missing. */
  requireOsSandbox: z.boolean().default(false),
  /** Of one call of any tool, at most. Of several that say so (person, policy files) the lowest counts. */
  toolLimits: ToolLimitCaps.default({}),
  /**
   * A credential that nobody stored, in what is about to leave. It is always taken out of what a model reads; `ask` asks
   * before it is sent, also where rules would let it go in silence, and `block` refuses.
   */
  unknownCredentials: z.enum(['redact', 'ask', 'block']).default('redact'),
  reviewOutside: z.boolean().default(false),
  launchAtLogin: z.boolean().default(false),
  /** Closing the window leaves agents at work, where a tray can bring it back. */
  keepRunning: z.boolean().default(true),
  /** Activity kept, in days and megabytes. */
  keepDays: z.number().int().min(1).max(3650).default(365),
  keepMegabytes: z.number().int().min(50).max(100_000).default(2_000),
  /** Before-images kept for undo. */
  undoDays: z.number().int().min(1).max(365).default(30),
  undoMegabytes: z.number().int().min(10).max(100_000).default(1_000),
  otlpEndpoint: z.string().max(500).default(''),
  /** What people grant and deny tool by tool. It only narrows what an agent's perimeter opens. */
  toolRules: ToolRules.default({}),
  mutedAlerts: z.array(z.string().max(60)).max(50).default([]),
  tourDone: z.boolean().default(false),
})
export type Settings = z.infer<typeof Settings>

export const SettingsView = z.object({
  settings: Settings,
  /** Key to the reason why it can't be changed. */
  locked: z.record(z.string(), z.string()),
  /** What policy files say of `toolLimits`: the person's own limits count below it only. */
  fileLimits: ToolLimitCaps,
})
export type SettingsView = z.infer<typeof SettingsView>

/** Some of them, without defaults: what is not named stays as it is. (`partial()` would fill in every default.) */
export const SettingsChange = z.strictObject(
  Object.fromEntries(Object.entries(Settings.shape).map(([key, field]) => [key, field.unwrap().optional()])),
) as unknown as z.ZodType<Partial<Settings>, Partial<Settings>>

import { ToolLimits } from '../../contract/manifest.ts'
import type { Settings } from '../../contract/settings.ts'

type Key = keyof Settings
export type SettingControl =
  | { kind: 'switch' }
  | { kind: 'number'; min: number; max: number; unit: string }
  | { kind: 'text'; placeholder: string; mono: boolean }
  | { kind: 'choice'; choices: { value: string; label: string }[] }
export interface SettingRow {
  key: Key
  label: string
  about: string
  control: SettingControl
}

const number = (min: number, max: number, unit: string): SettingControl => ({
  kind: 'number',
  min,
  max,
  unit,
})
const toggle: SettingControl = { kind: 'switch' }

/** The group in which Stop can be tried, too. */
export const STOP_GROUP = 'Stop'

/** The group in which the limits of tools stand, too. */
export const CONTAINMENT_GROUP = 'Containment'

/** Every setting that a person changes, in groups, in plain words. */
export const SETTING_GROUPS: { title: string; rows: SettingRow[] }[] = [
  {
    title: 'Look and start',
    rows: [
      {
        key: 'theme',
        label: 'Appearance',
        about: '',
        control: {
          kind: 'choice',
          choices: [
            { value: 'system', label: 'As the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ],
        },
      },
      { key: 'launchAtLogin', label: 'Start when you log in', about: '', control: toggle },
      {
        key: 'keepRunning',
        label: 'Go on when the window is closed',
        about: 'Agents stay at work; the tray brings the window back.',
        control: toggle,
      },
    ],
  },
  {
    title: 'Questions',
    rows: [
      {
        key: 'promptBudget',
        label: 'Questions an hour',
        about: 'Past this, one answer for a whole task is offered instead.',
        control: number(1, 1000, 'an hour'),
      },
      {
        key: 'unknownCredentials',
        label: 'What looks like a password or a key',
        about:
          'Found in what a tool is about to send, when nobody stored it as a secret. A model never gets to read it.',
        control: {
          kind: 'choice',
          choices: [
            { value: 'redact', label: 'As the other rules say' },
            { value: 'ask', label: 'Always ask' },
            { value: 'block', label: 'Never send it' },
          ],
        },
      },
      {
        key: 'questionSeconds',
        label: 'Silence is a no after',
        about: 'How long a question waits.',
        control: number(10, 86_400, 'seconds'),
      },
      {
        key: 'awayMinutes',
        label: 'With the screen locked',
        about: 'How long questions wait for you to come back.',
        control: number(1, 1440, 'minutes'),
      },
    ],
  },
  {
    title: CONTAINMENT_GROUP,
    rows: [
      {
        key: 'strictSandbox',
        label: 'Strict sandbox',
        about: 'Tools run without compiled code: slower, with less to attack.',
        control: toggle,
      },
      {
        key: 'requireOsSandbox',
        label: 'Refuse to run tools without the OS sandbox',
        about: 'Otherwise a missing layer is said on the Readiness page.',
        control: toggle,
      },
      {
        key: 'reviewOutside',
        label: 'Show me outside text before a model reads it',
        about: 'You can let it pass or keep it out, each time.',
        control: toggle,
      },
    ],
  },
  {
    title: STOP_GROUP,
    rows: [
      {
        key: 'stopShortcut',
        label: 'Shortcut that stops everything',
        about: 'Works in every app, also while this window is closed.',
        control: { kind: 'text', placeholder: 'CommandOrControl+Alt+Shift+S', mono: true },
      },
    ],
  },
  {
    title: 'Record and undo',
    rows: [
      {
        key: 'keepDays',
        label: 'Keep the record for',
        about: 'What is older goes; its sealed head stays.',
        control: number(1, 3650, 'days'),
      },
      {
        key: 'keepMegabytes',
        label: 'Size of the record, at most',
        about: '',
        control: number(50, 100_000, 'MB'),
      },
      {
        key: 'undoDays',
        label: 'Keep old versions of files for',
        about: 'They make undo possible.',
        control: number(1, 365, 'days'),
      },
      {
        key: 'undoMegabytes',
        label: 'Size of old versions, at most',
        about: '',
        control: number(10, 100_000, 'MB'),
      },
      {
        key: 'otlpEndpoint',
        label: 'Send the record to a collector',
        about: 'An OpenTelemetry address. Empty: nothing is ever sent.',
        control: { kind: 'text', placeholder: 'https://collector.example.org/v1/logs', mono: true },
      },
    ],
  },
]

export interface LimitRow {
  name: keyof ToolLimits
  label: string
  about: string
  unit: string
  /** How much of the limit's own unit is one of the row's. */
  scale: number
  min: number
  max: number
}

const limit = (
  name: keyof ToolLimits,
  label: string,
  about: string,
  unit: string,
  scale: number,
): LimitRow => {
  const { minValue, maxValue } = ToolLimits.shape[name].unwrap()
  return { name, label, about, unit, scale, min: minValue ?? 0, max: maxValue ?? Number.MAX_SAFE_INTEGER }
}

/** What one call of any tool may take at most. The others are for policy files. */
export const LIMIT_ROWS: LimitRow[] = [
  limit('memoryMb', 'Memory for a call of a tool, at most', 'A tool that states less gets less.', 'MB', 1),
  limit('cpuMs', 'Computing for a call, at most', '', 'seconds', 1_000),
  limit(
    'wallMs',
    'Time for a call, at most',
    'While a question waits for you, the clock stands.',
    'seconds',
    1_000,
  ),
]

/** Settings without a row in a group: the tour sets its mark, alerts have switches, tools their page, limits rows of their own. */
export const WITHOUT_ROW: readonly Key[] = ['tourDone', 'mutedAlerts', 'toolRules', 'toolLimits']

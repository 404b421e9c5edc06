import type { Endowment } from '../guest/endowment.ts'
import { formatValues } from '../guest/format-values.ts'

const LINE = 4096
const LEVELS = {
  debug: 'debug',
  trace: 'debug',
  log: 'info',
  info: 'info',
  dir: 'info',
  dirxml: 'info',
  table: 'info',
  timeLog: 'info',
  warn: 'warn',
  error: 'error',
}

/** `console`: each call is one line of the tool's log, with a level. */
export const endowment: Endowment = {
  install(box) {
    const nothing = () => {}
    let full = false
    const write = (level: string, values: readonly unknown[]) => {
      if (!full) full = box.host.log(level, formatValues(values, LINE)) === 'full'
    }
    box.onReset(() => {
      full = false
    })
    const console: Record<string, unknown> = {}
    for (const [name, level] of Object.entries(LEVELS))
      console[name] = (...values: unknown[]) => write(level, values)
    console.assert = (holds: unknown, ...values: unknown[]) => {
      if (!holds) write('error', ['Assertion failed:', ...values])
    }
    for (const name of [
      'group',
      'groupCollapsed',
      'groupEnd',
      'time',
      'timeEnd',
      'count',
      'countReset',
      'clear',
    ])
      console[name] = nothing
    box.give('console', console)
  },
}

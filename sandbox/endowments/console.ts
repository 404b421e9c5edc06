import type { Endowment } from '../guest/endowment.ts'
import { formatValues } from '../guest/format-values.ts'

const LINE = 4096
const LEVELS = {
  debug: 'debug',
  trace: 'debug',
  log: 'info',
  info: 'info',
  dir: 'info',
  warn: 'warn',
  error: 'error',
}

/** `console`: each call is one line of the tool's log, with a level. */
export const endowment: Endowment = {
  install(box) {
    const nothing = () => {}
    const console: Record<string, unknown> = {}
    for (const [name, level] of Object.entries(LEVELS))
      console[name] = (...values: unknown[]) => box.host.log(level, formatValues(values, LINE))
    console.assert = (holds: unknown, ...values: unknown[]) => {
      if (!holds) box.host.log('error', formatValues(['Assertion failed:', ...values], LINE))
    }
    for (const name of ['group', 'groupCollapsed', 'groupEnd', 'time', 'timeEnd', 'count', 'clear'])
      console[name] = nothing
    box.give('console', console)
  },
}

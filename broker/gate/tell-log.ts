/** What a tool's code writes by `console`, on its way to whoever watches: in order, without secrets. */
import type { CallContext, LeakScanner } from '../ports.ts'

export interface LogTeller {
  line(level: string, text: string): void
  /** Resolves when all that came has been told. */
  told(): Promise<void>
}

/** `onFault`: a line could not be looked through or told. That costs the line, and neither the call nor the next line. */
export function createLogTeller(
  leaks: Pick<LeakScanner, 'scan'>,
  tell: CallContext['onLog'],
  onFault: (error: unknown) => void,
): LogTeller {
  let last: Promise<void> | null = null
  return {
    line(level, text) {
      if (!tell) return
      try {
        const scanned = leaks.scan(text)
        if (last === null && !(scanned instanceof Promise)) return tell(level, scanned.redacted)
        last = Promise.all([scanned, last])
          .then(([{ redacted }]) => tell(level, redacted))
          .catch(onFault)
      } catch (error) {
        onFault(error)
      }
    },
    async told() {
      await last
    },
  }
}

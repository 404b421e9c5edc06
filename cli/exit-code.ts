/** How a command ended, for scripts. Documented in `sallyport help`. */
export const EXIT = {
  ok: 0,
  /** It failed, was refused, or what was checked did not hold. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** It needs a running Sallyport, and there is none. */
  notRunning: 3,
  /** `check` of one request: it would ask. */
  asks: 4,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends a command with words on the standard error and this exit code. */
export class CliError extends Error {
  readonly exitCode: ExitCode
  readonly code: string
  constructor(exitCode: ExitCode, code: string, text: string) {
    super(text)
    this.name = 'CliError'
    this.exitCode = exitCode
    this.code = code
  }
}

/** How a request ended. */
export interface Ending {
  readonly kind: 'refused' | 'failed'
  readonly code: string
  readonly request: number
}
/** The error of a request. */
export let makeError: (ending: Ending, message: string) => SallyportError
/** Of an error that came from the gate, whatever tool code has written over it since; of none that it made itself. */
export let endingOf: (value: unknown) => Ending | undefined

/**
 * What a refusal or a failure looks like to tool code. `kind` and `code` are for programs, `message` for the model.
 */
export class SallyportError extends Error {
  override readonly name = 'SallyportError'
  readonly kind: 'refused' | 'failed'
  readonly code: string
  #ending: Ending | undefined

  constructor(kind: 'refused' | 'failed', code: string, message: string) {
    super(message)
    this.kind = kind
    this.code = code
  }

  static {
    makeError = (ending, message) => {
      const made = new SallyportError(ending.kind, ending.code, message)
      made.#ending = ending
      return made
    }
    endingOf = (value) =>
      typeof value === 'object' && value !== null && #ending in value ? value.#ending : undefined
  }
}

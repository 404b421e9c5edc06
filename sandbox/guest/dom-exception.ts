const CODES: Record<string, number> = {
  InvalidCharacterError: 5,
  NotSupportedError: 9,
  SyntaxError: 12,
  AbortError: 20,
  QuotaExceededError: 22,
  TimeoutError: 23,
  DataCloneError: 25,
}

/** The web's error with a name instead of a class. */
export class DOMException extends Error {
  override readonly name: string
  readonly code: number
  constructor(message = '', name = 'Error') {
    super(`${message}`)
    this.name = `${name}`
    this.code = CODES[this.name] ?? 0
  }
}

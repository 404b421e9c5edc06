/**
 * What a refusal or a failure looks like to tool code. `kind` and `code` are for programs, `message` for the model.
 */
export class SallyportError extends Error {
  override readonly name = 'SallyportError'
  readonly kind: 'refused' | 'failed'
  readonly code: string
  #request: number | undefined

  constructor(kind: 'refused' | 'failed', code: string, message: string, request?: number) {
    super(message)
    this.kind = kind
    this.code = code
    this.#request = request
  }

  /** The request that ended so, when `value` is one of these errors. */
  static requestOf(value: unknown): number | undefined {
    return typeof value === 'object' && value !== null && #request in value ? value.#request : undefined
  }
}

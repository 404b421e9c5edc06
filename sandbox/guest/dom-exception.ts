const CODES: Record<string, number> = {
  IndexSizeError: 1,
  HierarchyRequestError: 3,
  WrongDocumentError: 4,
  InvalidCharacterError: 5,
  NoModificationAllowedError: 7,
  NotFoundError: 8,
  NotSupportedError: 9,
  InUseAttributeError: 10,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidModificationError: 13,
  NamespaceError: 14,
  InvalidAccessError: 15,
  TypeMismatchError: 17,
  SecurityError: 18,
  NetworkError: 19,
  AbortError: 20,
  URLMismatchError: 21,
  QuotaExceededError: 22,
  TimeoutError: 23,
  InvalidNodeTypeError: 24,
  DataCloneError: 25,
}

/** The web's error with a name instead of a class. */
export class DOMException extends Error {
  static {
    // ABORT_ERR and the like, as older code has them.
    for (const [name, value] of Object.entries(CODES)) {
      const words = name.replace(/Error$/, '').replace(/([a-z])(?=[A-Z])/g, '$1_')
      const member = { value, enumerable: true }
      Object.defineProperty(DOMException, `${words.toUpperCase()}_ERR`, member)
      Object.defineProperty(DOMException.prototype, `${words.toUpperCase()}_ERR`, member)
    }
  }
  declare readonly name: string
  declare readonly code: number
  /** @param options the name, or an object with the name and a cause */
  constructor(message: unknown = '', options: unknown = 'Error') {
    const given =
      typeof options === 'object' && options !== null
        ? (options as { name?: unknown; cause?: unknown })
        : { name: options }
    super(`${message}`, 'cause' in given ? { cause: given.cause } : undefined)
    const name = given.name === undefined ? 'Error' : `${given.name}`
    const code = Object.hasOwn(CODES, name) ? CODES[name] : 0
    Object.defineProperties(this, { name: { value: name }, code: { value: code } })
  }
}

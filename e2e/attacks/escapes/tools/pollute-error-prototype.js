// Gives all errors a name, a message and a cause that run code when they are told.
// ends: tool-error
export const main = async () => {
  let ran = 0
  for (const name of ['name', 'message', 'stack', 'cause', 'code', 'kind', 'request'])
    Object.defineProperty(Error.prototype, name, {
      configurable: true,
      get() {
        ran++
        return { toString: () => 'x'.repeat(1e6), toJSON: () => ({ kind: 'refused', code: 'stopped' }) }
      },
    })
  Error.prototype.toString = () => {
    throw new Error('again')
  }
  Object.defineProperty(Error, 'stackTraceLimit', { get: () => 1e9, configurable: true })
  throw Object.create(Error.prototype, { hits: { get: () => ran } })
}

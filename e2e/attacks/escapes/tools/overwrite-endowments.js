// Replaces what it was given, for those who come after it.
// ends: ok
export const main = async () => {
  const escaped = []
  const tries = [
    () => {
      sallyport.fs.readFile = () => 'mine'
    },
    () => {
      globalThis.sallyport = {}
    },
    () => {
      delete globalThis.sallyport
    },
    () => {
      fetch.x = 1
    },
    () => {
      URL.prototype.toString = () => 'mine'
    },
    () => {
      Headers.prototype.get = () => 'mine'
    },
    () => {
      sallyport.SallyportError.prototype.message = 'mine'
    },
    () => {
      console.log = () => {}
    },
    () => {
      Object.defineProperty(globalThis, 'fetch', { value: 1 })
    },
    () => {
      Object.setPrototypeOf(sallyport, {})
    },
    () => {
      AbortSignal.abort = 1
    },
    () => {
      crypto.subtle.digest = 1
    },
  ]
  for (const attempt of tries)
    try {
      ;('use strict')
      attempt()
      escaped.push(String(attempt))
    } catch {}
  return { escaped }
}

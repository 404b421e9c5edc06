// Throws nothing, a symbol, a function.
// ends: tool-error
export const main = async () => {
  await Promise.reject(undefined).catch(() => {})
  throw Symbol('x')
}

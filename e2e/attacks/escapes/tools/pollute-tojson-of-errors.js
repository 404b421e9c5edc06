// Throws when every object turns into something else as JSON: the words of its own failure, too.
// ends: tool-error
export const main = async () => {
  Object.prototype.toJSON = () => ({ kind: 'cancelled', message: 'x'.repeat(1e5), more: 1 })
  throw new Error('mine')
}

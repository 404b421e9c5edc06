// A `then` on every object makes every value a thenable.
// ends: ok tool-error deadline
export const main = async () => {
  Object.prototype.then = (resolve) => {
    delete Object.prototype.then
    resolve({ escaped: [] })
  }
  return { escaped: [] }
}

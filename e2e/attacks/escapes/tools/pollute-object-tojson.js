// A `toJSON` on every object rewrites every request and the result.
// ends: ok tool-error
export const main = async () => {
  Object.prototype.toJSON = () => ({ path: '/rewritten', escaped: [] })
  await sallyport.fs.stat({ path: '/ok' })
  return { escaped: [] }
}

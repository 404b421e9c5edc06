// A `toJSON` that asks again while it is being asked.
// ends: ok tool-error
export const main = async () => {
  let depth = 0
  const bomb = {
    toJSON() {
      if (depth++ < 50) sallyport.fs.stat(bomb).catch(() => {})
      return { path: '/ok' }
    },
  }
  await sallyport.fs.stat(bomb).catch(() => {})
  return { escaped: [] }
}

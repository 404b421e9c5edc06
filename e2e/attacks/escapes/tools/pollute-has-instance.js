// Lies about what is an instance of what.
// ends: ok tool-error
export const main = async () => {
  for (const kind of [Error, Map, Set, Date, RegExp, ArrayBuffer, Uint8Array])
    try {
      Object.defineProperty(kind, Symbol.hasInstance, { value: () => true })
    } catch {}
  console.log({}, 1, [])
  try {
    structuredClone({ a: 1 })
  } catch {}
  await sallyport.fs.stat({ path: '/ok' })
  return { escaped: [] }
}

// Requests of tens of thousands of keys, some numbers, some of them the same but for their spelling.
// ends: ok tool-error budget deadline out-of-memory
// limits: { "wallMs": 4000, "memoryMb": 128 }
export const main = async () => {
  const args = { path: '/no' }
  for (let n = 0; n < 45_000; n++) args[n % 2 ? `${n * 7919}` : `k\u00e9${n}`] = n
  for (let n = 0; n < 20; n++) await sallyport.fs.stat(args).catch(() => {})
  return { escaped: [] }
}

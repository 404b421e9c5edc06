// Requests of megabytes, many at once.
// ends: ok budget tool-error out-of-memory deadline
// limits: { "wallMs": 4000, "memoryMb": 256 }
export const main = async () => {
  const data = 'x'.repeat(3e6)
  const all = []
  for (let i = 0; i < 50; i++) all.push(sallyport.fs.writeFile({ path: '/ok', data }).catch(() => {}))
  await Promise.all(all)
  return { escaped: [] }
}

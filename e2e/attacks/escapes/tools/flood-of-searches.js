// Watches and waits, as often as it may.
// ends: ok budget deadline
// limits: { "wallMs": 1500, "capabilityCalls": 200 }
export const main = async () => {
  await Promise.all(Array.from({ length: 400 }, () => sallyport.fs.watch({ path: '/ok' }).catch(() => {})))
  return { escaped: [] }
}

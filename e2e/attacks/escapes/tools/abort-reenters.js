// Whoever is told of an abort aborts, listens and asks again, within it.
// ends: ok tool-error deadline
// limits: { "wallMs": 3000 }
export const main = async () => {
  let depth = 0
  const again = () => {
    if (++depth > 300) return
    const control = new AbortController()
    control.signal.addEventListener('abort', again)
    control.signal.onabort = () => control.abort(control.signal)
    void sallyport.fs.stat({ path: '/ok' }, { signal: control.signal }).catch(() => {})
    void fetch('https://a.example/', { signal: AbortSignal.any([control.signal, control.signal]) }).catch(
      () => {},
    )
    control.abort({ then: again })
  }
  again()
  await sallyport.fs.stat({ path: '/ok' }).catch(() => {})
  return { escaped: [] }
}

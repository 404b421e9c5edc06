// Signals that follow each other, and listeners without end.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000 }
export const main = async () => {
  const control = new AbortController()
  let signal = control.signal
  for (let n = 0; ; n++) {
    signal = AbortSignal.any([signal, control.signal])
    signal.addEventListener('abort', () => n)
  }
}

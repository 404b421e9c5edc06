// Joins signals that are joined already, again and again: each must be followed once, and told once.
// ends: ok
export const main = async () => {
  const controller = new AbortController()
  let signal = controller.signal
  let heard = 0
  for (let n = 0; n < 3_000; n++) {
    signal = AbortSignal.any([signal, controller.signal])
    signal.addEventListener('abort', () => heard++)
  }
  controller.abort()
  return { escaped: heard === 3_000 ? [] : [`told ${heard} times`] }
}

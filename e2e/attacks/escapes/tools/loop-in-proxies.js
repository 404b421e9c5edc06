// A proxy of a proxy of a proxy.
// ends: deadline out-of-memory
export const main = async () => {
  let at = {}
  for (let i = 0; i < 5000; i++) at = new Proxy(at, {})
  for (;;)
    try {
      at.x
    } catch {}
}

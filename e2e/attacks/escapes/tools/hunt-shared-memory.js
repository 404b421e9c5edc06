// Shared memory and waiting on it are gone.
// ends: ok
export const main = async () => {
  const escaped = []
  for (const name of ['SharedArrayBuffer', 'Atomics']) if (name in globalThis) escaped.push(name)
  const buffer = new ArrayBuffer(8)
  if (Object.prototype.toString.call(buffer) !== '[object ArrayBuffer]') escaped.push('buffer')
  try {
    structuredClone(Object.defineProperty(buffer, Symbol.toStringTag, { value: 'SharedArrayBuffer' }))
  } catch {}
  for (const value of [
    crypto.getRandomValues(new Uint8Array(8)),
    new TextEncoder().encode('x'),
    new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(1))),
  ])
    if (!(value.buffer instanceof ArrayBuffer)) escaped.push('a shared buffer')
  return { escaped }
}

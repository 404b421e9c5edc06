// Native code generation is gone, by every way to its name.
// ends: ok
export const main = async () => {
  const escaped = []
  for (const code of [
    'WebAssembly',
    'globalThis.WebAssembly',
    'this.WebAssembly',
    'new WebAssembly.Memory({ initial: 1 })',
    'WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))',
  ])
    try {
      if (await (0, eval)(code)) escaped.push(code)
    } catch {}
  return { escaped }
}

// Nothing sees the collector: no weak references, no finalizers.
// ends: ok
export const main = async () => {
  const escaped = ['WeakRef', 'FinalizationRegistry', 'gc'].filter((name) => name in globalThis)
  return { escaped }
}

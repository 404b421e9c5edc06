// A proxy as a result.
// ends: ok tool-error
export const main = async () => {
  return new Proxy(
    { escaped: [] },
    {
      ownKeys: () => ['escaped', 'then', 'toJSON', '__proto__'],
      getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
      get: (target, key) => (key === 'escaped' ? [] : undefined),
    },
  )
}

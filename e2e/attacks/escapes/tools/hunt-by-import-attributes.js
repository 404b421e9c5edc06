// Imports with attributes, and by phases that a host may answer.
// ends: ok
export const main = async () => {
  const escaped = []
  const tries = [
    () => import('node:fs', { with: { type: 'json' } }),
    () => import('/etc/passwd', { with: { type: 'text' } }),
    () => import('/etc/passwd', { with: { type: 'bytes' } }),
    () => import('../kit.js', { with: { type: 'json' } }),
    () => import({ toString: () => 'node:fs' }),
    () =>
      import('x', {
        get with() {
          throw new Error('seen')
        },
      }),
    () => import('x', new Proxy({}, { get: () => ({ type: 'json' }) })),
  ]
  for (const [at, act] of tries.entries())
    await Promise.try(act).then(
      () => escaped.push(`import ${at}`),
      (error) => {
        if (error instanceof Error === false) escaped.push(`an error of another realm: ${at}`)
      },
    )
  return { escaped }
}

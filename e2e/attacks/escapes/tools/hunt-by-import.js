// Imports what a host would have.
// ends: ok
export const main = async () => {
  const escaped = []
  for (const name of [
    'fs',
    'node:fs',
    'child_process',
    'isolated-vm',
    './main.js',
    '/sandbox/main.js',
    'file:///etc/passwd',
    'data:text/javascript,export default 1',
    'https://example.org/x.js',
    '../kit.js',
  ])
    await import(name).then(
      () => escaped.push(name),
      () => {},
    )
  return { escaped }
}

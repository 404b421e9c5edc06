// Asks for operations that do not exist, as far as it can.
// ends: ok
import { rejectedBy } from '../kit.js'

export const main = async () => {
  const escaped = []
  for (const name of ['constructor', '__proto__', 'eval', 'fs.chmod', 'process.exit', ''])
    try {
      if (typeof sallyport[name] === 'function' && name !== 'constructor') escaped.push(name)
    } catch {}
  for (const args of [
    null,
    undefined,
    1,
    'text',
    [],
    () => {},
    { operation: 'command.run' },
    { path: '/x', extra: { __proto__: null } },
  ])
    await rejectedBy(() => sallyport.fs.stat(args))
  return { escaped }
}

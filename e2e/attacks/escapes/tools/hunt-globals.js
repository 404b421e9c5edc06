// Looks for every name that a host has.
// ends: ok
import { hostNamesOf } from '../kit.js'

export const main = async () => {
  const names = new Set()
  for (let at = globalThis; at; at = Object.getPrototypeOf(at))
    for (const key of Reflect.ownKeys(at)) names.add(String(key))
  return {
    escaped: [
      ...hostNamesOf(globalThis),
      ...[...names].filter(
        (name) => /^_|ivm|node|isolate|binding|internal/i.test(name) && !name.startsWith('__'),
      ),
    ],
  }
}

/** Freezes what a tool is given, so that one call can't change what the next one sees. */
const { freeze, getOwnPropertyDescriptors } = Object

const NOT_OURS: readonly unknown[] = [Object.prototype, Function.prototype, Error.prototype]

/** The value, its own members and its prototype's, as far as they are objects or functions of ours. */
export function freezeDeep<T>(value: T, seen = new Set<unknown>()): T {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value))
    return value
  if (NOT_OURS.includes(value)) return value
  seen.add(value)
  for (const descriptor of Object.values(getOwnPropertyDescriptors(value as object))) {
    freezeDeep(descriptor.value, seen)
    freezeDeep(descriptor.get, seen)
    freezeDeep(descriptor.set, seen)
  }
  freeze(value)
  return value
}

// What the attacks share: ways to look for anything that does not belong into the box.

/** Names that only a host has. */
const HOST_NAMES = [
  'process',
  'require',
  'module',
  'exports',
  'Buffer',
  'global',
  'setImmediate',
  'ivm',
  'Deno',
  'Bun',
  'WebAssembly',
  'SharedArrayBuffer',
  'Atomics',
  'WebSocket',
  'Worker',
  'MessageChannel',
  'navigator',
  'EventSource',
  'gc',
  'document',
  'window',
  'importScripts',
  'ShadowRealm',
  'FinalizationRegistry',
  'WeakRef',
  'Reference',
  'ExternalCopy',
  'Isolate',
]

/** What a global object has that it should not. */
export function hostNamesOf(realm) {
  const found = []
  if (typeof realm?.Object !== 'function') return found
  if (realm !== globalThis) found.push('another global object')
  for (const name of HOST_NAMES) if (typeof realm[name] !== 'undefined') found.push(name)
  return found
}

/** Follows constructors, prototypes and members of a value; says where it got out. */
export function climb(value, deepest = 4) {
  const found = []
  const seen = new Set()
  const visit = (at, path, depth) => {
    if (
      (typeof at !== 'object' && typeof at !== 'function') ||
      at === null ||
      seen.has(at) ||
      depth > deepest
    )
      return
    seen.add(at)
    for (const get of [
      () => at.constructor,
      () => at.constructor.constructor,
      () => Object.getPrototypeOf(at).constructor.constructor,
      () => at.call.constructor,
    ]) {
      try {
        const made = get()('return globalThis')()
        if (typeof made === 'object') for (const name of hostNamesOf(made)) found.push(`${path}: ${name}`)
      } catch {}
    }
    for (const key of Reflect.ownKeys(at)) {
      try {
        visit(at[key], `${path}.${String(key)}`, depth + 1)
      } catch {}
    }
    visit(Object.getPrototypeOf(at), `${path}.[[Prototype]]`, depth + 1)
  }
  visit(value, 'value', 0)
  return found
}

/** The error that `fn` throws, or undefined. */
export function thrownBy(fn) {
  try {
    fn()
  } catch (error) {
    return error
  }
}

export async function rejectedBy(fn) {
  try {
    await fn()
  } catch (error) {
    return error
  }
}

/** Functions that were called while `run` ran, though nobody of ours called them, with what they were given. */
export function spyOn(holder, names, run) {
  const taken = []
  const originals = names.map((name) => Object.getOwnPropertyDescriptor(holder, name))
  names.forEach((name, index) => {
    const original = originals[index].value
    Object.defineProperty(holder, name, {
      configurable: true,
      writable: true,
      value: function (...args) {
        taken[taken.length] = this
        for (let i = 0; i < args.length; i++) taken[taken.length] = args[i]
        return Reflect.apply(original, this, args)
      },
    })
  })
  const restore = () => {
    for (let i = 0; i < names.length; i++) Object.defineProperty(holder, names[i], originals[i])
  }
  return Promise.resolve(run())
    .catch(() => {})
    .then(() => {
      restore()
      return taken
    })
}

/** Bare functions of the child among stolen values: they have no source in this realm. */
export function nativeStrangers(
  values,
  known = Object.getOwnPropertyNames(globalThis).map((name) => globalThis[name]),
) {
  return values
    .filter((value) => {
      if (typeof value !== 'function' || known.includes(value)) return false
      const text = Function.prototype.toString.call(value)
      return (
        /ask|finish|log|setAlarm|random|digest|parseUrl|editUrl|sessionToken|subtle/.test(value.name) &&
        /\[native code\]/.test(text)
      )
    })
    .map((value) => value.name)
}

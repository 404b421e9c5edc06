/** Compiles a package's modules for one realm and evaluates its main module. */
import type ivm from 'isolated-vm'
import { GUEST_NAME } from './map-stack.ts'

export interface ToolPackage {
  main: string
  modules: Record<string, string>
  maps: Record<string, string>
}

/** Is evaluated when the tool's modules have been, also those that wait at their top level. */
const AROUND = "import * as tool from './'; export { tool }; export const loaded = true"

/**
 * The namespace of a module around the tool's: `tool` is the tool's own, `loaded` can be read once all is evaluated.
 * Throws what the engine or the module's own code throws, in words for the author.
 */
export function loadModules(
  isolate: ivm.Isolate,
  context: ivm.Context,
  tool: ToolPackage,
  limits?: ivm.RunOptions,
): ivm.Reference {
  const compiled = new Map<string, ivm.Module>()
  const names = new Map<ivm.Module, string>()

  function compile(name: string): ivm.Module {
    const known = compiled.get(name)
    if (known) return known
    const source = Object.hasOwn(tool.modules, name) ? tool.modules[name] : undefined
    if (source === undefined) throw new Error(`The package has no module ${name}`)
    const module = isolate.compileModuleSync(source, { filename: name })
    compiled.set(name, module)
    names.set(module, name)
    return module
  }

  const around = isolate.compileModuleSync(AROUND, { filename: GUEST_NAME })
  around.instantiateSync(context, (specifier, referrer) => {
    const name = names.get(referrer)
    return compile(name === undefined ? tool.main : resolve(specifier, name))
  })
  around.evaluateSync(limits)
  return around.namespace
}

/** `./a.js` beside the module that names it. A package has nothing but its own files. */
export function resolve(specifier: string, referrer: string): string {
  if (!/^\.\.?\//.test(specifier))
    throw new Error(
      `Can't import "${specifier}" from ${referrer}: a tool can only import files of its own package; bundle other packages into it`,
    )
  const parts = referrer.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined)
        throw new Error(`Can't import "${specifier}" from ${referrer}: it is outside of the package`)
    } else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

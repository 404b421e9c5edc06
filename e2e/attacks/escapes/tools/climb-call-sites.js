// Formats stacks by itself to get at the frames’ functions and receivers.
// ends: ok
import { climb, rejectedBy, thrownBy } from '../kit.js'

export const main = async () => {
  const escaped = []
  Error.prepareStackTrace = (_, sites) => sites
  for (const error of [
    new Error('x'),
    thrownBy(() => new URL('no')),
    thrownBy(() => structuredClone(() => 1)),
    await rejectedBy(() => sallyport.open({})),
  ]) {
    const sites = Array.isArray(error?.stack) ? error.stack : []
    for (const site of sites) {
      const got = [site.getFunction?.(), site.getThis?.()]
      for (const value of got) if (value !== undefined && value !== globalThis) escaped.push(...climb(value))
      if (/^(file|node):|^\/|isolated_vm/.test(String(site.getFileName?.())))
        escaped.push(String(site.getFileName()))
    }
  }
  delete Error.prepareStackTrace
  return { escaped }
}

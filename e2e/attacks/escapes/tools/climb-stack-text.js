// Reads host paths out of stack texts.
// ends: ok
import { rejectedBy, thrownBy } from '../kit.js'

export const main = async () => {
  Error.stackTraceLimit = 1000
  const errors = [
    new Error('x'),
    thrownBy(() => new URL('no')),
    await rejectedBy(() => sallyport.open({})),
    thrownBy(() => crypto.getRandomValues(1)),
  ]
  return {
    escaped: errors
      .map((error) => String(error?.stack))
      .filter((stack) => /file:|node:|\/node|\/tmp|\/home|\/sandbox|node_modules/.test(stack)),
  }
}

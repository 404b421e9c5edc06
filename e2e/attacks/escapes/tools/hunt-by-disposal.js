// What is disposed of at the end of a block: stacks, errors that hide others, and the order of it.
// ends: ok tool-error
import { climb } from '../kit.js'

export const main = async () => {
  const found = []
  for (const Stack of [globalThis.DisposableStack, globalThis.AsyncDisposableStack]) {
    if (!Stack) continue
    const stack = new Stack()
    stack.defer(() => {
      throw new Error('first')
    })
    stack.use({
      [Symbol.dispose]: () => {
        throw sallyport
      },
      [Symbol.asyncDispose]: async () => {
        throw fetch
      },
    })
    stack.adopt(sallyport.fs, (held) => {
      found.push(held)
    })
    try {
      await (stack.disposeAsync?.() ?? stack.dispose())
    } catch (thrown) {
      found.push(thrown, thrown?.error, thrown?.suppressed)
    }
  }
  return { escaped: found.flatMap((value) => climb(value, 3)) }
}

import type { Endowment } from '../guest/endowment.ts'

/** `queueMicrotask`. */
export const endowment: Endowment = {
  install(box) {
    const settled = Promise.resolve()
    // Bound now: what tool code makes of `Promise.prototype.then` later is not used.
    const then = Promise.prototype.then.bind(settled)
    box.give('queueMicrotask', (fn: () => void) => {
      if (typeof fn !== 'function') throw new TypeError('queueMicrotask takes a function')
      void then(() => fn())
    })
  },
}

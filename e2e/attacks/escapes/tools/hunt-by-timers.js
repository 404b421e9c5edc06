// Timers that are given text to run, strange ids, and callbacks with other ways to be called.
// ends: ok tool-error
import { climb, hostNamesOf } from '../kit.js'

export const main = async () => {
  const escaped = []
  const note = (value) => void escaped.push(...hostNamesOf(value))
  globalThis.note = note
  for (const callback of [
    'note(this)',
    { handleEvent: note },
    new Proxy(note, {}),
    note.bind({}),
    class {
      static call = note
    },
  ])
    for (const set of [setTimeout, setInterval, queueMicrotask]) {
      try {
        const id = set(callback, 0, globalThis)
        escaped.push(...climb(id))
        clearInterval({ valueOf: () => id, [Symbol.toPrimitive]: () => id })
      } catch (thrown) {
        escaped.push(...climb(thrown))
      }
    }
  await new Promise((done) =>
    setTimeout(function () {
      note(this)
      done()
    }, 5),
  )
  return { escaped }
}

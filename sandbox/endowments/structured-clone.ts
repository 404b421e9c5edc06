import type { Endowment } from '../guest/endowment.ts'
import { structuredClone } from '../guest/structured-clone.ts'

/** `structuredClone`. */
export const endowment: Endowment = {
  install(box) {
    box.give('structuredClone', (...given: unknown[]) => {
      if (given.length === 0) throw new TypeError('structuredClone takes a value')
      return structuredClone(given[0], given[1] as { transfer?: Iterable<unknown> } | undefined)
    })
  },
}

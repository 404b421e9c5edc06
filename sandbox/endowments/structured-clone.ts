import type { Endowment } from '../guest/endowment.ts'
import { structuredClone } from '../guest/structured-clone.ts'

/** `structuredClone`. */
export const endowment: Endowment = {
  install(box) {
    box.give('structuredClone', (value: unknown) => structuredClone(value))
  },
}

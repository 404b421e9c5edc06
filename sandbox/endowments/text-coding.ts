import type { Endowment } from '../guest/endowment.ts'
import { TextDecoder, TextEncoder } from '../guest/text-coding.ts'

/** `TextEncoder`, `TextDecoder`. */
export const endowment: Endowment = {
  install(box) {
    box.give('TextEncoder', TextEncoder)
    box.give('TextDecoder', TextDecoder)
  },
}

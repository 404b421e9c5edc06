import type { Endowment } from '../guest/endowment.ts'

/** `sallyport.clipboard.read`: the capability `clipboard.read`. */
export const endowment: Endowment = {
  operations: ['clipboard.read'],
  install(box) {
    box.give('sallyport.clipboard.read', () => box.ask('clipboard.read', {}))
  },
}

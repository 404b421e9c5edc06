import type { Endowment } from '../guest/endowment.ts'

/** `sallyport.clipboard.write`: the capability `clipboard.write`. */
export const endowment: Endowment = {
  operations: ['clipboard.write'],
  install(box) {
    box.give('sallyport.clipboard.write', (args: unknown) => box.ask('clipboard.write', args))
  },
}

import type { Endowment } from '../guest/endowment.ts'

/** `sallyport.notify`: the capability `notify`. */
export const endowment: Endowment = {
  operations: ['notify'],
  install(box) {
    box.give('sallyport.notify', (args: unknown) => box.ask('notify', args))
  },
}

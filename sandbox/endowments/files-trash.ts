import type { Endowment } from '../guest/endowment.ts'

/** `sallyport.fs.trash`: the capability `fs.delete`. */
export const endowment: Endowment = {
  operations: ['fs.trash'],
  install(box) {
    box.give('sallyport.fs.trash', (args: unknown) => box.ask('fs.trash', args))
  },
}

import type { Endowment } from '../guest/endowment.ts'

/** `sallyport.fs.readFile`, `sallyport.fs.search`: the capability `fs.read`. */
export const endowment: Endowment = {
  operations: ['fs.readFile', 'fs.search'],
  install(box) {
    box.give('sallyport.fs.readFile', (args: unknown) => box.ask('fs.readFile', args))
    box.give('sallyport.fs.search', (args: unknown) => box.ask('fs.search', args))
  },
}

import type { Endowment } from '../guest/endowment.ts'

/** `sallyport.fs.list`, `stat`, `watch`: the capability `fs.list`. */
export const endowment: Endowment = {
  operations: ['fs.list', 'fs.stat', 'fs.watch'],
  install(box) {
    box.give('sallyport.fs.list', (args: unknown) => box.ask('fs.list', args))
    box.give('sallyport.fs.stat', (args: unknown) => box.ask('fs.stat', args))
    box.give('sallyport.fs.watch', (args: unknown) => box.ask('fs.watch', args))
  },
}

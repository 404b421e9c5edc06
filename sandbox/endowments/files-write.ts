import type { Endowment } from '../guest/endowment.ts'

/** `sallyport.fs.writeFile`, `makeFolder`, `move`, `copy`: the capability `fs.write`. */
export const endowment: Endowment = {
  operations: ['fs.writeFile', 'fs.makeFolder', 'fs.move', 'fs.copy'],
  install(box) {
    box.give('sallyport.fs.writeFile', (args: unknown) => box.ask('fs.writeFile', args))
    box.give('sallyport.fs.makeFolder', (args: unknown) => box.ask('fs.makeFolder', args))
    box.give('sallyport.fs.move', (args: unknown) => box.ask('fs.move', args))
    box.give('sallyport.fs.copy', (args: unknown) => box.ask('fs.copy', args))
  },
}

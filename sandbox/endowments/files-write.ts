import type { Endowment } from '../guest/endowment.ts'
import { FileWriter } from '../guest/write-stream.ts'

/** `sallyport.fs.writeFile`, `writeStream`, `makeFolder`, `move`, `copy`: the capability `fs.write`. */
export const endowment: Endowment = {
  operations: [
    'fs.writeFile',
    'fs.writeStream',
    'fs.makeFolder',
    'fs.move',
    'fs.copy',
    'stage.write',
    'stage.drop',
  ],
  install(box) {
    box.give('sallyport.fs.writeFile', (args: unknown) => box.ask('fs.writeFile', args))
    box.give('sallyport.fs.writeStream', (args: unknown) => new FileWriter(box, args))
    box.give('sallyport.fs.makeFolder', (args: unknown) => box.ask('fs.makeFolder', args))
    box.give('sallyport.fs.move', (args: unknown) => box.ask('fs.move', args))
    box.give('sallyport.fs.copy', (args: unknown) => box.ask('fs.copy', args))
  },
}

import type { Endowment } from '../guest/endowment.ts'
import { openGateStream, partBytes } from '../guest/gate-stream.ts'

/** `sallyport.fs.readFile`, `readStream`, `search`: the capability `fs.read`. */
export const endowment: Endowment = {
  operations: ['fs.readFile', 'fs.readStream', 'fs.search', 'stream.read', 'stream.close'],
  install(box) {
    box.give('sallyport.fs.readFile', (args: unknown) => box.ask('fs.readFile', args))
    box.give('sallyport.fs.readStream', async (args: unknown) => {
      const { stream, ...head } = (await box.ask('fs.readStream', args)) as { stream: number }
      return { ...head, body: openGateStream(box, stream, partBytes) }
    })
    box.give('sallyport.fs.search', (args: unknown) => box.ask('fs.search', args))
  },
}

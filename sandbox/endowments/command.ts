import type { Endowment } from '../guest/endowment.ts'
import { openGateStream } from '../guest/gate-stream.ts'
import { pullFrom } from '../guest/read-stream.ts'

/** `sallyport.command.run`, `start`: the capability `command.run`. */
export const endowment: Endowment = {
  operations: ['command.run', 'command.start', 'stream.read', 'stream.close'],
  install(box) {
    box.give('sallyport.command.run', (args: unknown) => box.ask('command.run', args))
    box.give('sallyport.command.start', async (args: unknown) => {
      const { stream } = (await box.ask('command.start', args)) as { stream: number }
      let end: unknown = null
      const output = openGateStream(
        box,
        stream,
        (part) => part,
        (value) => {
          end = value
        },
      )
      /** Reads past what is left of the output. */
      const wait = async () => {
        while (!(await pullFrom(output)).done);
        return end
      }
      return { output, wait }
    })
  },
}

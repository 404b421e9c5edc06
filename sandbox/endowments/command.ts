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
      /** Until it is known, and when its output was let go of, which ends it. */
      let end: unknown = { exitCode: null, signal: null, truncated: true }
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

import type { Endowment } from '../guest/endowment.ts'

/** `sallyport.command.run`: the capability `command.run`. */
export const endowment: Endowment = {
  operations: ['command.run'],
  install(box) {
    box.give('sallyport.command.run', (args: unknown) => box.ask('command.run', args))
  },
}

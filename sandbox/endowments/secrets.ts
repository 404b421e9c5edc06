import type { Endowment } from '../guest/endowment.ts'

/** `sallyport.secrets.request`: the capability `secret.use`. It answers with a name, never with a value. */
export const endowment: Endowment = {
  operations: ['secret.request'],
  install(box) {
    box.give('sallyport.secrets.request', (args: unknown) => box.ask('secret.request', args))
  },
}

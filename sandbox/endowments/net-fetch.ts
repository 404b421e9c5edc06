import type { Endowment } from '../guest/endowment.ts'

/** `sallyport.net.fetch`: the capability `net.request`, with what the gate offers beyond the web's `fetch` (signing, limits). */
export const endowment: Endowment = {
  operations: ['net.fetch'],
  install(box) {
    box.give('sallyport.net.fetch', (args: unknown) => box.ask('net.fetch', args))
  },
}

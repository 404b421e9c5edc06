import type { Endowment } from '../guest/endowment.ts'
import { openGateStream, partBytes } from '../guest/gate-stream.ts'

/** `sallyport.net.fetch`, `stream`: the capability `net.request`, with what the gate offers beyond the web's `fetch` (signing, limits). */
export const endowment: Endowment = {
  operations: ['net.fetch', 'net.stream', 'stream.read', 'stream.close'],
  install(box) {
    box.give('sallyport.net.fetch', (args: unknown) => box.ask('net.fetch', args))
    box.give('sallyport.net.stream', async (args: unknown) => {
      const { stream, ...head } = (await box.ask('net.stream', args)) as { stream: number }
      return { ...head, body: openGateStream(box, stream, partBytes) }
    })
  },
}

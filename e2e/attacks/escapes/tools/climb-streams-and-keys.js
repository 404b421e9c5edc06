// Streams, their readers, keys and what they throw.
// ends: ok
import { climb, rejectedBy } from '../kit.js'

export const main = async () => {
  const body = new Response('x').body
  const reader = new Response('y').body.getReader()
  const key = await crypto.subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', true, ['encrypt'])
  const strange = [
    body,
    reader,
    key,
    await rejectedBy(() => body.constructor.prototype.getReader.call({})),
    await rejectedBy(() => new body.constructor({ pull: 1 })),
    await rejectedBy(() => crypto.subtle.exportKey('raw', Object.create(key))),
    await rejectedBy(() => crypto.subtle.encrypt({ name: 'AES-GCM', iv: 1 }, key, new Uint8Array(1))),
    await rejectedBy(() =>
      crypto.subtle.importKey('pkcs8', new Uint8Array(9), { name: 'Ed25519' }, true, []),
    ),
    await rejectedBy(() => sallyport.fs.readStream({ path: '/no' })),
    await rejectedBy(() => sallyport.fs.writeStream({ path: '/no' }).close()),
  ]
  return { escaped: strange.flatMap((value) => climb(value)) }
}

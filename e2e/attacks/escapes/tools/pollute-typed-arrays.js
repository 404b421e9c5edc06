// Replaces what buffers and their views do, under code that handles bytes.
// ends: ok tool-error
import { nativeStrangers, spyOn } from '../kit.js'

export const main = async () => {
  const TypedArray = Object.getPrototypeOf(Uint8Array)
  const use = async () => {
    crypto.getRandomValues(new Uint8Array(8))
    await crypto.subtle.digest('SHA-256', new Uint8Array(8))
    new TextDecoder().decode(new TextEncoder().encode('text'))
    await new Response(new Uint8Array(4)).arrayBuffer()
    await sallyport.fs.writeFile({ path: '/no', data: new Uint8Array(4) }).catch(() => {})
  }
  const taken = [
    ...(await spyOn(
      TypedArray.prototype,
      ['set', 'subarray', 'slice', 'fill', 'toString', Symbol.iterator],
      use,
    )),
    ...(await spyOn(ArrayBuffer.prototype, ['slice', 'resize', 'transfer', 'transferToFixedLength'], use)),
    ...(await spyOn(TypedArray, ['from', 'of'], use)),
    ...(await spyOn(ArrayBuffer, ['isView'], use)),
  ]
  Object.defineProperty(TypedArray.prototype, 'length', { get: () => 2 ** 31, configurable: true })
  Object.defineProperty(ArrayBuffer.prototype, 'byteLength', { get: () => 2 ** 31, configurable: true })
  await use().catch(() => {})
  return { escaped: nativeStrangers(taken) }
}

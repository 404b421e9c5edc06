// Shrinks, empties and hands over buffers while they are being copied, decoded, hashed or filled.
// ends: ok
import { rejectedBy } from '../kit.js'

const shrinking = () => {
  const buffer = new ArrayBuffer(64, { maxByteLength: 64 })
  return { buffer, view: new Uint8Array(buffer), cut: () => buffer.resize(0) }
}
export const main = async () => {
  const escaped = []
  const mayGive = async (what, most, fn) => {
    let given
    await rejectedBy(async () => {
      given = await fn(shrinking())
    })
    if (given !== undefined && !(given <= most)) escaped.push(`${what} gave ${given}`)
  }
  await mayGive(
    'a copy',
    64,
    ({ view, cut }) =>
      structuredClone({
        get a() {
          return cut()
        },
        view,
      }).view.length,
  )
  await mayGive(
    'a decoder',
    64,
    ({ view, cut }) =>
      new TextDecoder().decode(view, {
        get stream() {
          return cut()
        },
      }).length,
  )
  await mayGive(
    'an encoder',
    64,
    ({ view, cut }) => new TextEncoder().encodeInto({ toString: () => `${cut()}` }, view).written,
  )
  await mayGive(
    'a digest',
    20,
    async ({ view, cut }) =>
      (
        await crypto.subtle.digest(
          {
            get name() {
              cut()
              return 'SHA-1'
            },
          },
          view,
        )
      ).byteLength,
  )
  await mayGive('random numbers', 64, ({ view, cut }) => {
    cut()
    return crypto.getRandomValues(view).length
  })
  await mayGive(
    'a body',
    64,
    async ({ view, cut }) =>
      (
        await new Response(view, {
          get status() {
            cut()
            return 200
          },
        }).bytes()
      ).length,
  )
  return { escaped }
}

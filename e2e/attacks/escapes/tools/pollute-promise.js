// Replaces what promises do, to catch the functions that settle them.
// ends: ok
import { nativeStrangers, spyOn } from '../kit.js'

export const main = async () => {
  const taken = await spyOn(Promise.prototype, ['then', 'catch', 'finally'], async () => {
    await sallyport.fs.stat({ path: '/ok' })
    await sallyport.open({ target: 'x' }).catch(() => {})
    console.log('x', {}, new Map())
    new URL('/b', 'https://a.b').searchParams.append('c', 'd')
    await crypto.subtle.digest('SHA-256', crypto.getRandomValues(new Uint8Array(4)))
    await new Promise((resolve) => setTimeout(resolve, 1))
  })
  return { escaped: nativeStrangers(taken) }
}

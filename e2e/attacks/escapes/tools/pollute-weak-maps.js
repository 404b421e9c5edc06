// Replaces what hidden tables are made of: who keeps private things in one hands them over.
// ends: ok tool-error
import { nativeStrangers, spyOn } from '../kit.js'

export const main = async () => {
  const use = async () => {
    const control = new AbortController()
    control.signal.addEventListener('abort', () => {})
    control.abort()
    const key = await crypto.subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', true, ['encrypt'])
    await crypto.subtle.exportKey('raw', key)
    await new Response('x').body.getReader().read()
    clearTimeout(setTimeout(() => {}, 5))
    await sallyport.fs.stat({ path: '/ok' })
  }
  const taken = [
    ...(await spyOn(WeakMap.prototype, ['get', 'set', 'has', 'delete'], use)),
    ...(await spyOn(WeakSet.prototype, ['add', 'has', 'delete'], use)),
    ...(await spyOn(Set.prototype, ['add', 'has', 'delete', 'forEach'], use)),
  ]
  return { escaped: nativeStrangers(taken) }
}

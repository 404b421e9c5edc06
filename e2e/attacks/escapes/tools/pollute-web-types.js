// Every method that the web's types lean on is watched while they work: none is handed a function of the child's.
// ends: ok
// limits: { "wallMs": 20000, "cpuMs": 10000 }
import { nativeStrangers, spyOn } from '../kit.js'

export const main = async () => {
  const escaped = []
  const holders = [
    Map.prototype,
    Set.prototype,
    Array.prototype,
    String.prototype,
    RegExp.prototype,
    Uint8Array.prototype,
  ]
  const work = async () => {
    const url = new URL('https://a.test/?x=1')
    url.searchParams.append('y', 'z')
    new Headers({ a: '1' }).append('b', url.href)
    structuredClone({ url, at: new Date(0), bytes: new Uint8Array(3) }, { transfer: [new ArrayBuffer(2)] })
    const key = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])
    const jwk = await crypto.subtle.exportKey('jwk', key.privateKey)
    await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
    new TextDecoder('latin1').decode(new TextEncoder().encode(btoa('x') + crypto.randomUUID()))
    await fetch(new Request(url, { method: 'POST', body: new Response('x').url })).catch(() => {})
    await sallyport.fs
      .writeStream({ path: '/no' })
      .write('x')
      .catch(() => {})
  }
  for (const holder of holders) {
    const names = Object.getOwnPropertyNames(holder).filter((name) => {
      const { value, configurable } = Object.getOwnPropertyDescriptor(holder, name)
      return typeof value === 'function' && configurable && name !== 'constructor'
    })
    escaped.push(...nativeStrangers(await spyOn(holder, names, work)))
  }
  return { escaped }
}

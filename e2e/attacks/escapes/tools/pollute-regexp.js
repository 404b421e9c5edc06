// Replaces what a regular expression does, under code that may use one.
// ends: ok tool-error
import { nativeStrangers, spyOn } from '../kit.js'

export const main = async () => {
  const use = async () => {
    new URL('https://a.example/x?y=1#z').searchParams.append('k', 'v')
    new Headers({ 'x-a': 'b' }).get('x-a')
    atob(btoa('text'))
    console.log('%s', /x/g, new Error('e'))
    await sallyport.fs.stat({ path: '/ok' })
    await fetch('https://a.example/').catch(() => {})
  }
  const names = [
    'exec',
    'test',
    'toString',
    'compile',
    Symbol.replace,
    Symbol.match,
    Symbol.split,
    Symbol.search,
  ]
  const taken = await spyOn(RegExp.prototype, names, use)
  Object.defineProperty(RegExp.prototype, 'flags', { get: () => 'gggg', configurable: true })
  await use().catch(() => {})
  return { escaped: nativeStrangers(taken) }
}

// A request whose parts are others each time they are read: what is checked must be what is sent.
// ends: ok
// limits: { "wallMs": 20000, "cpuMs": 10000 }
export const main = async () => {
  const reads = {}
  const init = new Proxy(
    { method: 'POST', body: 'x', redirect: 'follow' },
    {
      get(target, name) {
        reads[name] = (reads[name] ?? 0) + 1
        if (reads[name] === 1 || name === 'headers') return target[name]
        return { method: 'DELETE', body: 'polluted', redirect: 'manual' }[name]
      },
    },
  )
  let asked = 0
  const address = { toString: () => (asked++ === 0 ? 'https://a.test/' : 'https://polluted.test/') }
  const request = new Request(address, init)
  const escaped = []
  if (request.method === 'POST' && (await request.clone().text()) === 'polluted') escaped.push('another body')
  if (request.url !== 'https://a.test/') escaped.push('another address')
  const endless = {
    *[Symbol.iterator]() {
      for (let n = 0; n < 1e3; n++) yield [`x-${n}`, 'y']
    },
  }
  for (const given of [request, new URL('https://a.test')]) {
    const said = await fetch(given, { headers: endless }).catch(({ code, name }) => code ?? name)
    if (said !== 'denied-by-policy' && said !== 'too-large') escaped.push(`the gate said ${said}`)
  }
  try {
    request.url = 'https://polluted.test/'
    escaped.push('an address that can be written')
  } catch {}
  try {
    Object.defineProperty(request, 'headers', { value: [['polluted', 'polluted']] })
  } catch {}
  const said = await fetch(request).catch(({ name }) => name)
  if (said !== 'TypeError') escaped.push(`a request that was sent is sent again: ${said}`)
  return { escaped }
}

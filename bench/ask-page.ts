/** Asks a page one expression over the DevTools protocol, without a browser library between: nothing to wait for. */
interface Target {
  type: string
  url: string
  webSocketDebuggerUrl?: string
}

/** @param port DevTools' port on loopback; null until a page of that address is there and has an answer */
export async function askPage(
  port: number,
  isPage: (url: string) => boolean,
  expression: string,
): Promise<unknown> {
  const targets = (await fetch(`http://127.0.0.1:${port}/json/list`)
    .then((list) => list.json())
    .catch(() => [])) as Target[]
  const target = targets.find((each) => each.type === 'page' && isPage(each.url))
  return target?.webSocketDebuggerUrl ? evaluate(target.webSocketDebuggerUrl, expression) : null
}

function evaluate(address: string, expression: string): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address)
    const done = (value: unknown) => {
      clearTimeout(timer)
      socket.close()
      resolve(value)
    }
    const timer = setTimeout(() => done(null), 2_000)
    socket.onerror = () => done(null)
    socket.onopen = () =>
      socket.send(
        JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression, returnByValue: true } }),
      )
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as { id?: number; result?: { result?: { value?: unknown } } }
      if (message.id === 1) done(message.result?.result?.value ?? null)
    }
  })
}

/** A page whose code is hostile: it can't answer its own question, reach another window's channel, or leave. */
import { brokerAnswers, call } from '../harness/agent.ts'
import { expect, test } from '../harness/test.ts'
import { until } from '../harness/time-limit.ts'

interface Bridge {
  call(method: string, params: unknown): Promise<unknown>
  desktop(call: unknown): Promise<unknown>
}

test('the main page can not answer questions, pass for the shell, or open an address', async ({ launch }) => {
  const app = await launch()
  const page = await app.mainWindow()
  await brokerAnswers(page)
  const answers = await page.evaluate(async () => {
    const { sallyport } = window as unknown as { sallyport: Bridge }
    const forged: [string, unknown][] = [
      ['consent.answer', { questionId: 'q_1', hash: 'a'.repeat(64), answer: 'allow' }],
      ['consent.shown', { questionId: 'q_1', hash: 'a'.repeat(64) }],
      ['consent.surface', { available: false }],
      ['session.locked', { locked: false }],
      ['shell.report', { what: 'page-crash', text: 'x' }],
      ['tool.run', { name: 'files', answer: 'allow' }],
      ['constructor', {}],
      ['__proto__', {}],
      ['runs.get', { id: 'x'.repeat(10_000_000) }],
    ]
    const calls = forged.map(([method, params]) =>
      sallyport.call(method, params).then(String, (fault) => fault.code),
    )
    const desktop = [
      { do: 'openUrl', url: 'https://evil.example/?data=1' },
      { do: 'openUrl', url: 'file:///etc/passwd' },
      { do: 'consentHeight', height: 200 },
      { do: 'exec', command: 'id' },
    ].map((each) => sallyport.desktop(each).then(String, (fault) => fault.code))
    return Promise.all([...calls, ...desktop])
  })
  for (const code of answers) expect(['not-allowed', 'bad-request']).toContain(code)
  const seen = await until(
    async () => {
      const { rows } = await call(page, 'activity.query', { kinds: ['door'] })
      return rows.length > 0 ? rows : null
    },
    30_000,
    'recording the forged messages',
  )
  expect(seen.length).toBeGreaterThan(0)
})

test('a window that is not ours is not heard, though it shows our page with our preload', async ({
  launch,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  await brokerAnswers(page)
  const heard = await app.electron.evaluate(async ({ BrowserWindow, app: electronApp }) => {
    const preload = `${electronApp.getAppPath()}/dist/electron/preload/consent.cjs`
    const answers: unknown[] = []
    for (const url of ['app://sallyport/consent-window/index.html', 'app://sallyport/index.html']) {
      const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } })
      await window.loadURL(url)
      answers.push(
        await window.webContents.executeJavaScript(
          `window.sallyport.call('consent.answer', { questionId: 'q_1', hash: 'a'.repeat(64), answer: 'allow' }).then(String, (fault) => fault.code)`,
        ),
      )
      window.destroy()
    }
    return answers
  })
  expect(heard).toEqual(['not-allowed', 'not-allowed'])
})

test('the page can not go elsewhere, open a window, embed, load, run text as code, or get a permission', async ({
  launch,
  echoServer,
}) => {
  const app = await launch()
  const page = await app.mainWindow()
  const before = page.url()
  const result = await page.evaluate(async (url) => {
    const attempt = async (work: () => unknown) => {
      try {
        return await work()
      } catch (error) {
        return `refused: ${(error as Error).name}`
      }
    }
    const image = (src: string) =>
      new Promise((resolve) => {
        const made = new Image()
        made.onload = () => resolve('loaded')
        made.onerror = () => resolve('refused')
        made.src = src
      })
    const frame = document.createElement('iframe')
    frame.src = url
    document.body.append(frame)
    const script = document.createElement('script')
    script.textContent = 'window.ranInline = true'
    document.body.append(script)
    return {
      opened: String(window.open(url)),
      fetched: await attempt(() => fetch(url).then(() => 'fetched')),
      socket: await attempt(
        () =>
          new Promise((resolve) => {
            const socket = new WebSocket(url.replace('http', 'ws'))
            socket.onopen = () => resolve('opened')
            socket.onerror = () => resolve('refused')
          }),
      ),
      image: await image(`${url}/x.png`),
      inline: (window as unknown as { ranInline?: boolean }).ranInline ?? false,
      permission: await attempt(() =>
        navigator.permissions.query({ name: 'geolocation' }).then(({ state }) => state),
      ),
      notification: typeof Notification === 'undefined' ? 'denied' : await Notification.requestPermission(),
      clipboard: await attempt(() => navigator.clipboard.readText()),
    }
  }, echoServer.origin)
  expect(result).toMatchObject({
    opened: 'null',
    fetched: expect.stringContaining('refused'),
    socket: expect.stringContaining('refused'),
    image: 'refused',
    inline: false,
    permission: 'denied',
    notification: 'denied',
    clipboard: expect.stringContaining('refused'),
  })
  await page.evaluate((url) => {
    location.href = url
  }, echoServer.origin)
  await page.waitForTimeout(500)
  expect(page.url()).toBe(before)
  expect(echoServer.received).toEqual([])
})

import { describe, expect, it } from 'vitest'
import { createDesktopCalls, type DesktopParts } from './desktop-calls.ts'
import { decideOnClose } from './on-close.ts'
import { onScreen } from './window-bounds.ts'

function makeCalls() {
  const done: string[] = []
  const parts: DesktopParts = {
    chooseFile: async (_parent, { title }) => `/home/ann/${title}`,
    parent: () => null,
    openExternal: async (url) => void done.push(`open ${url}`),
    knownUrls: async () => ['https://provider.example/tokens', 'http://plain.example/'],
    showFile: (file) => void done.push(`show ${file}`),
    copy: (text) => void done.push(`copy ${text}`),
    brokerState: () => ({ state: 'ready', text: '' }),
    restartBroker: async () => void done.push('restart'),
    setConsentHeight: (height) => void done.push(`height ${height}`),
  }
  return { call: createDesktopCalls(parts), done }
}

describe('what a page asks of the desktop', () => {
  it('is answered', async () => {
    const { call } = makeCalls()
    expect(await call({ do: 'chooseFolder', title: 'Docs' }, 'main')).toEqual({
      ok: true,
      value: '/home/ann/Docs',
    })
    expect(await call({ do: 'brokerState' }, 'consent')).toEqual({
      ok: true,
      value: { state: 'ready', text: '' },
    })
  })

  it('opens an address that the product knows, and no other', async () => {
    const { call, done } = makeCalls()
    expect(await call({ do: 'openUrl', url: 'https://provider.example/tokens' }, 'main')).toMatchObject({
      ok: true,
    })
    for (const url of [
      'https://evil.example/?data=1',
      'https://provider.example/tokens?data=1',
      'http://plain.example/',
    ])
      expect(await call({ do: 'openUrl', url }, 'main')).toMatchObject({ ok: false })
    expect(done).toEqual(['open https://provider.example/tokens'])
  })

  it('is for its own window only', async () => {
    const { call, done } = makeCalls()
    expect(await call({ do: 'restartBroker' }, 'consent')).toMatchObject({ ok: false })
    expect(await call({ do: 'openUrl', url: 'https://provider.example/tokens' }, 'consent')).toMatchObject({
      ok: false,
    })
    expect(await call({ do: 'consentHeight', height: 300 }, 'main')).toMatchObject({ ok: false })
    expect(done).toEqual([])
  })
})

describe('closing the main window', () => {
  const close = (over: Partial<Parameters<typeof decideOnClose>[0]>, answer = false) => {
    const said: string[] = []
    const result = decideOnClose({
      quitting: false,
      keepRunning: true,
      trayPresent: true,
      runsActive: 0,
      say: (text) => void said.push(text),
      quit: () => void said.push('quit'),
      ask: ({ detail }) => said.push(`ask ${detail}`) > 0 && answer,
      ...over,
    })
    return { result, said }
  }
  it('hides it behind a tray, with a word', () => {
    expect(close({})).toMatchObject({ result: 'hide', said: [expect.stringContaining('Agents go on')] })
  })
  it('never hides it where nothing could bring it back', () => {
    expect(close({ trayPresent: false })).toEqual({ result: 'stay', said: ['quit'] })
    const busy = close({ trayPresent: false, runsActive: 2 })
    expect(busy).toMatchObject({ result: 'stay', said: [expect.stringContaining('2 runs are at work')] })
    expect(close({ trayPresent: false, runsActive: 1 }, true).said.at(-1)).toBe('quit')
  })
  it('ends the app when the person set it so', () => {
    expect(close({ keepRunning: false }).said).toEqual(['quit'])
  })
  it('lets it go while the app quits', () => {
    expect(close({ quitting: true })).toEqual({ result: 'close', said: [] })
  })
})

describe('where the window stood last', () => {
  const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
  it.each([
    [{ x: 100, y: 50, width: 900, height: 700 }, true],
    [{ x: -850, y: 50, width: 900, height: 700 }, false],
    [{ x: 2000, y: 50, width: 900, height: 700 }, false],
    [{ x: 100, y: 1075, width: 900, height: 700 }, false],
    [{ x: 100, y: -400, width: 900, height: 700 }, false],
  ])('%j is used only where it can be seen and moved: %s', (bounds, used) => {
    expect(onScreen(bounds, screens)).toEqual(used ? bounds : null)
  })
})

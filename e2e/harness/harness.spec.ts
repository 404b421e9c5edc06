/** The test desktop itself: what the journeys build on is really there. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { _electron } from '@playwright/test'
import { findElectron } from '../../scripts/electron-runtime.mjs'
import { pinnedNode } from '../../scripts/project.mjs'
import { type Desktop, startDesktop } from './desktop.ts'
import { expect, test } from './test.ts'
import { withLimit } from './time-limit.ts'

const keytarFrom = (desktop: Desktop, code: string) =>
  desktop.run(pinnedNode() as string, [
    '--input-type=module',
    '-e',
    `import { createRequire } from 'node:module'
     const keytar = createRequire(${JSON.stringify(path.resolve('package.json'))})('keytar')
     ${code}`,
  ])

test('has a keyring that keeps a secret', async ({ desktop }) => {
  const { code, output } = await keytarFrom(
    desktop,
    `await keytar.setPassword('s', 'a', 'v'); console.log(await keytar.getPassword('s', 'a'))`,
  )
  expect(output.trim()).toBe('v')
  expect(code).toBe(0)
})

test('has no keyring when a test wants none', async () => {
  const desktop = await startDesktop({ keyring: 'none' })
  const { code } = await keytarFrom(desktop, `await keytar.setPassword('s', 'a', 'v')`)
  expect(code).not.toBe(0)
  await desktop.stop()
})

test('shows a window, a tray item whose menu can be clicked, a notification and a shortcut', async ({
  desktop,
  tray,
  notifications,
}) => {
  const app = path.join(desktop.home, 'app')
  mkdirSync(app)
  writeFileSync(path.join(app, 'package.json'), '{"name":"tiny","version":"1.0.0","main":"main.js"}')
  writeFileSync(
    path.join(app, 'main.js'),
    `const { app, BrowserWindow, Menu, Notification, Tray, globalShortcut, nativeImage } = require('electron')
     app.whenReady().then(() => {
       const window = new BrowserWindow()
       window.loadURL('data:text/html,<p>hello')
       const note = (text) => new Notification({ title: 'Tiny', body: text }).show()
       const tray = new Tray(nativeImage.createEmpty())
       tray.setToolTip('tiny tool')
       tray.setContextMenu(Menu.buildFromTemplate([{ label: 'Say hi', click: () => note('hi from the tray') }]))
       globalShortcut.register('Control+Alt+K', () => note('hi from the keys'))
       global.keep = tray
     })`,
  )
  const electron = await withLimit(
    _electron.launch({
      executablePath: findElectron()?.binary,
      args: ['--disable-gpu', app],
      env: desktop.env,
      chromiumSandbox: process.getuid?.() !== 0,
    }),
    30_000,
    'starting a tiny app',
  )
  const window = await electron.firstWindow()
  await expect(window.locator('p')).toHaveText('hello')
  const state = await tray.read()
  expect(state.tooltip).toContain('tiny tool')
  expect(state.menu.map(({ label }) => label)).toEqual(['Say hi'])
  await tray.click('Say hi')
  expect((await notifications.find('hi from the tray')).title).toBe('Tiny')
  await desktop.pressKeys('ctrl+alt+k')
  await notifications.find('hi from the keys')
  await electron.close()
})

/**
 * The desktop shell's first moments: what must be there before the first paint, and nothing else. The rest (broker,
 * tray, consent window) is loaded when the page has painted: loading it earlier would hold up the paint. What the page
 * asks meanwhile waits in its channel.
 */
import { mkdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { app, session } from 'electron'
import { CHANNELS } from '../contract/channels.ts'
import { sallyportPaths } from '../contract/paths.ts'
import { registerAppScheme, serveAppProtocol } from './app-protocol.ts'
import { setMenu } from './menu.ts'
import { findPrograms } from './program-paths.ts'
import { hardenContents, hardenSession } from './session-hardening.ts'
import type { Shell } from './shell.ts'
import { claimSingleInstance } from './single-instance.ts'
import { openChannels } from './windows/channels.ts'
import { createMainWindow } from './windows/main-window.ts'

/** A page that does not paint in so many milliseconds is not waited for: agents and Stop matter more. */
const PATIENCE_MS = 1_500

function start(): void {
  const { env, platform } = process
  const paths = sallyportPaths(env, platform, os.homedir())
  const userData = path.join(paths.data, 'shell')
  mkdirSync(userData, { recursive: true, mode: 0o700 })
  app.setPath('userData', userData)
  registerAppScheme()
  // Pages load from this app alone, and the shell itself fetches nothing: a process for the network would only idle.
  // On Wayland a shortcut that works everywhere is granted by the desktop, through its portal.
  app.commandLine.appendSwitch('enable-features', 'NetworkServiceInProcess2,GlobalShortcutsPortal')
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  if (!claimSingleInstance(app, () => mainWindow.show())) {
    process.stdout.write('Sallyport is running already: its window is in front now.\n')
    app.exit(0)
    return
  }
  hardenContents(app)
  // The window may be closed while agents go on; `shell.ts` decides what closing means.
  app.on('window-all-closed', () => {})

  const devTools = !app.isPackaged
  const programs = findPrograms({
    packaged: app.isPackaged,
    appPath: app.getAppPath(),
    resourcesPath: process.resourcesPath,
    platform,
    env,
  })
  let shell: Shell | null = null
  const mainWindow = createMainWindow({
    preload: path.join(programs.preload, 'main.cjs'),
    icon: path.join(programs.icons, 'app.png'),
    devTools,
    boundsFile: path.join(userData, 'window.json'),
    events: () => shell?.windowEvents ?? null,
  })
  void app.whenReady().then(async () => {
    hardenSession(session.defaultSession, devTools)
    setMenu({ platform, devTools, go: mainWindow.show, stop: () => shell?.stop() })
    serveAppProtocol(programs.pages)
    const channels = openChannels([CHANNELS.pageCall, CHANNELS.consentCall, CHANNELS.desktop])
    if (process.argv.includes('--hidden')) mainWindow.skipFirstPaint()
    else mainWindow.show()
    await Promise.race([mainWindow.painted, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))])
    const { openShell } = await import('./shell.ts')
    shell = openShell({ paths, programs, mainWindow, channels, devTools })
  })
}

start()

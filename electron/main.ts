/**
 * The desktop shell: windows, tray, shortcut, notifications, and the broker as its child. It shows, relays the person's
 * answer, and can kill the broker's tree; it decides nothing. This file wires the parts; nobody imports it.
 */
import { mkdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { app, clipboard, dialog, nativeTheme, powerMonitor, session, shell } from 'electron'
import { CHANNELS } from '../contract/channels.ts'
import { sallyportPaths } from '../contract/paths.ts'
import type { Settings } from '../contract/settings.ts'
import { DesktopCall, PageCall } from '../contract/shell-ipc.ts'
import { registerAppScheme, serveAppProtocol } from './app-protocol.ts'
import { createBrokerProcess } from './broker-process.ts'
import { createDesktopActions } from './desktop-actions.ts'
import { createBrokerFollower, SHELL_EVENTS } from './follow-broker.ts'
import { setLaunchAtLogin } from './launch-at-login.ts'
import { setMenu } from './menu.ts'
import { createNotifications } from './notifications.ts'
import { findPrograms } from './program-paths.ts'
import { createRelay } from './relay-call.ts'
import { createReports } from './report.ts'
import { hardenContents, hardenSession } from './session-hardening.ts'
import { createStopShortcut } from './shortcuts.ts'
import { claimSingleInstance } from './single-instance.ts'
import { createStopEverything } from './stop-everything.ts'
import { createTray } from './tray/tray.ts'
import { makeTrayModel, type TrayAction } from './tray/tray-model.ts'
import { watchTrayHost } from './tray/watch-tray-host.ts'
import { watchSessionLock } from './watch-session-lock.ts'
import { createConsentTurn } from './windows/consent-turn.ts'
import { createConsentWindow } from './windows/consent-window.ts'
import { createDesktopCalls } from './windows/desktop-calls.ts'
import { createHandle } from './windows/handle.ts'
import { createMainWindow } from './windows/main-window.ts'
import { decideOnClose } from './windows/on-close.ts'
import { writeStopFile } from './write-stop-file.ts'

const { env, platform } = process
const paths = sallyportPaths(env, platform, os.homedir())
const userData = path.join(paths.data, 'shell')
const devTools = !app.isPackaged
const programs = findPrograms({
  packaged: app.isPackaged,
  appPath: app.getAppPath(),
  resourcesPath: process.resourcesPath,
  platform,
  env,
})
const icon = path.join(programs.icons, 'app.png')

let quitting = false
let trayPresent = false
let toldHidden = false
let settings: Settings | null = null

const reports = createReports({ link: () => broker.link() })
const notifications = createNotifications({ icon })
const act = createDesktopActions(
  {
    notify: (title, body) => notifications.tell({ title, body, onClick: () => mainWindow.show() }),
    writeClipboard: (text) => clipboard.writeText(text),
    readClipboard: async () => clipboard.readText(),
    openUrl: (url) => shell.openExternal(url),
    openPath: (target) => shell.openPath(target),
    trash: (target) => shell.trashItem(target),
  },
  (reply) => broker.link()?.desktopReply(reply),
)
const mainWindow = createMainWindow({
  preload: path.join(programs.preload, 'main.cjs'),
  icon,
  devTools,
  boundsFile: path.join(userData, 'window.json'),
  onClose: () =>
    decideOnClose({
      quitting,
      keepRunning: settings?.keepRunning ?? true,
      trayPresent,
      runsActive: follower.facts().status?.runsActive ?? 0,
      say: sayHidden,
      quit: () => app.quit(),
      ask: (question) =>
        dialog.showMessageBoxSync({ type: 'question', defaultId: 1, cancelId: 1, ...question }) === 0,
    }),
  onTrouble: reports.report,
  onRecovered: (text) => tellPage(text),
  onFirstPaint: () => openTheRest(),
})
const consentWindow = createConsentWindow({
  preload: path.join(programs.preload, 'consent.cjs'),
  icon,
  devTools,
  mayTakeFocus: () => mainWindow.focused(),
  onClosed: () => turn.closed(),
  onAvailable: (available) => void broker.link()?.call('consent.surface', { available }, 'shell'),
  onLost: (text) => reports.report('consent-lost', text),
})
const turn = createConsentTurn({
  show: () => consentWindow.show(),
  hide: () => {
    consentWindow.hide()
    notifications.noQuestions()
  },
  deny: async (answer) => broker.link()?.call('consent.answer', answer, 'consent'),
  onMore: (count) => {
    if (!mainWindow.focused() && !consentWindow.focused())
      notifications.questionsWait(count, consentWindow.show)
  },
})
const tray = createTray({ icons: programs.icons, onAction: (action) => void onTrayAction(action) })
const follower = createBrokerFollower({
  main: () => mainWindow.contents(),
  consent: () => consentWindow.contents(),
  turn,
  onFacts: drawTray,
  onSettings: applySettings,
  onDesktop: (payload) => void act(payload),
})
const broker = createBrokerProcess({
  command: programs.node,
  args: [programs.brokerMain],
  env: brokerEnvironment(),
  events: SHELL_EVENTS,
  onEvent: follower.onEvent,
  onState: follower.onState,
  onReady: (link, again) => {
    if (again) reports.report('broker-restart', again)
    reports.flush()
    void link.call('consent.surface', { available: consentWindow.available() }, 'shell')
    void follower.onReady(link)
  },
  onOutput: (text) => process.stderr.write(text),
})
const stopEverything = createStopEverything({
  link: broker.link,
  killBroker: broker.kill,
  startBroker: broker.start,
  writeStopFile: (content) => writeStopFile(paths.stopFile, content),
  onForced: (receipt) =>
    reports.report(
      'broker-restart',
      `Stop: the broker did not answer; ${receipt.processes} processes were ended.`,
    ),
  now: Date.now,
})
const shortcut = createStopShortcut({
  onPress: () => void stopFromDesktop(),
  onRefused: (text) => tellPage(text),
})

function start(): void {
  mkdirSync(userData, { recursive: true, mode: 0o700 })
  app.setPath('userData', userData)
  registerAppScheme()
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  if (!claimSingleInstance(app, () => mainWindow.show())) {
    process.stdout.write('Sallyport is running already: its window is in front now.\n')
    app.exit(0)
    return
  }
  hardenContents(app)
  app.on('window-all-closed', () => {})
  app.on('activate', () => mainWindow.show())
  app.on('before-quit', (event) => void leave(event))
  broker.start()
  void app.whenReady().then(openFirst)
}

/** What must be there before the first paint, and nothing else. */
function openFirst(): void {
  hardenSession(session.defaultSession, devTools)
  serveAppProtocol(programs.pages)
  listenToWindows()
  setMenu({ platform, devTools, go: mainWindow.show, stop: () => void stopFromDesktop() })
  if (process.argv.includes('--hidden')) openTheRest()
  else mainWindow.show()
}

let opened = false
function openTheRest(): void {
  if (opened) return
  opened = true
  drawTray()
  watchTrayHost({
    platform,
    busAddress: env.DBUS_SESSION_BUS_ADDRESS,
    onChange: (present) => {
      trayPresent = present
      if (present) tray.remake()
    },
  })
  watchSessionLock({
    monitor: powerMonitor,
    platform,
    onChange: (locked) => void broker.link()?.call('session.locked', { locked }, 'shell'),
  })
  consentWindow.prepare()
}

function listenToWindows(): void {
  const handle = createHandle({
    kindOf: (contents) => {
      if (contents === mainWindow.contents()) return 'main'
      return contents === consentWindow.contents() ? 'consent' : null
    },
    onForged: (text) => reports.report('forged-message', text),
  })
  const relay = createRelay({
    whenReady: broker.whenReady,
    stopEverything,
    onForged: (text) => reports.report('forged-message', text),
  })
  handle(CHANNELS.pageCall, ['main'], PageCall, (call) => relay('page', call))
  handle(CHANNELS.consentCall, ['consent'], PageCall, (call) => {
    if (call.method === 'consent.shown') turn.shown(call.params as { questionId: string; hash: string })
    return relay('consent', call)
  })
  const desktopCall = createDesktopCalls({
    parent: () => mainWindow.window(),
    chooseFile: async (parent, options) => {
      const chosen = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options))
      return chosen.filePaths[0] ?? null
    },
    openExternal: (url) => shell.openExternal(url),
    knownUrls,
    showFile: (target) => shell.showItemInFolder(target),
    copy: (text) => clipboard.writeText(text),
    brokerState: broker.state,
    restartBroker: async () => {
      await broker.kill()
      broker.start()
    },
    setConsentHeight: consentWindow.setHeight,
  })
  handle(CHANNELS.desktop, ['main', 'consent'], DesktopCall, (call, { kind }) => desktopCall(call, kind))
}

async function knownUrls(): Promise<string[]> {
  const answer = await broker.link()?.call('secrets.list', {}, 'shell')
  const listed = answer?.ok ? (answer.value as { secrets: { rotateUrl: string }[] }).secrets : []
  return listed.map((secret) => secret.rotateUrl).filter(Boolean)
}

async function onTrayAction(action: TrayAction): Promise<void> {
  switch (action.do) {
    case 'open':
      return mainWindow.show(action.route)
    case 'answer':
      return consentWindow.show()
    case 'pause': {
      const { paused, agentId } = action
      await broker.link()?.call('pause.set', { paused, ...(agentId ? { agentId } : {}) }, 'shell')
      return
    }
    case 'stop':
      return stopFromDesktop()
    case 'restart':
      await broker.kill()
      return broker.start()
    case 'quit':
      return app.quit()
  }
}

async function stopFromDesktop(): Promise<void> {
  const answer = await stopEverything({ surface: 'shell', params: {} })
  const body = answer.ok ? 'Everything has ended. The receipt is in the window.' : answer.fault.text
  notifications.tell({
    title: answer.ok ? 'Stopped' : 'Stop did not work',
    body,
    onClick: () => mainWindow.show(),
  })
}

function drawTray(): void {
  if (opened) tray.draw(makeTrayModel({ ...follower.facts(), questions: turn.waiting() }))
}

function applySettings(now: Settings): void {
  settings = now
  nativeTheme.themeSource = now.theme
  if (app.isReady()) shortcut.set(now.stopShortcut)
  setLaunchAtLogin({
    app,
    platform,
    configHome: env.XDG_CONFIG_HOME || path.join(os.homedir(), '.config'),
    wanted: now.launchAtLogin,
  })
}

/** A word to the person, in the window and, when that is not in front, on the desktop. */
function tellPage(text: string): void {
  const payload = { id: `shell_${Date.now()}`, at: Date.now(), rule: 'shell', text }
  mainWindow.contents()?.send(CHANNELS.event, { event: 'alert', payload })
  if (!mainWindow.focused())
    notifications.tell({ title: 'Sallyport', body: text, onClick: () => mainWindow.show() })
}

/** Once in each start: a window that vanished without a word looks like a program that ended. */
function sayHidden(body: string): void {
  if (toldHidden) return
  toldHidden = true
  notifications.tell({ title: 'Sallyport keeps running', body, onClick: () => mainWindow.show() })
}

/** The broker gets the environment without what only Electron or a parent Node means. */
function brokerEnvironment(): NodeJS.ProcessEnv {
  const clean = Object.entries(env).filter(([name]) => !/^(ELECTRON_|NODE_OPTIONS$|CHROME_)/.test(name))
  return Object.fromEntries(clean)
}

async function leave(event: { preventDefault(): void }): Promise<void> {
  if (quitting) return
  quitting = true
  event.preventDefault()
  shortcut.clear()
  tray.remove()
  consentWindow.destroy()
  await broker.leave()
  app.exit(0)
}

start()

/**
 * The desktop shell, once the window is on its way: broker, channels, tray, shortcut, notifications, consent window. It
 * shows, relays the person's answer, and can kill the broker's tree; it decides nothing. This file wires the parts.
 */

import path from 'node:path'
import process from 'node:process'
import { app, clipboard, dialog, powerMonitor, shell as system } from 'electron'
import { CHANNELS } from '../contract/channels.ts'
import type { SallyportPaths } from '../contract/paths.ts'
import type { Settings } from '../contract/settings.ts'
import { applySettings } from './apply-settings.ts'
import { brokerEnvironment } from './broker-environment.ts'
import { createBrokerProcess } from './broker-process.ts'
import { createDesktopActions } from './desktop-actions.ts'
import { createBrokerFollower, SHELL_EVENTS } from './follow-broker.ts'
import { endLanes, holdLanes } from './lanes-of.ts'
import { createNotifications } from './notifications.ts'
import type { ProgramPaths } from './program-paths.ts'
import { createRelay } from './relay-call.ts'
import { createReports } from './report.ts'
import { createStopShortcut } from './shortcuts.ts'
import { createStopEverything } from './stop-everything.ts'
import { createTray } from './tray/tray.ts'
import { makeTrayModel, type TrayAction } from './tray/tray-model.ts'
import { watchTrayHost } from './tray/watch-tray-host.ts'
import { watchSessionLock } from './watch-session-lock.ts'
import type { Channels } from './windows/channels.ts'
import { createConsentTurn } from './windows/consent-turn.ts'
import { createConsentWindow } from './windows/consent-window.ts'
import { listenToWindows } from './windows/listen-to-windows.ts'
import type { MainWindow, MainWindowEvents } from './windows/main-window.ts'
import { decideOnClose } from './windows/on-close.ts'
import { writeStopFile } from './write-stop-file.ts'

export interface Shell {
  windowEvents: MainWindowEvents
  /** Stop, from a menu or a key. */
  stop(): void
}

export function openShell(parts: {
  paths: SallyportPaths
  programs: ProgramPaths
  mainWindow: MainWindow
  channels: Channels
  devTools: boolean
}): Shell {
  const { paths, programs, mainWindow, channels } = parts
  const { env, platform } = process
  const icon = path.join(programs.icons, 'app.png')
  let quitting = false
  let trayPresent = false
  let toldHidden = false
  let settings: Settings | null = null
  let opened = false
  let isLocked = () => false

  const showMain = () => mainWindow.show()
  const call = (...args: Parameters<NonNullable<ReturnType<typeof broker.link>>['call']>) =>
    broker.link()?.call(...args)
  const reports = createReports({ link: () => broker.link() })
  const notifications = createNotifications({ icon })
  const act = createDesktopActions(
    {
      notify: (title, body) => notifications.tell({ title, body, onClick: showMain }),
      writeClipboard: (text) => clipboard.writeText(text),
      readClipboard: async () => clipboard.readText(),
      openUrl: (url) => system.openExternal(url),
      openPath: (target) => system.openPath(target),
      trash: (target) => system.trashItem(target),
    },
    (reply) => broker.link()?.desktopReply(reply),
  )
  const consentWindow = createConsentWindow({
    preload: path.join(programs.preload, 'consent.cjs'),
    icon,
    devTools: parts.devTools,
    mayTakeFocus: () => mainWindow.focused(),
    onClosed: () => turn.closed(),
    onAvailable: (available) => void call('consent.surface', { available }, 'shell'),
    onLost: (text) => reports.report('consent-lost', text),
  })
  const turn = createConsentTurn({
    show: () => consentWindow.show(),
    hide: () => {
      consentWindow.hide()
      notifications.noQuestions()
    },
    deny: async (answer) => call('consent.answer', answer, 'consent'),
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
    onFacts: ({ status }) => {
      drawTray()
      if ((status?.runsActive ?? 0) > 0 || turn.waiting() > 0) consentWindow.prepare()
      else consentWindow.rest()
    },
    onSettings: (now) => {
      settings = now
      shortcut.set(now.stopShortcut)
      applySettings({ app, platform, env, settings: now })
    },
    onDesktop: (payload) => void act(payload),
    onAlert: (body) => notifications.tell({ title: 'Sallyport', body, onClick: showMain }),
  })
  const broker = createBrokerProcess({
    command: programs.node,
    args: [programs.brokerMain],
    env: brokerEnvironment(env),
    events: SHELL_EVENTS,
    onEvent: follower.onEvent,
    onState: follower.onState,
    onReady: (link, again) => {
      if (again) reports.report('broker-restart', again)
      reports.flush()
      if (isLocked()) void link.call('session.locked', { locked: true }, 'shell')
      void link.call('consent.surface', { available: consentWindow.available() }, 'shell')
      void follower.onReady(link)
    },
    onOutput: (text) => process.stderr.write(text),
  })
  const stopEverything = createStopEverything({
    link: broker.link,
    holdLanes() {
      const pid = broker.pid()
      if (pid !== null) holdLanes(pid)
    },
    endLanes() {
      const pid = broker.pid()
      return pid === null ? 0 : endLanes(pid)
    },
    killBroker: broker.kill,
    startBroker: broker.start,
    noteStop: (content) => writeStopFile(paths.stopFile, content, false, false),
    writeStopFile: (content, replace) => writeStopFile(paths.stopFile, content, replace),
    onForced: ({ processes }) =>
      reports.report('broker-restart', `Stop: the gate did not answer; ${processes} processes were ended.`),
    now: Date.now,
  })
  const shortcut = createStopShortcut({ onPress: () => void stop(), onRefused: tell })
  const onForged = (text: string) => reports.report('forged-message', text)
  listenToWindows({
    channels,
    mainWindow,
    consentWindow,
    turn,
    broker,
    relay: createRelay({ whenReady: broker.whenReady, stopEverything, onForged }),
    onForged,
    restartBroker,
  })
  app.on('activate', showMain)
  app.on('before-quit', (event) => void leave(event))
  broker.start()
  void mainWindow.painted.then(openTheRest)

  /** What nobody misses before the first paint. */
  function openTheRest(): void {
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
    isLocked = watchSessionLock({
      monitor: powerMonitor,
      platform,
      onChange: (locked) => void call('session.locked', { locked }, 'shell'),
    })
  }
  function drawTray(): void {
    if (opened) tray.draw(makeTrayModel({ ...follower.facts(), questions: turn.waiting() }))
  }
  async function restartBroker(): Promise<void> {
    await broker.kill()
    broker.start()
  }
  async function stop(): Promise<void> {
    const answer = await stopEverything({ surface: 'shell', params: {} })
    const title = answer.ok ? 'Stopped' : 'Stop did not work'
    const body = answer.ok ? 'Everything has ended. The receipt is in the window.' : answer.fault.text
    notifications.tell({ title, body, onClick: showMain })
  }
  /** A word to the person: in the window, and on the desktop, because the window may be what is broken. */
  function tell(text: string): void {
    const payload = { id: `shell_${Date.now()}`, at: Date.now(), rule: 'shell', text }
    mainWindow.contents()?.send(CHANNELS.event, { event: 'alert', payload })
    notifications.tell({ title: 'Sallyport', body: text, onClick: showMain })
  }
  async function onTrayAction(action: TrayAction): Promise<void> {
    switch (action.do) {
      case 'open':
        return mainWindow.show(action.route)
      case 'answer':
        return consentWindow.show()
      case 'pause': {
        const { paused, agentId } = action
        await call('pause.set', { paused, ...(agentId ? { agentId } : {}) }, 'shell')
        return
      }
      case 'stop':
        return stop()
      case 'restart':
        return restartBroker()
      case 'quit':
        return app.quit()
    }
  }
  function onClose() {
    return decideOnClose({
      quitting,
      keepRunning: settings?.keepRunning ?? true,
      trayPresent,
      runsActive: follower.facts().status?.runsActive ?? 0,
      say: (body) => {
        // Once in each start: a window that vanishes without a word looks like a program that ended.
        if (!toldHidden) notifications.tell({ title: 'Sallyport keeps running', body, onClick: showMain })
        toldHidden = true
      },
      quit: () => app.quit(),
      ask: (question) =>
        dialog.showMessageBoxSync({ type: 'question', defaultId: 1, cancelId: 1, ...question }) === 0,
    })
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
  return {
    windowEvents: { onClose, onTrouble: reports.report, onRecovered: tell },
    stop: () => void stop(),
  }
}

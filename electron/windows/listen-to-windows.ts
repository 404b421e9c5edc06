/** Serves the channels on which pages reach the shell, each for its own window. */
import { clipboard, dialog, shell, type WebContents } from 'electron'
import { METHODS } from '../../contract/broker-api.ts'
import { CHANNELS } from '../../contract/channels.ts'
import { DesktopCall, PageCall } from '../../contract/shell-ipc.ts'
import type { BrokerProcess } from '../broker-process.ts'
import type { RelayCall } from '../relay-call.ts'
import type { WindowKind } from '../resolve-page.ts'
import type { Channels } from './channels.ts'
import type { ConsentTurn } from './consent-turn.ts'
import type { ConsentWindow } from './consent-window.ts'
import { createDesktopCalls } from './desktop-calls.ts'
import { createHandle } from './handle.ts'
import type { MainWindow } from './main-window.ts'

export function listenToWindows(parts: {
  channels: Channels
  mainWindow: MainWindow
  consentWindow: ConsentWindow
  turn: ConsentTurn
  broker: BrokerProcess
  relay: RelayCall
  onForged: (text: string) => void
  restartBroker: () => Promise<void>
}): void {
  const { mainWindow, consentWindow, turn, broker, relay } = parts
  const kindOf = (contents: WebContents): WindowKind | null => {
    if (contents === mainWindow.contents()) return 'main'
    return contents === consentWindow.contents() ? 'consent' : null
  }
  const handle = createHandle({ channels: parts.channels, kindOf, onForged: parts.onForged })
  handle(CHANNELS.pageCall, ['main'], PageCall, (call) => relay('page', call))
  handle(CHANNELS.consentCall, ['consent'], PageCall, (call) => {
    if (call.method === 'consent.shown') {
      const drawn = METHODS['consent.shown'].params.safeParse(call.params)
      if (drawn.success) turn.shown(drawn.data)
    }
    return relay('consent', call)
  })
  const desktopCall = createDesktopCalls({
    parent: () => mainWindow.window(),
    chooseFile: async (parent, options) => {
      const chosen = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options))
      return chosen.filePaths[0] ?? null
    },
    openExternal: (url) => shell.openExternal(url),
    knownUrls: () => listRotationPages(broker),
    showFile: (target) => shell.showItemInFolder(target),
    copy: (text) => clipboard.writeText(text),
    brokerState: broker.state,
    restartBroker: parts.restartBroker,
    setConsentHeight: consentWindow.setHeight,
  })
  handle(CHANNELS.desktop, ['main', 'consent'], DesktopCall, (call, { kind }) => desktopCall(call, kind))
}

/** Where the stored secrets are rotated, as the broker knows it. */
async function listRotationPages(broker: BrokerProcess): Promise<string[]> {
  const answer = await broker.link()?.call('secrets.list', {}, 'shell')
  const listed = answer?.ok ? METHODS['secrets.list'].result.safeParse(answer.value).data?.secrets : undefined
  return (listed ?? []).map((secret) => secret.rotateUrl).filter(Boolean)
}

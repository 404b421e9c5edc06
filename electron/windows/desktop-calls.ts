/**
 * What only a desktop can do for a page: choose a folder, show a file, copy text, open a page that the product knows.
 * A page can't open any address it likes: an address is a way out.
 */
import type { BrowserWindow, OpenDialogOptions } from 'electron'
import type { BrokerState, DesktopCall } from '../../contract/shell-ipc.ts'
import type { WindowKind } from '../resolve-page.ts'

export interface DesktopParts {
  chooseFile: (parent: BrowserWindow | null, options: OpenDialogOptions) => Promise<string | null>
  parent: () => BrowserWindow | null
  openExternal: (url: string) => Promise<void>
  /** Addresses that the product itself names: its documents, and the rotation pages of stored secrets. */
  knownUrls: () => Promise<string[]>
  showFile: (path: string) => void
  copy: (text: string) => void
  brokerState: () => BrokerState
  restartBroker: () => Promise<void>
  setConsentHeight: (height: number) => void
}
type Reply = { ok: true; value: unknown } | { ok: false; fault: { code: string; text: string } }

export function createDesktopCalls(
  parts: DesktopParts,
): (call: DesktopCall, kind: WindowKind) => Promise<Reply> {
  return async (call, kind) => {
    if (!FOR[kind].includes(call.do)) {
      return {
        ok: false,
        fault: { code: 'not-allowed', text: `The ${kind} window can't ask for ${call.do}.` },
      }
    }
    switch (call.do) {
      case 'chooseFolder':
        return done(
          await parts.chooseFile(parts.parent(), {
            title: call.title,
            properties: ['openDirectory', 'createDirectory'],
          }),
        )
      case 'chooseFile':
        return done(await parts.chooseFile(parts.parent(), { title: call.title, properties: ['openFile'] }))
      case 'openUrl':
        return openKnown(parts, call.url)
      case 'showFile':
        parts.showFile(call.path)
        return done(null)
      case 'copy':
        parts.copy(call.text)
        return done(null)
      case 'brokerState':
        return done(parts.brokerState())
      case 'restartBroker':
        await parts.restartBroker()
        return done(null)
      case 'consentHeight':
        parts.setConsentHeight(call.height)
        return done(null)
    }
  }
}

const FOR: Record<WindowKind, DesktopCall['do'][]> = {
  main: ['chooseFolder', 'chooseFile', 'openUrl', 'showFile', 'copy', 'brokerState', 'restartBroker'],
  consent: ['copy', 'brokerState', 'consentHeight'],
}

async function openKnown(parts: DesktopParts, url: string): Promise<Reply> {
  const known = url.startsWith('https://') && (await parts.knownUrls()).includes(url)
  if (!known) {
    const text = 'Sallyport opens only addresses that it knows itself. Copy it, and open it in your browser.'
    return { ok: false, fault: { code: 'not-allowed', text } }
  }
  await parts.openExternal(url)
  return done(null)
}

function done(value: unknown): Reply {
  return { ok: true, value }
}

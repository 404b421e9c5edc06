/**
 * Does what only a desktop session can do, when the broker's gate has let it through: show a notification, use the
 * clipboard, open a target, move a file to the trash. Each is answered, so that the broker can write down how it went.
 */
import { type DesktopReply, EVENTS, type EventPayload } from '../contract/broker-api.ts'

type DesktopAction = EventPayload<'desktop'>
export interface DesktopHands {
  notify: (title: string, body: string) => boolean
  writeClipboard: (text: string) => void
  readClipboard: () => Promise<string>
  openUrl: (url: string) => Promise<void>
  /** Resolves with what went wrong, or an empty text. */
  openPath: (path: string) => Promise<string>
  trash: (path: string) => Promise<void>
}

/** What a default app may be asked to open; other schemes can start programs with arguments. */
const OPENABLE = new Set(['http:', 'https:', 'mailto:'])
const MAX_CLIPBOARD = 1024 * 1024

/** @param reply gets the answer for each well-formed action, once */
export function createDesktopActions(
  hands: DesktopHands,
  reply: (reply: DesktopReply) => void,
): (payload: unknown) => Promise<void> {
  return async (payload) => {
    const parsed = EVENTS.desktop.safeParse(payload)
    if (!parsed.success) return
    const { id } = parsed.data
    try {
      reply({ id, ok: true, text: await act(hands, parsed.data) })
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      reply({ id, ok: false, text: text.slice(0, 1000) })
    }
  }
}

async function act(hands: DesktopHands, action: DesktopAction): Promise<string> {
  switch (action.do) {
    case 'notify':
      if (!hands.notify(action.title, action.body)) throw new Error('This desktop shows no notifications.')
      return ''
    case 'clipboard.write':
      hands.writeClipboard(action.text)
      return ''
    case 'clipboard.read': {
      const text = await hands.readClipboard()
      if (text.length > MAX_CLIPBOARD) throw new Error('The clipboard holds more than a megabyte of text.')
      return text
    }
    case 'open': {
      if (action.kind === 'url') {
        if (!OPENABLE.has(new URL(action.target).protocol))
          throw new Error('Only web and mail addresses can be opened.')
        await hands.openUrl(action.target)
        return ''
      }
      const fault = await hands.openPath(action.target)
      if (fault) throw new Error(fault)
      return ''
    }
    case 'trash':
      await hands.trash(action.path)
      return ''
  }
}

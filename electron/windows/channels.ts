/**
 * The channels on which pages reach the shell, open from the first moment: a page's call waits until the rest of the
 * shell is loaded and serves it. Nothing is judged here; `handle.ts` does that before anything else happens.
 */
import { type IpcMainInvokeEvent, ipcMain } from 'electron'

export type Listener = (event: IpcMainInvokeEvent, message: unknown) => Promise<unknown>
export interface Channels {
  /** Answers all calls on this channel, those that wait included. Once for each channel. */
  serve(channel: string, listener: Listener): void
}

export function openChannels(names: readonly string[]): Channels {
  const served = new Map<string, (listener: Listener) => void>()
  for (const name of names) {
    const listener = new Promise<Listener>((resolve) => served.set(name, resolve))
    ipcMain.handle(name, async (event, message: unknown) => (await listener)(event, message))
  }
  return {
    serve(channel, listener) {
      const start = served.get(channel)
      if (!start) throw new Error(`no channel ${channel}`)
      served.delete(channel)
      start(listener)
    },
  }
}

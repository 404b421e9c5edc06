/**
 * What the main window's page sees of the world: `window.sallyport`, the `PageBridge` of the contract. No channel name
 * and no Electron object gets through; a page can call, listen and ask the desktop, each checked on the other side.
 */
import { contextBridge } from 'electron'
import { CHANNELS } from '../../contract/channels.ts'
import { makeBridge } from '../make-bridge.ts'

contextBridge.exposeInMainWorld('sallyport', makeBridge(CHANNELS.pageCall))

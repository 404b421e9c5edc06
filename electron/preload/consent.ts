/**
 * The same bridge for the consent window, on a channel of its own: what comes over it counts as said in that window,
 * and the main window can't reach it.
 */
import { contextBridge } from 'electron'
import { CHANNELS } from '../../contract/channels.ts'
import { makeBridge } from '../make-bridge.ts'

contextBridge.exposeInMainWorld('sallyport', makeBridge(CHANNELS.consentCall))

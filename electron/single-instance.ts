/** One app for each user and data folder: a second start brings the first one's window to the front and ends. */
import type { App } from 'electron'

/** @returns false when another one runs; it has been told. */
export function claimSingleInstance(app: App, onSecond: () => void): boolean {
  if (!app.requestSingleInstanceLock()) return false
  app.on('second-instance', onSecond)
  return true
}

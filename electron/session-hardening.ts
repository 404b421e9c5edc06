/**
 * What pages of this app can never do, whatever code runs in them: go elsewhere, open windows, embed anything, load
 * from anywhere but the app itself, download, or get a permission of the browser's (camera, location, notifications …).
 */
import type { App, Session } from 'electron'
import { APP_ORIGIN } from './resolve-page.ts'

/** @param allowDevTools true only when running from source: the developer tools load their own pages */
export function hardenSession(session: Session, allowDevTools: boolean): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
  session.on('will-download', (event) => event.preventDefault())
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !mayLoad(details.url, allowDevTools) })
  })
}

export function mayLoad(url: string, allowDevTools: boolean): boolean {
  return url.startsWith(`${APP_ORIGIN}/`) || (allowDevTools && url.startsWith('devtools://'))
}

/** For every window there is or will be. */
export function hardenContents(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-frame-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

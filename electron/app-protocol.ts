/** `app://sallyport/`: the only address that windows ever show. */
import { protocol } from 'electron'
import { answerPage } from './answer-page.ts'

/** Before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, codeCache: true } },
  ])
}

/** Once the app is ready. @param root folder of the built pages */
export function serveAppProtocol(root: string): void {
  protocol.handle('app', (request) => answerPage(root, request))
}

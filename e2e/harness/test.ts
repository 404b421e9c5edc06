/**
 * The fixtures of the end-to-end tests. Each test has a desktop of its own; what it doesn't ask for isn't started.
 *
 *   import { expect, test } from '../harness/test.ts'
 *   test('…', async ({ launch, modelServer, tray }) => { const app = await launch(); … })
 */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { test as base, type TestInfo } from '@playwright/test'
import { type LaunchOptions, launchApp, type RunningApp } from './app.ts'
import { type CommandLine, commandLineOn } from './command-line.ts'
import { type Desktop, type KeyringState, startDesktop } from './desktop.ts'
import { type EchoServer, startEchoServer } from './echo-server.ts'
import { type ModelServer, startModelServer } from './model-server.ts'
import { type NotificationHost, startNotificationHost } from './notification-host.ts'
import { startTrayHost, type TrayHost } from './tray-host.ts'

interface Fixtures {
  /** `test.use({ keyring: 'none' })`: how the keychain is when the app starts. */
  keyring: KeyringState
  /** `test.use({ display: '1024x640' })`: how large the screen is. */
  display: `${number}x${number}`
  desktop: Desktop
  /** An empty one in the person's home, for what an agent may do. */
  folder: string
  tray: TrayHost
  notifications: NotificationHost
  /** Starts the app; what is still running at the end of the test is ended. Can be called again for a restart. */
  launch(options?: LaunchOptions): Promise<RunningApp>
  modelServer: ModelServer
  echoServer: EchoServer
  /** Runs `sallyport …` on the test's desktop. */
  sallyport: CommandLine
}

export const test = base.extend<Fixtures>({
  keyring: ['unlocked', { option: true }],
  display: ['1400x1000', { option: true }],
  desktop: async ({ keyring, display }, use) => {
    const desktop = await startDesktop({ keyring, screen: display })
    await use(desktop)
    await desktop.stop()
  },
  folder: async ({ desktop }, use) => {
    const folder = path.join(desktop.home, 'work')
    await mkdir(folder)
    await use(folder)
  },
  tray: async ({ desktop }, use) => {
    const tray = await startTrayHost(desktop.busAddress)
    await use(tray)
    tray.close()
  },
  notifications: async ({ desktop }, use) => {
    const host = await startNotificationHost(desktop.busAddress)
    await use(host)
    host.close()
  },
  launch: async ({ desktop }, use, testInfo) => {
    const running: RunningApp[] = []
    await use(async (options) => {
      const app = await launchApp(desktop, options)
      running.push(app)
      return app
    })
    const failed = testInfo.status !== testInfo.expectedStatus
    for (const app of running) {
      if (failed) await keepEvidence(app, testInfo)
      await app.close()
    }
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the wanted fixtures from the pattern
  modelServer: async ({}, use) => {
    const server = await startModelServer()
    await use(server)
    await server.close()
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  echoServer: async ({}, use) => {
    const server = await startEchoServer()
    await use(server)
    await server.close()
  },
  sallyport: async ({ desktop }, use) => {
    await use(commandLineOn(desktop))
  },
})

async function keepEvidence(app: RunningApp, testInfo: TestInfo) {
  await testInfo.attach('output of the app', { body: app.output(), contentType: 'text/plain' })
  for (const [index, page] of app.electron.windows().entries()) {
    const picture = await page.screenshot({ timeout: 5_000 }).catch(() => undefined)
    if (picture) await testInfo.attach(`window ${index}`, { body: picture, contentType: 'image/png' })
  }
}

export { expect } from '@playwright/test'

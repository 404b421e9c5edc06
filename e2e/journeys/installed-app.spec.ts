/** The whole way of a person who installs the package: install, open, take the tour, remove. */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { startDesktop } from '../harness/desktop.ts'
import {
  addUser,
  canInstall,
  installPackage,
  removePackage,
  removeUser,
  seccompMode,
  startInstalledApp,
} from '../harness/installed-app.ts'
import { commandLine } from '../harness/processes.ts'
import { nextQuestion } from '../harness/question.ts'

test.skip(!canInstall(), 'installs a package: only as root on Debian or Ubuntu')
test.setTimeout(15 * 60_000)

test('installs, runs as a plain user inside Chromium’s sandbox, plays the tour, and leaves nothing', async () => {
  installPackage()
  const user = addUser('sallyport-e2e')
  const desktop = await startDesktop({ user })
  try {
    const app = await startInstalledApp(desktop, user)
    const page = await app.mainWindow()

    const renderers = app.renderers()
    expect(renderers.length).toBeGreaterThan(0)
    for (const pid of app.processes()) {
      expect(commandLine(pid)).not.toContain('--no-sandbox')
      expect(statSync(`/proc/${pid}`).uid).toBe(user.uid)
    }
    for (const pid of renderers) expect(seccompMode(pid)).toBe(2)

    await page.getByRole('button', { name: 'Take the tour' }).click()
    const question = await nextQuestion(app)
    await desktop.bringUp('Sallyport asks')
    await question.allow('once')
    const tour = path.join(desktop.home, 'Sallyport tour')
    await expect.poll(() => existsSync(path.join(tour, 'What happened.md')), { timeout: 60_000 }).toBe(true)
    expect(existsSync(path.join(tour, 'invoice-0311.html'))).toBe(false)

    const status = await desktop.run('/usr/bin/sallyport', ['status', '--json'])
    expect(status.code, status.output).toBe(0)
    const verified = await desktop.run('/usr/bin/sallyport', ['log', 'verify', '--json'])
    expect(verified.code, verified.output).toBe(0)
    await app.close()
  } finally {
    await desktop.stop()
    removeUser(user)
    removePackage()
  }
  for (const left of ['/opt/Sallyport', '/usr/bin/sallyport', '/usr/bin/sallyport-desktop']) {
    expect(existsSync(left), left).toBe(false)
  }
})

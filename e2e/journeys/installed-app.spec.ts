/** The whole way of a person who installs the package: install, open, take the tour, remove. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { type Desktop, startDesktop } from '../harness/desktop.ts'
import {
  addUser,
  canInstall,
  heldBy,
  installPackage,
  removePackage,
  removeUser,
  startInstalledApp,
} from '../harness/installed-app.ts'
import { commandLine } from '../harness/processes.ts'
import { nextQuestion } from '../harness/question.ts'

test.skip(!canInstall(), 'installs a package: only as root on Debian or Ubuntu')

const USER = 'sallyport-e2e'
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
let desktop: Desktop | undefined

test.setTimeout(15 * 60_000)
// In a hook, so that the machine is as before also when the test ran out of time.
test.afterEach(async () => {
  await desktop?.stop()
  removeUser(USER)
  removePackage()
})

test('installs, runs as a plain user inside Chromium’s sandbox, plays the tour, and leaves nothing', async () => {
  installPackage()
  const user = addUser(USER)
  desktop = await startDesktop({ user })
  const app = await startInstalledApp(desktop, user)
  const page = await app.mainWindow()

  for (const pid of app.processes()) {
    expect(commandLine(pid)).not.toContain('--no-sandbox')
    expect(heldBy(pid)?.uid ?? user.uid).toBe(user.uid)
  }
  const renderers = app.renderers().flatMap((pid) => heldBy(pid) ?? [])
  expect(renderers.length).toBeGreaterThan(0)
  for (const { seccomp } of renderers) expect(seccomp).toBe(2)

  await page.getByRole('button', { name: 'Take the tour' }).click()
  const question = await nextQuestion(app)
  await desktop.bringUp('Sallyport asks')
  await question.allow('once')
  const tour = path.join(desktop.home, 'Sallyport tour')
  await expect.poll(() => existsSync(path.join(tour, 'What happened.md')), { timeout: 60_000 }).toBe(true)
  expect(existsSync(path.join(tour, 'invoice-0311.html'))).toBe(false)

  const status = await desktop.run('/usr/bin/sallyport', ['status', '--json'])
  expect(status.code, status.output).toBe(0)
  expect(status.output).toContain(version)
  const verified = await desktop.run('/usr/bin/sallyport', ['log', 'verify', '--json'])
  expect(verified.code, verified.output).toBe(0)

  await app.close()
  removePackage()
  for (const left of ['/opt/Sallyport', '/usr/bin/sallyport', '/usr/bin/sallyport-desktop']) {
    expect(existsSync(left), left).toBe(false)
  }
})

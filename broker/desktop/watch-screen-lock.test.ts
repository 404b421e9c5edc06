/** On a real message bus, with services that say what logind and screen savers say. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startBus } from '../../e2e/harness/bus.ts'
import { type LockHost, startLogind, startScreenSaver } from '../../e2e/harness/lock-host.ts'
import { type Started, start } from '../../e2e/harness/processes.ts'
import { busPath, openBus } from '../secrets/bus-call.ts'
import { type ScreenSeen, watchScreenLock } from './watch-screen-lock.ts'

let folder: string
let running: Started[]
let hosts: LockHost[]
let end: () => void
let seen: ScreenSeen[]
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'screen-lock-'))
  running = []
  hosts = []
  seen = []
  end = () => {}
})
afterEach(async () => {
  end()
  for (const host of hosts) host.close()
  for (const each of running) await each.end()
  rmSync(folder, { recursive: true, force: true })
})

const bus = () =>
  startBus(folder, (command, args, options) => {
    const started = start(command, args, { ...process.env }, options)
    running.push(started)
    return started
  })
async function watch(address: { system?: string; session?: string }, firstMs = 60_000) {
  const pathOf = (of: string | undefined) => (of ? busPath({ DBUS_SESSION_BUS_ADDRESS: of }) : null)
  const watching = watchScreenLock({
    openBus,
    systemBus: pathOf(address.system) ?? path.join(folder, 'nothing'),
    sessionBus: pathOf(address.session),
    onChange: (now) => void seen.push(now),
    firstMs,
  })
  end = watching.end
  await watching.ready
}
async function host(of: Promise<LockHost>) {
  const started = await of
  hosts.push(started)
  return started
}
const now = () => seen.at(-1) ?? { locked: null, by: '' }
const becomes = (locked: boolean | null) => expect.poll(() => now().locked).toBe(locked)

describe.skipIf(process.platform !== 'linux')('whether the screen is locked', () => {
  it('is what logind says of the session, from the first word on, and at each change', async () => {
    const system = await bus()
    const logind = await host(startLogind(system))
    logind.setLocked(true)
    await watch({ system })
    expect(now()).toEqual({ locked: true, by: 'logind' })
    logind.setLocked(false)
    await becomes(false)
    expect(now().by).toBe('logind')
    logind.setLocked(true)
    await becomes(true)
  })

  it.each([
    'org.freedesktop.ScreenSaver',
    'org.gnome.ScreenSaver',
    'org.xfce.ScreenSaver',
  ])('is what %s says, where no logind is', async (name) => {
    const session = await bus()
    const saver = await host(startScreenSaver(session, name))
    await watch({ session })
    expect(now()).toEqual({ locked: false, by: 'the screen saver' })
    saver.setLocked(true)
    await becomes(true)
    saver.setLocked(false)
    await becomes(false)
  })

  it('is locked when one says so, also while the other says no', async () => {
    const both = await bus()
    const logind = await host(startLogind(both))
    const saver = await host(startScreenSaver(both))
    await watch({ system: both, session: both })
    expect(now()).toEqual({ locked: false, by: 'logind' })
    saver.setLocked(true)
    await becomes(true)
    logind.setLocked(true)
    saver.setLocked(false)
    await expect.poll(() => now()).toEqual({ locked: true, by: 'logind' })
    logind.setLocked(false)
    await becomes(false)
  })

  it('does not count for who is here over the network', async () => {
    const both = await bus()
    await host(startLogind(both, { remote: true }))
    const saver = await host(startScreenSaver(both))
    saver.setLocked(true)
    await watch({ system: both, session: both })
    expect(now()).toEqual({ locked: false, by: 'a session over the network' })
  })

  it('is not known where nobody says so, and is as soon as somebody does, until they leave', async () => {
    const session = await bus()
    await watch({ session })
    expect(now().locked).toBe(null)
    const saver = await startScreenSaver(session)
    saver.setLocked(true)
    await becomes(true)
    saver.close()
    await becomes(null)
  })

  it('is not known where there is no bus, one that says nothing, or one that goes away', async () => {
    await watch({})
    expect(now().locked).toBe(null)
    end()
    const session = await bus()
    const saver = await host(startScreenSaver(session))
    saver.setLocked(true)
    await watch({ session })
    expect(now().locked).toBe(true)
    await running[0]?.end()
    await becomes(null)
  })

  it('keeps nobody waiting: what comes late counts from then on', async () => {
    const session = await bus()
    const saver = await host(startScreenSaver(session))
    saver.setLocked(true)
    running[0]?.child.kill('SIGSTOP')
    await watch({ session }, 50)
    expect(now().locked).toBe(null)
    running[0]?.child.kill('SIGCONT')
    await becomes(true)
  })
})

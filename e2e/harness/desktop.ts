/**
 * A desktop session of a test's own: display, window manager, session bus, keyring, and a fresh home. Nothing of the
 * real session is seen or touched; the bus starts no service by itself.
 */
import { randomUUID } from 'node:crypto'
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import dbus from 'dbus-next'
import { type Begin, firstLine, startBus } from './bus.ts'
import { killAll, processesWith, type Started, start, type User } from './processes.ts'
import { until, withLimit } from './time-limit.ts'

const START_LIMIT_MS = 60_000
const KEYRING_PASSWORD = 'test'
const MARK = 'SALLYPORT_TEST_DESKTOP'

export type KeyringState = 'unlocked' | 'locked' | 'none'

export interface Desktop {
  /** For every program that belongs to this session. */
  env: Record<string, string>
  home: string
  busAddress: string
  /** Shows the keyring as a user who locked it has it. */
  lockKeyring(): Promise<void>
  /** Types a shortcut into the session, as xdotool names keys: `ctrl+alt+Escape`. */
  pressKeys(keys: string): Promise<void>
  /** Brings the window with exactly this title to the front, as a click on it would, and gives it the keyboard. */
  bringUp(title: string): Promise<void>
  /** Runs a program of the session to its end. */
  run(
    command: string,
    args: string[],
    options?: { input?: string; limitMs?: number },
  ): Promise<{ code: number; output: string }>
  stop(): Promise<void>
}

export interface DesktopOptions {
  keyring?: KeyringState
  /** Whose session it is; ours without it. */
  user?: User
  /** Width and height of the screen in pixels. */
  screen?: `${number}x${number}`
}

export async function startDesktop({
  keyring = 'unlocked',
  user,
  screen = '1400x1000',
}: DesktopOptions = {}): Promise<Desktop> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'sallyport-e2e-'))
  const running: Started[] = []
  const env = makeHome(home, user)
  const begin: Begin = (command, args, options) => {
    const started = start(command, args, env, { ...options, user })
    running.push(started)
    return started
  }
  const stop = async () => {
    for (const each of running.reverse()) await each.end()
    await killAll(processesWith(MARK, env[MARK] as string))
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    env.DISPLAY = await startDisplay(begin, screen)
    env.DBUS_SESSION_BUS_ADDRESS = await startBus(env.XDG_RUNTIME_DIR as string, begin)
    // Nothing of the real system is asked, either: whether its screen is locked, for one.
    env.DBUS_SYSTEM_BUS_ADDRESS = env.DBUS_SESSION_BUS_ADDRESS
    begin('openbox', ['--sm-disable'])
    if (keyring !== 'none') await startKeyring(env, begin)
    const desktop = describe(env, user, stop)
    if (keyring === 'locked') await desktop.lockKeyring()
    return desktop
  } catch (error) {
    const said = running.map((each) => each.output()).join('\n')
    await stop()
    throw new Error(`The test desktop did not start: ${error}\n${said}`)
  }
}

function makeHome(home: string, user: User | undefined): Record<string, string> {
  const folders = {
    XDG_RUNTIME_DIR: path.join(home, 'run'),
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_DATA_HOME: path.join(home, '.local', 'share'),
    XDG_STATE_HOME: path.join(home, '.local', 'state'),
    XDG_CACHE_HOME: path.join(home, '.cache'),
  }
  const own = (folder: string) => user && chownSync(folder, user.uid, user.gid)
  own(home)
  for (const folder of Object.values(folders)) {
    for (const part of [path.dirname(folder), folder]) {
      mkdirSync(part, { recursive: true, mode: 0o700 })
      own(part)
    }
  }
  return {
    HOME: home,
    ...folders,
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    USER: user?.name ?? os.userInfo().username,
    XDG_SESSION_TYPE: 'x11',
    XDG_CURRENT_DESKTOP: 'openbox',
    GSETTINGS_BACKEND: 'memory',
    NO_AT_BRIDGE: '1',
    [MARK]: randomUUID(),
  }
}

async function startDisplay(begin: Begin, screen: string): Promise<string> {
  const args = ['-displayfd', '3', '-screen', '0', `${screen}x24`, '-nolisten', 'tcp', '-noreset']
  const display = begin('Xvfb', args, { extraPipes: 1 })
  return `:${await firstLine(display, 'Xvfb')}`
}

async function startKeyring(env: Record<string, string>, begin: Begin): Promise<void> {
  const args = ['--foreground', '--unlock', '--components=secrets']
  begin('gnome-keyring-daemon', args, { input: KEYRING_PASSWORD })
  await withBus(env.DBUS_SESSION_BUS_ADDRESS as string, async (bus) => {
    await until(() => hasOwner(bus, 'org.freedesktop.secrets'), START_LIMIT_MS, 'starting gnome-keyring')
    await until(async () => (await collections(bus)).length > 1, START_LIMIT_MS, 'unlocking gnome-keyring')
  })
}

async function withBus<T>(busAddress: string, work: (bus: dbus.MessageBus) => Promise<T>): Promise<T> {
  const bus = dbus.sessionBus({ busAddress })
  bus.on('error', () => {})
  try {
    return await work(bus)
  } finally {
    bus.disconnect()
  }
}

async function call(
  bus: dbus.MessageBus,
  message: Partial<dbus.Message> & { member: string },
): Promise<unknown[]> {
  const reply = await withLimit(
    bus.call(new dbus.Message(message)),
    30_000,
    `asking the bus for ${message.member}`,
  )
  return reply?.body ?? []
}

async function hasOwner(bus: dbus.MessageBus, name: string): Promise<boolean> {
  const [owned] = await call(bus, {
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member: 'NameHasOwner',
    signature: 's',
    body: [name],
  })
  return owned === true
}

const secretService = { destination: 'org.freedesktop.secrets', path: '/org/freedesktop/secrets' }

async function collections(bus: dbus.MessageBus): Promise<string[]> {
  const [value] = await call(bus, {
    ...secretService,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    body: ['org.freedesktop.Secret.Service', 'Collections'],
  })
  return (value as dbus.Variant<string[]>).value
}

async function lockKeyring(busAddress: string): Promise<void> {
  await withBus(busAddress, async (bus) => {
    const body = [await collections(bus)]
    const service = { ...secretService, interface: 'org.freedesktop.Secret.Service' }
    await call(bus, { ...service, member: 'Lock', signature: 'ao', body })
  })
}

function describe(env: Record<string, string>, user: User | undefined, stop: () => Promise<void>): Desktop {
  const busAddress = env.DBUS_SESSION_BUS_ADDRESS as string
  const run: Desktop['run'] = async (command, args, { input, limitMs = 30_000 } = {}) => {
    const started = start(command, args, env, { input, user, cwd: env.HOME })
    try {
      const code = await withLimit(started.ended, limitMs, `running ${command} ${args.join(' ')}`)
      return { code, output: started.output() }
    } finally {
      await started.end()
    }
  }
  return {
    env,
    home: env.HOME as string,
    busAddress,
    lockKeyring: () => lockKeyring(busAddress),
    pressKeys: async (keys) => {
      const { code, output } = await run('xdotool', ['key', keys])
      if (code !== 0) throw new Error(`xdotool could not press ${keys}: ${output}`)
    },
    bringUp: async (title) => {
      const { code, output } = await run('xdotool', [
        ...['search', '--onlyvisible', '--sync', '--name', `^${title}$`],
        ...['windowactivate', '--sync'],
      ])
      if (code !== 0) throw new Error(`xdotool could not bring up ${title}: ${output}`)
    },
    run,
    stop,
  }
}

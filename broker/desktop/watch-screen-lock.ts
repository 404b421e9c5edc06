/**
 * Whether the screen is locked, asked of whoever locks it: logind (the system bus), the screen savers that desktops have
 * (the session bus), and XScreenSaver. A broker that a terminal started has no shell that would tell it, and on Wayland no shell can.
 * One that says "locked" counts, whatever others say. Where nobody answers it is not known, and that is said. They tell
 * of changes by signals; a signal is only a reason to ask again. Linux only: elsewhere the shell is told by its system,
 * and a broker without a shell knows nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bus, BusEvents } from '../secrets/bus-call.ts'
import { followXScreenSaver, type XScreenSaverOptions } from './follow-xscreensaver.ts'

export interface ScreenSeen {
  /** Null: nobody says. */
  locked: boolean | null
  /** Who does, for people. */
  by: string
}
export interface ScreenLockOptions {
  openBus(path: string, timeoutMs: number, events: BusEvents): Promise<Bus>
  /** Where they listen; null where there is none. */
  systemBus: string | null
  sessionBus: string | null
  xscreensaver?: Pick<XScreenSaverOptions, 'command' | 'env'>
  onChange(seen: ScreenSeen): void
  /** How long the first answer is waited for, in ms. One that comes later counts from then on. */
  firstMs?: number
}
export interface ScreenLockWatch {
  /** Resolves when it was asked once, or was waited for in vain. */
  ready: Promise<void>
  end(): void
}

const FIRST_MS = 1_500
/** A bus that is silent for so long is none. */
const ANSWER_MS = 10_000
/** A bus that is not there, or went away, is looked for this often. */
const AGAIN_MS = 60_000
/** A person who is here over the network has a session of its own, which no screen locks. */
const FROM_AFAR = { locked: false, by: 'a session over the network' }
const NOBODY: ScreenSeen = { locked: null, by: '' }

const DAEMON = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
}
const LOGIND = 'org.freedesktop.login1'
/** Names on the session bus, and the object that answers `GetActive`. */
const SCREEN_SAVERS: readonly [name: string, path: string][] = [
  ['org.freedesktop.ScreenSaver', '/org/freedesktop/ScreenSaver'],
  ['org.gnome.ScreenSaver', '/org/gnome/ScreenSaver'],
  ['org.cinnamon.ScreenSaver', '/org/cinnamon/ScreenSaver'],
  ['org.mate.ScreenSaver', '/org/mate/ScreenSaver'],
  ['org.xfce.ScreenSaver', '/org/xfce/ScreenSaver'],
]

export function watchScreenLock(options: ScreenLockOptions): ScreenLockWatch {
  const seen: Seen = { system: NOBODY, session: NOBODY, x: NOBODY }
  let told = NOBODY
  const take = (part: keyof typeof seen) => (now: ScreenSeen) => {
    seen[part] = now
    const next = together(seen)
    if (next.locked === told.locked && next.by === told.by) return
    told = next
    options.onChange(next)
  }
  const system = followBus(options, options.systemBus, {
    matches: [`type='signal',sender='${LOGIND}'`, ownerOf(LOGIND)],
    look: askLogind,
    tell: take('system'),
  })
  const session = followBus(options, options.sessionBus, {
    matches: SCREEN_SAVERS.flatMap(([name]) => [
      `type='signal',interface='${name}',member='ActiveChanged'`,
      ownerOf(name),
    ]),
    look: askScreenSavers,
    tell: take('session'),
  })
  const x = followXScreenSaver({ ...(options.xscreensaver ?? { command: null, env: {} }), tell: take('x') })
  return {
    ready: Promise.race([
      Promise.all([system.ready, session.ready, x.ready]).then(() => {}),
      sleep(options.firstMs ?? FIRST_MS, undefined, { ref: false }),
    ]),
    end() {
      system.end()
      session.end()
      x.end()
    },
  }
}

type Seen = Record<'system' | 'session' | 'x', ScreenSeen>

function together({ system, session, x }: Seen): ScreenSeen {
  // The screen saver of the desktop that is locked at home says nothing of whoever is here over the network.
  if (system === FROM_AFAR) return system
  const all = [system, session, x]
  return all.find(({ locked }) => locked) ?? all.find(({ locked }) => locked !== null) ?? NOBODY
}

interface Followed {
  matches: readonly string[]
  look(bus: Bus): Promise<ScreenSeen>
  tell(seen: ScreenSeen): void
}

/** Asks at the beginning, after each signal, and again when the bus was away. */
function followBus({ openBus }: Pick<ScreenLockOptions, 'openBus'>, path: string | null, followed: Followed) {
  let bus: Bus | null = null
  let ended = false
  let looking = false
  let again = false
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    again = true
    if (looking) return
    looking = true
    while (again && bus) {
      again = false
      const seen = await followed.look(bus).catch(() => NOBODY)
      if (!ended) followed.tell(seen)
    }
    looking = false
  }
  function gone(): void {
    bus = null
    if (ended) return
    followed.tell(NOBODY)
    clearTimeout(timer)
    timer = setTimeout(() => void begin(), AGAIN_MS).unref()
  }
  async function begin(): Promise<void> {
    if (path === null || ended) return
    try {
      const opened = await openBus(path, ANSWER_MS, { onSignal: () => void look(), onGone: () => gone() })
      const ask = (match: string) => opened.ask({ ...DAEMON, member: 'AddMatch', args: [match] })
      await Promise.all(followed.matches.map(ask))
      bus = opened
      await look()
      opened.stay()
      if (ended) opened.close()
    } catch {
      gone()
    }
  }
  return {
    ready: begin(),
    end() {
      ended = true
      clearTimeout(timer)
      bus?.close()
    },
  }
}

const ownerOf = (name: string) =>
  `type='signal',sender='${DAEMON.destination}',member='NameOwnerChanged',arg0='${name}'`

/** Of our own session; of the person's on the screen where this process has none (a terminal that is a service). */
async function askLogind(bus: Bus): Promise<ScreenSeen> {
  const property = (name: string) =>
    bus.ask({
      destination: LOGIND,
      path: '/org/freedesktop/login1/session/auto',
      interface: 'org.freedesktop.DBus.Properties',
      member: 'Get',
      args: [`${LOGIND}.Session`, name],
    })
  if ((await property('Remote').catch(() => false)) === true) return FROM_AFAR
  const locked = await property('LockedHint')
  return typeof locked === 'boolean' ? { locked, by: 'logind' } : NOBODY
}

async function askScreenSavers(bus: Bus): Promise<ScreenSeen> {
  let seen = NOBODY
  for (const [name, path] of SCREEN_SAVERS) {
    const active = await bus
      .ask({ destination: name, path, interface: name, member: 'GetActive' })
      .catch(() => null)
    if (active === true) return { locked: true, by: 'the screen saver' }
    if (active === false) seen = { locked: false, by: 'the screen saver' }
  }
  return seen
}

/** Who locks the screen of a test's desktop: logind and a screen saver, as far as they say so on a bus of its own. */
import dbus from 'dbus-next'
import { withLimit } from './time-limit.ts'

const SESSION = 'org.freedesktop.login1.Session'

export interface LockHost {
  /** Locks it or unlocks it, and says so with the signal that the real one sends. */
  setLocked(locked: boolean): void
  close(): void
}

async function serve(busAddress: string, name: string, path: string, service: dbus.interface.Interface) {
  const bus = dbus.sessionBus({ busAddress })
  bus.on('error', () => {})
  bus.export(path, service)
  await withLimit(bus.requestName(name, 0), 10_000, `taking ${name}`)
  return () => bus.disconnect()
}

/** The session of whoever asks, as logind shows it. */
export async function startLogind(busAddress: string, { remote = false } = {}): Promise<LockHost> {
  class Session extends dbus.interface.Interface {
    locked = false
    get LockedHint() {
      return this.locked
    }
    get Remote() {
      return remote
    }
  }
  const property = () => ({ signature: 'b', access: 'read' as const })
  Session.configureMembers({ properties: { LockedHint: property(), Remote: property() } })
  const session = new Session(SESSION)
  const close = await serve(
    busAddress,
    'org.freedesktop.login1',
    '/org/freedesktop/login1/session/auto',
    session,
  )
  return {
    setLocked(locked) {
      session.locked = locked
      dbus.interface.Interface.emitPropertiesChanged(session, { LockedHint: locked }, [])
    },
    close,
  }
}

export async function startScreenSaver(
  busAddress: string,
  name = 'org.freedesktop.ScreenSaver',
): Promise<LockHost> {
  class ScreenSaver extends dbus.interface.Interface {
    active = false
    GetActive() {
      return this.active
    }
    ActiveChanged(active: boolean) {
      return active
    }
  }
  ScreenSaver.configureMembers({
    methods: { GetActive: { outSignature: 'b' } },
    signals: { ActiveChanged: { signature: 'b' } },
  })
  const saver = new ScreenSaver(name)
  const close = await serve(busAddress, name, `/${name.replaceAll('.', '/')}`, saver)
  return {
    setLocked(locked) {
      saver.active = locked
      saver.ActiveChanged(locked)
    },
    close,
  }
}

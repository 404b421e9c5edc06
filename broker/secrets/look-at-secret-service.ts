/**
 * What keeps secrets on a Linux desktop, asked of the session bus without disturbing anybody: who owns the Secret
 * Service, and whether its default collection is locked. It never opens a dialog, starts nothing, and ends in time:
 * keytar can do none of that.
 */
import { readFileSync } from 'node:fs'
import { type Bus, busPath, openBus } from './bus-call.ts'

export type SecretServiceView =
  | { state: 'open' | 'locked'; name: string }
  /** Nobody owns the name; `willStart`: the desktop starts one when it is asked for. */
  | { state: 'none'; willStart: boolean }
  | { state: 'silent'; name: string }

const SERVICE = 'org.freedesktop.secrets'
const DAEMON = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
}
/** Milliseconds; a bus answers within one or two, and a hanging keyring never. */
const TIMEOUT_MS = 1_500

/** Programs that serve secrets, by the name of their process (Linux keeps 15 characters of it). */
const NAMES: [start: string, name: string][] = [
  ['gnome-keyring', 'GNOME Keyring'],
  ['oo7-daemon', 'GNOME Keyring'],
  ['kwalletd', 'KWallet'],
  ['ksecretd', 'KWallet'],
  ['keepassxc', 'KeePassXC'],
  ['secret-service', 'the Secret Service'],
]

export async function lookAtSecretService(
  env: Record<string, string | undefined>,
  timeoutMs = TIMEOUT_MS,
): Promise<SecretServiceView> {
  const path = busPath(env)
  if (path === null) return { state: 'none', willStart: false }
  let bus: Bus
  try {
    bus = await openBus(path, timeoutMs)
  } catch {
    return { state: 'none', willStart: false }
  }
  let name = ''
  try {
    const owner = await ownerOf(bus)
    if (owner === null) return { state: 'none', willStart: await isActivatable(bus) }
    name = await nameOf(bus, owner)
    return { state: (await isLocked(bus)) ? 'locked' : 'open', name }
  } catch {
    return { state: 'silent', name }
  } finally {
    bus.close()
  }
}

async function ownerOf(bus: Bus): Promise<string | null> {
  const owned = await bus.ask({ ...DAEMON, member: 'NameHasOwner', args: [SERVICE] })
  if (owned !== true) return null
  return String(await bus.ask({ ...DAEMON, member: 'GetNameOwner', args: [SERVICE] }))
}

async function isActivatable(bus: Bus): Promise<boolean> {
  const names = await bus.ask({ ...DAEMON, member: 'ListActivatableNames' })
  return Array.isArray(names) && names.includes(SERVICE)
}

async function nameOf(bus: Bus, owner: string): Promise<string> {
  const pid = await bus.ask({ ...DAEMON, member: 'GetConnectionUnixProcessID', args: [owner] })
  try {
    const comm = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
    return NAMES.find(([start]) => comm.startsWith(start))?.[1] ?? comm
  } catch {
    return 'the Secret Service'
  }
}

/** Of the collection that new secrets go to. One that doesn't exist yet is made when it is first needed. */
async function isLocked(bus: Bus): Promise<boolean> {
  const root = '/org/freedesktop/secrets'
  const collection = await bus.ask({
    destination: SERVICE,
    path: root,
    interface: 'org.freedesktop.Secret.Service',
    member: 'ReadAlias',
    args: ['default'],
  })
  if (typeof collection !== 'string' || collection === '/') return false
  const locked = await bus.ask({
    destination: SERVICE,
    path: collection,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    args: ['org.freedesktop.Secret.Collection', 'Locked'],
  })
  return locked === true
}

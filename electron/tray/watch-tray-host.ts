/**
 * Is there a tray on this desktop, and when does one come? Electron's own icon is made without complaint when there is
 * none, and does not notice one that appears later. On Linux this asks the session bus who owns the name of the tray's
 * watcher, and listens for a change; elsewhere there always is a tray.
 */
import { createConnection, type Socket } from 'node:net'
import process from 'node:process'
import { decodeMessage, encodeCall, readStrings } from './bus-message.ts'

const WATCHER = 'org.kde.StatusNotifierWatcher'
const BUS = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
}
const SERIAL = { hello: 1, match: 2, owner: 3 } as const

/**
 * @param onChange told once at first and at each change; false also when there is no bus to ask
 * @returns the way to end it
 */
export function watchTrayHost(options: {
  platform: string
  /** DBUS_SESSION_BUS_ADDRESS. */
  busAddress: string | undefined
  onChange: (present: boolean) => void
}): () => void {
  if (options.platform !== 'linux') {
    options.onChange(true)
    return () => {}
  }
  const path = socketOf(options.busAddress)
  if (path === null) {
    options.onChange(false)
    return () => {}
  }
  let told: boolean | null = null
  const tell = (present: boolean) => {
    if (told === present) return
    told = present
    options.onChange(present)
  }
  const socket = createConnection(path)
  socket.on('error', () => tell(false))
  socket.on('close', () => tell(false))
  socket.once('connect', () => {
    const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')
    socket.write(`\0AUTH EXTERNAL ${uid}\r\n`)
  })
  listen(socket, tell)
  return () => {
    told = false
    socket.removeAllListeners('close')
    socket.destroy()
  }
}

/** The first Unix socket of a bus address; null when there is none. */
export function socketOf(address: string | undefined): string | null {
  for (const each of (address ?? '').split(';')) {
    const fields = /^unix:(.*)$/.exec(each)?.[1]?.split(',') ?? []
    for (const field of fields) {
      const [key, value = ''] = field.split('=', 2)
      if (key === 'path') return decodeURIComponent(value)
      if (key === 'abstract') return `\0${decodeURIComponent(value)}`
    }
  }
  return null
}

function listen(socket: Socket, tell: (present: boolean) => void): void {
  let authorized = false
  let held: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    try {
      if (!authorized) {
        const end = held.indexOf('\r\n')
        if (end === -1) return
        if (!held.toString('latin1', 0, end).startsWith('OK ')) throw new Error('the bus does not know us')
        held = held.subarray(end + 2)
        authorized = true
        socket.write('BEGIN\r\n')
        for (const call of openingCalls()) socket.write(call)
      }
      for (let next = decodeMessage(held); next; next = decodeMessage(held)) {
        held = held.subarray(next.size)
        const present = whatItSays(next.message)
        if (present !== null) tell(present)
      }
    } catch {
      socket.destroy()
    }
  })
}

function openingCalls(): Buffer[] {
  const rule = `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${WATCHER}'`
  return [
    encodeCall({ ...BUS, serial: SERIAL.hello, member: 'Hello', args: [] }),
    encodeCall({ ...BUS, serial: SERIAL.match, member: 'AddMatch', args: [rule] }),
    encodeCall({ ...BUS, serial: SERIAL.owner, member: 'NameHasOwner', args: [WATCHER] }),
  ]
}

function whatItSays({
  kind,
  replyTo,
  member,
  body,
}: NonNullable<ReturnType<typeof decodeMessage>>['message']): boolean | null {
  if (kind === 'return' && replyTo === SERIAL.owner) return body.readUInt32LE(0) === 1
  if (kind !== 'signal' || member !== 'NameOwnerChanged') return null
  const [name, , owner] = readStrings(body, 3)
  return name === WATCHER ? owner !== '' : null
}

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import { decodeMessage, encodeCall, readStrings } from './bus-message.ts'
import { socketOf, watchTrayHost } from './watch-tray-host.ts'

const call = (args: string[], member = 'NameHasOwner') =>
  encodeCall({
    serial: 3,
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member,
    args,
  })

describe('a message of the bus', () => {
  it('comes out as it went in, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 }),
        fc.nat(200),
        (args, cut) => {
          const whole = Buffer.concat([call(args), call(['next'])])
          expect(decodeMessage(whole.subarray(0, Math.min(cut, call(args).length - 1)))).toBeNull()
          const first = decodeMessage(whole)
          expect(first?.message).toMatchObject({
            kind: 'call',
            member: 'NameHasOwner',
            signature: 's'.repeat(args.length),
          })
          expect(readStrings(first?.message.body as Buffer, args.length)).toEqual(args)
          expect(readStrings(decodeMessage(whole.subarray(first?.size))?.message.body as Buffer, 1)).toEqual([
            'next',
          ])
        },
      ),
    )
  })

  it('is refused when it is none, or endless', () => {
    expect(() => decodeMessage(Buffer.alloc(32, 1))).toThrow()
    const endless = call(['x'])
    endless.writeUInt32LE(0x7fffffff, 4)
    expect(() => decodeMessage(endless)).toThrow(/too large/)
  })
})

describe('watching for a tray', () => {
  it.each([
    ['unix:path=/run/user/1000/bus', '/run/user/1000/bus'],
    ['unix:abstract=/tmp/dbus-x,guid=1', '\0/tmp/dbus-x'],
    ['tcp:host=x;unix:path=/b%20c', '/b c'],
    ['tcp:host=x', null],
    [undefined, null],
  ])('finds the socket of %j', (address, socket) => {
    expect(socketOf(address)).toBe(socket)
  })

  it('says that there is none without a bus, and that there is one where the system always has one', () => {
    const told: boolean[] = []
    watchTrayHost({ platform: 'linux', busAddress: undefined, onChange: (present) => told.push(present) })
    watchTrayHost({ platform: 'darwin', busAddress: undefined, onChange: (present) => told.push(present) })
    expect(told).toEqual([false, true])
  })

  it('is not broken by a bus that talks nonsense', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bus-'))
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.write('OK 1\r\nnonsense nonsense nonsense'))
    })
    server.listen(path.join(folder, 'bus'))
    await once(server, 'listening')
    const told = await new Promise<boolean>((resolve) => {
      watchTrayHost({ platform: 'linux', busAddress: `unix:path=${folder}/bus`, onChange: resolve })
    })
    expect(told).toBe(false)
    server.close()
    rmSync(folder, { recursive: true })
  })
})

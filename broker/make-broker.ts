/**
 * The broker, put together: every room made once, in the order in which they need each other. It opens no door and
 * reads no argument; `main.ts` does, and so do tests and measurements that want the real thing in their own process.
 */

import type { Api } from '../contract/broker-api.ts'
import { makeApi } from './api/make-api.ts'
import { followRooms } from './follow-rooms.ts'
import { keepWatch } from './keep-watch.ts'
import { type BrokerOptions, makeRooms, type Rooms } from './make-rooms.ts'
import type { PartFacts } from './readiness/list-parts.ts'

export type { BrokerOptions, Rooms } from './make-rooms.ts'

export interface Broker {
  api: Api
  rooms: Rooms
  /** The socket door, once it is open or can't be. */
  setSocket(state: PartFacts['socket']): void
  close(): Promise<void>
}
export async function makeBroker(options: BrokerOptions): Promise<Broker> {
  const rooms = await makeRooms(options)
  const api = makeApi(rooms)
  const unfollow = followRooms(rooms, options.emit)
  const watch = options.lasting ? keepWatch(rooms) : null
  // A shell tells by itself; a terminal's first word may be a resume.
  if (options.parent === 'cli') await watch?.screenSeen
  if (options.lasting) void rooms.lane.warm().catch((error: unknown) => rooms.diagnostic.fault('warm', error))
  return {
    api,
    rooms,
    setSocket(state) {
      rooms.setSocket(state)
      options.emit('status', rooms.status())
    },
    async close() {
      const settled = watch?.end()
      unfollow()
      rooms.runs.close()
      await Promise.all([rooms.lane.close(), rooms.contained.close()])
      rooms.policy.close()
      rooms.grants.flush()
      // The key seals the log's end; without it the log reads as one that nobody could seal.
      await watch?.keyLoaded()
      await rooms.log.close()
      await settled
      rooms.vault.close()
      rooms.leaks.end()
      rooms.store.close()
      rooms.group.remove()
    },
  }
}

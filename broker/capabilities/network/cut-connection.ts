/**
 * Ends a connection so that nothing of it leaves any more. Closing one in the usual way leaves it to the system to go on
 * sending what it was handed already: megabytes, to a peer that reads slowly. A reset drops them.
 */
import type { Socket } from 'node:net'

/** The connection below the encryption. There is no public way to have it reset: it is closed with the one above it. */
interface Below {
  close(done: () => void): void
  /** Zero when it will be. */
  reset?(done: () => void): number
}

export function cutConnection(socket: Socket): void {
  if (!('encrypted' in socket)) {
    try {
      socket.resetAndDestroy()
    } catch {
      // It is no connection (any more).
      socket.destroy()
    }
    return
  }
  const below = (socket as { _handle?: { _parent?: Below } | null })._handle?._parent
  if (below?.reset) {
    const close = below.close.bind(below)
    below.close = (done) => {
      if (below.reset?.(done) !== 0) close(done)
    }
  }
  socket.destroy()
}

/**
 * A Unix socket in a folder that only the user may enter. A socket file that nobody answers on is left over from a
 * broker that was killed, and is replaced; one that answers belongs to a broker that runs, and is left alone.
 */
import { chmod, rm } from 'node:fs/promises'
import { createConnection, type Server } from 'node:net'
import { dirname } from 'node:path'
import { MAX_SOCKET_PATH } from '../../contract/paths.ts'
import { makeOwnFolder } from './own-folder.ts'

/** Throws with words: path too long, folder not ours, or another broker answers there. */
export async function listenUnix(server: Server, path: string): Promise<void> {
  const bytes = Buffer.byteLength(path)
  if (bytes > MAX_SOCKET_PATH) {
    throw new Error(
      `the socket's path is too long (${bytes} of at most ${MAX_SOCKET_PATH} bytes): ${path}. Set XDG_RUNTIME_DIR to a shorter folder`,
    )
  }
  await makeOwnFolder(dirname(path))
  if (await answers(path)) throw new Error(`another Sallyport already answers on ${path}`)
  await rm(path, { force: true })
  await listenOn(server, path)
  await chmod(path, 0o600)
}

/** Resolves when the server listens; throws what the system says. */
export function listenOn(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

/** True when some process accepts connections there. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path)
    const done = (value: boolean) => {
      clearTimeout(timer)
      probe.destroy()
      resolve(value)
    }
    const timer = setTimeout(done, 500, true)
    probe.once('connect', () => done(true))
    probe.once('error', () => done(false))
  })
}

/**
 * A named pipe on Windows. Such a pipe vanishes with its process, so nothing is left over to clean; a second broker's
 * listen fails because the name is taken. Its default rights let other users of the machine connect for reading, so
 * the token is what keeps them out.
 */
import { mkdir } from 'node:fs/promises'
import type { Server } from 'node:net'
import { listenOn } from './listen-unix.ts'

/** @param runtime folder for the token file, inside the user's own profile */
export async function listenPipe(server: Server, pipe: string, runtime: string): Promise<void> {
  await mkdir(runtime, { recursive: true })
  await listenOn(server, pipe)
}

/**
 * What a contained program reads and writes by its three streams. What Node gives a process are sockets, and a socket
 * can't be opened by its name: `/dev/stdin`, `/dev/stdout` and `/dev/stderr`, which scripts open all the time, would not be
 * there. So its input, all of which is known before, is a file that has no name by the time it starts; and what it writes
 * goes through pipes with names in its host's private folder, where it does not see them. Nobody passes anything on: the
 * broker has one end, and the program the other.
 */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'

export interface ProgramOutput {
  stdout: Readable
  stderr: Readable
}
export interface HostPipes {
  /** The program's ends, for whoever starts it; once. */
  take(): [stdout: number, stderr: number]
  /** After the program has them: only it has them from then on. */
  close(): void
}

const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = fs.constants
const NAMES = ['stdout', 'stderr'] as const
const filesIn = (folder: string) =>
  NAMES.map((name) => path.join(folder, name)) as [stdout: string, stderr: string]

/** For the host. Both ends of each are held until `close`, so that no open waits and nobody reads an end too early. */
export async function makePipes(folder: string): Promise<HostPipes | null> {
  if (process.platform !== 'linux') return null
  const [stdout, stderr] = filesIn(folder)
  try {
    await promisify(execFile)('mkfifo', ['-m', '600', stdout, stderr])
  } catch {
    return null // a system without it
  }
  const open = [stdout, stderr].map((file) => fs.openSync(file, O_RDWR | O_NONBLOCK))
  return {
    take() {
      const ends: [number, number] = [fs.openSync(stdout, O_WRONLY), fs.openSync(stderr, O_WRONLY)]
      open.push(...ends)
      return ends
    },
    close() {
      for (const fd of open.splice(0)) fs.closeSync(fd)
    },
  }
}

/** For the broker, once the host is ready. Null where there are none, or none can be opened: then the host's own serve. */
export function openPipes(folder: string): ProgramOutput | null {
  const opened: number[] = []
  try {
    for (const file of filesIn(folder)) opened.push(fs.openSync(file, O_RDONLY | O_NONBLOCK))
  } catch {
    for (const fd of opened) fs.closeSync(fd)
    return null
  }
  const [stdout, stderr] = opened.map((fd) => new net.Socket({ fd, readable: true, writable: false }))
  return { stdout: stdout as net.Socket, stderr: stderr as net.Socket }
}

/** For the host: all of a stream, as a descriptor that reads it from the beginning. Throws system errors (a full disk). */
export async function inputFrom(stream: Readable, folder: string): Promise<number> {
  const file = path.join(folder, 'stdin')
  await pipeline(stream, fs.createWriteStream(file, { flags: 'wx', mode: 0o600 }))
  const fd = fs.openSync(file, O_RDONLY)
  fs.unlinkSync(file)
  return fd
}

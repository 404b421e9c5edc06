/** Looks for a value in what a process holds: its heap as the engine sees it, or all of its memory. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'

/** The heap snapshot of a page, after a collection, as text. */
export async function pageHeap(app: ElectronApplication, page: Page): Promise<string> {
  const session = await app.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await session.detach()
  return chunks.join('')
}

/** The heap snapshot of the shell's main process, which collects before it writes. */
export async function shellHeap(app: ElectronApplication, folder: string): Promise<string> {
  const file = path.join(folder, `shell-${Date.now()}.heapsnapshot`)
  await app.evaluate((_electron, target) => {
    const v8 = process.getBuiltinModule('v8') as typeof import('node:v8')
    v8.writeHeapSnapshot(target)
  }, file)
  try {
    return readFileSync(file, 'utf8')
  } finally {
    rmSync(file, { force: true })
  }
}

const PIECE = 1 << 22

/** Whether any writable memory of a process holds the value, as bytes or as 16-bit characters. Linux; needs its user's rights. */
export function memoryHolds(pid: number, value: string): boolean {
  const wanted = [Buffer.from(value, 'latin1'), Buffer.from(value, 'utf16le')]
  const overlap = Math.max(...wanted.map(({ length }) => length))
  const file = openSync(`/proc/${pid}/mem`, 'r')
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
      if (!from || !to) continue
      const end = BigInt(`0x${to}`)
      for (let at = BigInt(`0x${from}`); at < end; at += BigInt(PIECE)) {
        const size = Number(end - at < BigInt(PIECE + overlap) ? end - at : BigInt(PIECE + overlap))
        const bytes = readPiece(file, at, size)
        if (bytes && wanted.some((each) => bytes.includes(each))) return true
      }
    }
    return false
  } finally {
    closeSync(file)
  }
}

/** Null where nothing is mapped in behind the address. */
function readPiece(file: number, at: bigint, size: number): Buffer | null {
  const bytes = Buffer.alloc(size)
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, size, at))
  } catch {
    return null
  }
}

/** Those of these processes whose command line holds the words. */
export function processesRunning(pids: readonly number[], words: string): number[] {
  const alive = new Set(readdirSync('/proc'))
  return pids.filter((pid) => {
    try {
      return alive.has(String(pid)) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(words)
    } catch {
      return false
    }
  })
}

/**
 * Who ends the group of a broker that was killed: the broker can't. A shell of one megabyte that only reads: nothing can
 * keep it busy. The end of its pipe from here comes when the last thread of the broker has gone and its memory is given
 * back, which takes tens of milliseconds, more where a thread waits for the disk; so where there is `setpriv`, the system
 * signals it in the moment in which the thread goes that has started it.
 *
 * There are two. The main thread may be the last to go, as it is in the middle of something. A thread that sleeps goes at
 * once (a tenth of the time, measured), so while programs run, which act by themselves, another one is started from such a
 * thread. Tools need none: they can only ask, and nobody is left to be asked.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { GROUP_KILL } from '../../contract/lane-group.ts'

const WARDEN = `trap 'echo 1 > "$0"; exit' URG; read -r end; echo 1 > "$0"`
/**
 * Of util-linux; older ones can't. What asks for the signal too late, as the broker has gone, finds the pipe at its end;
 * so does what gets it before it listens, because nobody dies of this signal who has not asked for it.
 */
const SIGNALED =
  'setpriv --pdeathsig URG true && exec setpriv --pdeathsig URG /bin/sh -c "$1" "$0"; exec /bin/sh -c "$1" "$0"'

/** Outlives this thread by the moment that it takes to write. In a session of its own: what ends this one's group leaves it. */
export function startWarden(folder: string): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SIGNALED, path.join(folder, GROUP_KILL), WARDEN], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
    detached: true,
  })
  child.on('error', () => {})
  child.stdin?.on('error', () => {})
  child.unref()
  ;(child.stdin as unknown as { unref?(): void } | null)?.unref?.()
  return child
}

export interface WardenAside {
  /** Whoever calls it is counted, until it calls what is given back. */
  want(): () => void
  close(): void
}

export function createWardenAside(folder: string): WardenAside {
  let thread: Worker | null = null
  let wanted = 0
  function close() {
    thread?.postMessage('end')
    thread = null
  }
  return {
    close,
    want() {
      wanted++
      thread ??= openThread(folder)
      let done = false
      return () => {
        if (done) return
        done = true
        if (--wanted === 0) close()
      }
    },
  }
}

/** Null where there is no room for one: the other one is there. */
function openThread(folder: string): Worker | null {
  const file = import.meta.url.endsWith('.ts') ? './warden.worker.ts' : './warden.worker.js'
  try {
    const thread = new Worker(new URL(file, import.meta.url), { workerData: folder, execArgv: [], env: {} })
    thread.on('error', () => {})
    thread.unref()
    return thread
  } catch {
    return null
  }
}

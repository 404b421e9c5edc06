/**
 * The log's end of its keeper thread: starts it when there is something to do, ends it when there has been nothing for
 * a while (a thread costs memory), and gives up on it when it fails. The log works without it, only slower to search.
 */
import { Worker } from 'node:worker_threads'
import type { KeeperOrder, KeeperReport, KeeperStart } from './keeper-messages.ts'
import type { LogFiles } from './log-files.ts'

type Work = KeeperOrder extends infer O ? (O extends { id: number } ? Omit<O, 'id'> : never) : never
export interface Keeper {
  /** Resolves when it is done; rejects when it failed. Orders are done one after the other. */
  order(work: Work): Promise<void>
  /** Waits for what is under way, at most `waitMs`, and ends the thread. */
  end(waitMs: number): Promise<void>
}
export interface KeeperOptions {
  files: LogFiles
  onReport: (report: KeeperReport) => void
  /** Idle time after which the thread is ended, in ms. */
  idleMs: number
}

export function createKeeper({ files, onReport, idleMs }: KeeperOptions): Keeper {
  let worker: Worker | null = null
  let lastId = 0
  let idle: NodeJS.Timeout | undefined
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()

  function settle(id: number, error: Error | null): void {
    const order = waiting.get(id)
    waiting.delete(id)
    if (error) order?.reject(error)
    else order?.resolve()
    if (waiting.size === 0) idle = setTimeout(() => void end(1_000), idleMs).unref()
  }
  function start(): Worker {
    const started = new Worker(workerUrl('keeper'), {
      workerData: { files } satisfies KeeperStart,
      execArgv: [],
    })
    started.unref()
    started.on('message', (report: KeeperReport) => {
      onReport(report)
      if (report.done === 'finished') settle(report.id, null)
      if (report.done === 'failed') settle(report.id, new Error(report.text))
    })
    const lost = (error: Error) => {
      if (worker === started) worker = null
      for (const id of [...waiting.keys()]) settle(id, error)
    }
    started.on('error', lost)
    started.on('exit', () => lost(new Error('The keeper of the log ended.')))
    return started
  }
  function order(work: Work): Promise<void> {
    clearTimeout(idle)
    worker ??= start()
    const id = ++lastId
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      worker?.postMessage({ ...work, id })
    })
  }
  async function end(waitMs: number): Promise<void> {
    clearTimeout(idle)
    const ending = worker
    if (ending === null) return
    const late = new Promise<void>((resolve) => setTimeout(resolve, waitMs).unref())
    ending.ref()
    await Promise.race([order({ do: 'end' }).catch(() => {}), late])
    worker = null
    await ending.terminate()
  }
  return { order, end }
}

/** Beside this file, as source or as bundle. */
export const workerUrl = (name: string): URL =>
  new URL(`./${name}.worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

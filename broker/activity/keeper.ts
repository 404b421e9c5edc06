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

/** One thread, and what it was ordered to do. */
interface Started {
  worker: Worker
  waiting: Map<number, { resolve: () => void; reject: (error: Error) => void }>
}

export function createKeeper({ files, onReport, idleMs }: KeeperOptions): Keeper {
  let thread: Started | null = null
  /** While a thread is being ended it takes no more orders: they wait for the next one, so that there is only ever one. */
  let ending: Promise<void> | null = null
  let lastId = 0
  let idle: NodeJS.Timeout | undefined

  function settle({ waiting }: Started, id: number, error: Error | null): void {
    const order = waiting.get(id)
    waiting.delete(id)
    if (error) order?.reject(error)
    else order?.resolve()
    if (waiting.size === 0 && ending === null) idle = setTimeout(() => void end(1_000), idleMs).unref()
  }
  function start(): Started {
    const worker = new Worker(workerUrl('keeper'), {
      workerData: { files } satisfies KeeperStart,
      execArgv: [],
    })
    const started: Started = { worker, waiting: new Map() }
    worker.unref()
    worker.on('message', (report: KeeperReport) => {
      onReport(report)
      if (report.done === 'finished') settle(started, report.id, null)
      if (report.done === 'failed') settle(started, report.id, new Error(report.text))
    })
    const lost = (error: Error) => {
      if (thread === started) thread = null
      for (const id of [...started.waiting.keys()]) settle(started, id, error)
    }
    worker.on('error', lost)
    worker.on('exit', () => lost(new Error('The keeper of the log ended.')))
    return started
  }
  function give(to: Started, work: Work): Promise<void> {
    const id = ++lastId
    return new Promise((resolve, reject) => {
      to.waiting.set(id, { resolve, reject })
      to.worker.postMessage({ ...work, id })
    })
  }
  function order(work: Work): Promise<void> {
    if (ending !== null) return ending.then(() => order(work))
    clearTimeout(idle)
    thread ??= start()
    return give(thread, work)
  }
  function end(waitMs: number): Promise<void> {
    clearTimeout(idle)
    if (thread === null) return ending ?? Promise.resolve()
    ending ??= finish(thread, waitMs).finally(() => {
      thread = null
      ending = null
    })
    return ending
  }
  async function finish(last: Started, waitMs: number): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, waitMs).unref())
    last.worker.ref()
    await Promise.race([give(last, { do: 'end' }).catch(() => {}), late])
    await last.worker.terminate()
  }
  return { order, end }
}

/** Beside this file, as source or as bundle. */
export const workerUrl = (name: string): URL =>
  new URL(`./${name}.worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

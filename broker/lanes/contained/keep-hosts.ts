/**
 * The hosts of contained programs. A spare one is kept for a while after use, so that a second command does not wait for
 * one; and whatever host is let go takes along all that it started.
 */
import { createStrayFinder } from './find-strays.ts'
import { createMountPoints } from './mount-points.ts'
import { type HostOptions, type ProgramHost, startHost } from './program-host.ts'

type Ended = { killed: number; survivors: number[] }

export interface ContainedOptions extends HostOptions {
  killTrees(roots: readonly number[], options: { timeoutMs: number }): Promise<Ended>
  /** Ends processes that are all known; `killTrees` does, too. */
  killListed?: ContainedOptions['killTrees']
}
export type KeptHosts = ReturnType<typeof keepHosts>

const SPARE_MS = 5 * 60_000
const KILL_MS = 1_000
/** Looks for what a killed host left; each finds what the one before could not see yet. */
const STRAY_ROUNDS = 4

/** For the diagnostic log: with what the host said itself. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return typeof error.cause === 'string' ? `${error.message} ${error.cause}` : error.message
}

export function keepHosts(options: ContainedOptions) {
  let spare: ProgramHost | null = null
  let spareTimer: NodeJS.Timeout | undefined
  let closed = false
  /** Stop was pressed: nothing is started ahead of need until something is asked for again. */
  let resting = false
  const strays = createStrayFinder()
  const mountPoints = createMountPoints()

  /** The spare, or a new one. Throws where none can be made: no room on the disk, no descriptors. */
  function takeHost(): ProgramHost {
    const host = spare ?? startHost(options)
    spare = null
    clearTimeout(spareTimer)
    return host
  }

  /** A program that is used once is often followed by another. */
  function keepSpare(): void {
    if (closed || resting || spare) return
    let host: ProgramHost
    try {
      host = startHost(options)
    } catch (error) {
      options.log(`No spare could be started: ${wordsOf(error)}`)
      return
    }
    spare = host
    host.process.unref()
    host.process.channel?.unref()
    let lost = false
    const broke = (crashed: boolean) => {
      if (spare !== host) return
      spare = null
      lost = true
      clearTimeout(spareTimer)
      void letGo(host, crashed)
    }
    host.process.once('exit', () => broke(true))
    // The next program may well have a host of its own that works.
    host.ready.catch((error: unknown) => {
      broke(false)
      if (lost) options.log(`A spare host is of no use: ${wordsOf(error)}`)
    })
    spareTimer = setTimeout(() => void dropSpare(), SPARE_MS)
    spareTimer.unref()
  }

  async function dropSpare(): Promise<void> {
    clearTimeout(spareTimer)
    const host = spare
    spare = null
    if (host) await letGo(host)
  }

  /** @param crashed it died by itself, and could not take along what it had just started */
  async function letGo(host: ProgramHost, crashed = false): Promise<Ended> {
    const { pid } = host.process
    if (host.group.works) {
      const there = host.group.members()
      host.group.kill()
      const ended = await (options.killListed ?? options.killTrees)(there, { timeoutMs: KILL_MS })
      clear(host)
      return ended
    }
    const roots = [...(pid === undefined ? [] : [pid]), ...(crashed ? await strays(host.mark) : [])]
    const ended = await options.killTrees(roots, { timeoutMs: KILL_MS })
    // A sandbox that was being started when its host was killed was not yet bound to it: it is looked for by its mark.
    for (let round = 0; round < STRAY_ROUNDS; round++) {
      const left = await strays(host.mark)
      if (left.length === 0) break
      const late = await options.killTrees(left, { timeoutMs: KILL_MS })
      ended.killed += late.killed
      ended.survivors = late.survivors
    }
    clear(host)
    return ended
  }

  function clear(host: ProgramHost) {
    mountPoints.release(host)
    host.clear()
  }

  return {
    take: takeHost,
    letGo,
    keepSpare,
    dropSpare,
    /** What was made to mount over, for this host. */
    noteMounts: (host: ProgramHost, paths: readonly string[]) => mountPoints.add(host, paths),
    rest(on: boolean) {
      resting = on
    },
    close() {
      closed = true
      return dropSpare()
    },
  }
}

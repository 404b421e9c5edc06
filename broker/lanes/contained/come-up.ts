/** A host on its way, before anything runs in it: its turn, its start, and its end if nobody wants it any more. */
import type { ContainedProgram } from '../../ports.ts'
import type { KeptHosts } from './keep-hosts.ts'
import type { ProgramHost } from './program-host.ts'
import type { Running } from './run-in-host.ts'
import type { StartLine } from './start-line.ts'

/** `stopped` also where it was let go while it came up. */
export type Came =
  | { kind: 'ready'; host: ProgramHost }
  | { kind: 'stopped' }
  | { kind: 'fault'; error: unknown }

export interface Coming extends Running {
  came: Promise<Came>
  /** Also after it came: its host is then of no use. */
  isStopped(): boolean
}

type Ended = Awaited<ReturnType<Running['stop']>>

export function comeUp(program: ContainedProgram, hosts: KeptHosts, line: StartLine): Coming {
  let host: ProgramHost | null = null
  let ending: Promise<Ended> | null = null
  let giveUp = () => {}
  const givenUp = new Promise<void>((resolve) => {
    giveUp = resolve
  })

  function stop(): Promise<Ended> {
    giveUp()
    ending ??= host ? hosts.letGo(host) : Promise.resolve({ killed: 0, survivors: [] })
    return ending
  }

  async function come(): Promise<Came> {
    const leave = await line.enter(givenUp)
    // Stopped between its turn and now, it must not start: nobody would look for it again.
    if (!leave || ending) {
      leave?.()
      return { kind: 'stopped' }
    }
    try {
      host = hosts.take()
      await Promise.race([host.ready, givenUp])
      if (!ending) return { kind: 'ready', host }
    } catch (error) {
      if (!ending) {
        const broken = host
        host = null
        if (broken) await hosts.letGo(broken)
        return { kind: 'fault', error }
      }
    } finally {
      leave()
    }
    // Whoever is told that nothing was started can count on it.
    await ending
    return { kind: 'stopped' }
  }

  const onAbort = () => void stop()
  program.signal.addEventListener('abort', onAbort, { once: true })
  const came = come().finally(() => program.signal.removeEventListener('abort', onAbort))
  // Nothing runs yet; when something does, it looks for itself whether it is to be held.
  return { program, began: false, hold() {}, stop, came, isStopped: () => ending !== null }
}

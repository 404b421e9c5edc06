/**
 * Contained programs: commands, and whatever else runs that is no isolate. Each has a host and a sandbox of its own
 * (`keep-hosts.ts`). Nothing runs uncontained: where there is no sandbox there is a refusal.
 */
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { ContainedProcess, ContainedProgram, ContainedPrograms } from '../../ports.ts'
import { type ContainedOptions, keepHosts, wordsOf } from './keep-hosts.ts'
import { clearOldFolders, type ProgramHost } from './program-host.ts'
import { type Running, runInHost } from './run-in-host.ts'
import { lookAtSandbox } from './sandbox-facts.ts'

/** Programs at once, of all agents. */
const MAX_RUNNING = 16

export function createContainedPrograms(options: ContainedOptions): ContainedPrograms {
  const running = new Set<Running>()
  const hosts = keepHosts(options)
  const sandbox = lookAtSandbox(options.searchPath)
  let closed = false
  let isPaused = (_principalId: string) => false

  function notContained(error: unknown) {
    const text = error instanceof Error ? error.message : 'unknown'
    options.log(`A program could not be contained: ${wordsOf(error)}`)
    return refused(
      'unavailable',
      `Programs can’t be contained on this computer, so none is run. ${text}`.slice(0, 2000),
    )
  }

  async function start(program: ContainedProgram): Promise<Outcome<ContainedProcess>> {
    if (closed || program.signal.aborted) return refused('cancelled', 'The run was cancelled.')
    if (running.size >= MAX_RUNNING)
      return refused('budget', `${MAX_RUNNING} programs run already. Wait until one has ended.`)
    const { lacks, text } = sandbox.now()
    // What the system does not permit may have been permitted since: that is tried below, when Stop can see it.
    if (lacks !== 'nothing' && lacks !== 'permission') return refused('unavailable', text)
    hosts.rest(false)
    let host: ProgramHost
    try {
      host = hosts.take()
    } catch (error) {
      return notContained(error)
    }
    // Stop counts from here on, also while a host is only coming up.
    let stopped = false
    const starting: Running = {
      program,
      began: false,
      // Nothing runs yet; when something does, it looks for itself.
      hold() {},
      stop() {
        stopped = true
        return hosts.letGo(host)
      },
    }
    running.add(starting)
    const [fault, facts] = await Promise.all([
      host.ready.then(
        () => null,
        (error: unknown) => error,
      ),
      sandbox.look(),
    ])
    running.delete(starting)
    if (!stopped && !program.signal.aborted && fault === null && facts.available)
      return ok(runInHost(host, program, { hosts, running, isPaused, log: options.log }))
    if (!stopped) await hosts.letGo(host)
    return stopped || program.signal.aborted
      ? refused('cancelled', 'The run was cancelled. Nothing was started.')
      : facts.available
        ? notContained(fault)
        : refused('unavailable', facts.text)
  }

  return {
    name: 'contained programs',
    start,
    available: sandbox.now,
    look: sandbox.look,
    clearUp: clearOldFolders,
    hold(asks) {
      isPaused = asks
      for (const { program, hold } of running) hold(asks(program.principalId))
    },
    async end(scope) {
      if (scope === 'all') hosts.rest(true)
      const own = [...running].filter(({ program }) => scope === 'all' || program.principalId === scope)
      const [ends] = await Promise.all([
        Promise.all(own.map((each) => each.stop())),
        scope === 'all' ? hosts.dropSpare() : null,
      ])
      return {
        processes: ends.reduce((sum, { killed }) => sum + killed, 0),
        survivors: ends.flatMap(({ survivors }) => survivors),
        alreadyLeft: own
          .filter(({ began }) => began)
          .map(({ program }) =>
            `${program.words}: it had run; what it changed before can’t be undone.`.slice(0, 400),
          ),
      }
    },
    async close() {
      closed = true
      await Promise.all([hosts.close(), ...[...running].map((each) => each.stop())])
    },
  }
}

/**
 * Contained programs: commands, and whatever else runs that is no isolate. Each has a host and a sandbox of its own
 * (`keep-hosts.ts`). Nothing runs uncontained: where there is no sandbox there is a refusal.
 */
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { ContainedProcess, ContainedProgram, ContainedPrograms } from '../../ports.ts'
import { comeUp } from './come-up.ts'
import { type ContainedOptions, keepHosts, wordsOf } from './keep-hosts.ts'
import { clearOldFolders } from './program-host.ts'
import { type Running, runInHost } from './run-in-host.ts'
import { lookAtSandbox } from './sandbox-facts.ts'
import { createStartLine } from './start-line.ts'

/** Programs at once, of all agents. */
const MAX_RUNNING = 16

export function createContainedPrograms(options: ContainedOptions): ContainedPrograms {
  const running = new Set<Running>()
  const hosts = keepHosts(options)
  const line = createStartLine()
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
    // Stop counts from here on, also while a host is only coming up.
    const coming = comeUp(program, hosts, line)
    running.add(coming)
    const [came, facts] = await Promise.all([coming.came, sandbox.look()])
    running.delete(coming)
    const stopped = coming.isStopped() || program.signal.aborted
    if (came.kind === 'ready' && facts.available && !stopped)
      return ok(runInHost(came.host, program, { hosts, running, isPaused, log: options.log }))
    if (came.kind === 'ready') await coming.stop()
    if (stopped) return refused('cancelled', 'The run was cancelled. Nothing was started.')
    if (!facts.available) return refused('unavailable', facts.text)
    return notContained(came.kind === 'fault' ? came.error : null)
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

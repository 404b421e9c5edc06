/**
 * Contained programs: commands, and whatever else runs that is no isolate. Each has a host and a sandbox of its own. A
 * spare host is kept for a while after use, so that a second command does not wait for one. Nothing runs uncontained:
 * where there is no sandbox there is a refusal.
 */
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { ContainedEnd, ContainedProcess, ContainedProgram, ContainedPrograms } from '../../ports.ts'
import type { ConnectAnswer } from './contained-messages.ts'
import { createStrayFinder } from './find-strays.ts'
import { createMountPoints } from './mount-points.ts'
import { clearOldFolders, type HostOptions, type ProgramHost, startHost } from './program-host.ts'
import { sandboxFacts } from './sandbox-facts.ts'
import { wallClock } from './wall-clock.ts'

export interface ContainedOptions extends HostOptions {
  killTrees(
    roots: readonly number[],
    options: { timeoutMs: number },
  ): Promise<{ killed: number; survivors: number[] }>
  /** Ends processes that are all known; `killTrees` does, too. */
  killListed?: ContainedOptions['killTrees']
}

interface Running {
  program: ContainedProgram
  /** False while its host is coming up. */
  began: boolean
  /** Holds it still, or lets it go on. */
  hold(on: boolean): void
  stop(): Promise<{ killed: number; survivors: number[] }>
}

/** Programs at once, of all agents. */
const MAX_RUNNING = 16
/** Hosts, with their ports, that one program may ask for: each is kept with its answer while it runs. */
const MAX_HOSTS = 256
const SPARE_MS = 5 * 60_000
const KILL_MS = 1_000
/** Looks for what a killed host left; each finds what the one before could not see yet. */
const STRAY_ROUNDS = 4

/** For the diagnostic log: with what the host said itself. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return typeof error.cause === 'string' ? `${error.message} ${error.cause}` : error.message
}

const no = (why: string): ConnectAnswer => ({ no: why, addresses: [] })

async function askFor(program: ContainedProgram, name: string, port: number): Promise<ConnectAnswer> {
  const why = await program.mayConnect(name, port).catch(() => 'It could not be asked.')
  if (why !== null) return no(why)
  return { no: null, addresses: await program.privateAddresses(name, port).catch(() => []) }
}

export function createContainedPrograms(options: ContainedOptions): ContainedPrograms {
  const running = new Set<Running>()
  let spare: ProgramHost | null = null
  let spareTimer: NodeJS.Timeout | undefined
  let closed = false
  /** Stop was pressed: nothing is started ahead of need until something is asked for again. */
  let resting = false
  let isPaused = (_principalId: string) => false

  /** The spare, or a new one. Throws where none can be made: no room on the disk, no descriptors. */
  function takeHost(): ProgramHost {
    const host = spare ?? startHost(options)
    spare = null
    clearTimeout(spareTimer)
    return host
  }

  function notContained(error: unknown) {
    const text = error instanceof Error ? error.message : 'unknown'
    options.log(`A program could not be contained: ${wordsOf(error)}`)
    return refused(
      'unavailable',
      `Programs can’t be contained on this computer, so none is run. ${text}`.slice(0, 2000),
    )
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

  const strays = createStrayFinder()
  const mountPoints = createMountPoints()

  async function dropSpare(): Promise<void> {
    clearTimeout(spareTimer)
    const host = spare
    spare = null
    if (host) await letGo(host)
  }

  /** @param crashed it died by itself, and could not take along what it had just started */
  async function letGo(host: ProgramHost, crashed = false): Promise<{ killed: number; survivors: number[] }> {
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

  async function start(program: ContainedProgram): Promise<Outcome<ContainedProcess>> {
    if (closed || program.signal.aborted) return refused('cancelled', 'The run was cancelled.')
    if (running.size >= MAX_RUNNING)
      return refused('budget', `${MAX_RUNNING} programs run already. Wait until one has ended.`)
    const { available: can, text } = sandboxFacts(options.searchPath)
    if (!can) return refused('unavailable', text)
    resting = false
    let host: ProgramHost
    try {
      host = takeHost()
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
        return letGo(host)
      },
    }
    running.add(starting)
    const fault: unknown = await host.ready.then(
      () => null,
      (error: unknown) => error,
    )
    running.delete(starting)
    if (!stopped && !program.signal.aborted && fault === null) return ok(runIn(host, program))
    if (!stopped) await letGo(host)
    return stopped || program.signal.aborted
      ? refused('cancelled', 'The run was cancelled. Nothing was started.')
      : notContained(fault)
  }

  function runIn(host: ProgramHost, program: ContainedProgram): ContainedProcess {
    const began = performance.now()
    const denied: string[] = []
    let notAsked = 0
    const answers = new Map<string, Promise<ConnectAnswer>>()
    const clock = wallClock(program.timeoutMs, () => void finish('timeout'))
    let settle = (_end: ContainedEnd) => {}
    const ended = new Promise<ContainedEnd>((resolve) => {
      settle = resolve
    })
    let ending: Promise<{ killed: number; survivors: number[] }> | null = null

    function finish(endedBy: ContainedEnd['endedBy'], facts: Partial<ContainedEnd> = {}) {
      ending ??= (async () => {
        clock.stop()
        program.signal.removeEventListener('abort', onAbort)
        const left = await letGo(host, endedBy === 'crash')
        running.delete(entry)
        settle({
          exitCode: null,
          signal: null,
          denied,
          notAsked,
          left: [],
          peakRss: 0,
          ...facts,
          endedBy,
          wallMs: performance.now() - began,
        })
        keepSpare()
        return left
      })()
      return ending
    }
    let held = false
    function hold(on: boolean) {
      if (on === held || ending) return
      held = on
      if (on) clock.hold()
      else clock.release()
      host.hold(on)
    }
    const entry: Running = { program, began: true, hold, stop: () => finish('stopped') }
    const onAbort = () => void finish('stopped')
    running.add(entry)
    program.signal.addEventListener('abort', onAbort, { once: true })
    host.process.ref()
    // Its last word may still be on the way.
    host.process.once('exit', () => setTimeout(() => void finish('crash'), 200).unref())

    /** Asked once for each host and port. */
    function ask(name: string, port: number): Promise<ConnectAnswer> {
      const key = `${name}:${port}`
      const known = answers.get(key)
      if (known) return known
      if (answers.size >= MAX_HOSTS) {
        notAsked++
        return Promise.resolve(no(`it has asked for ${MAX_HOSTS} hosts, and may ask for no more`))
      }
      const asked = clock.whileStanding(() => askFor(program, name, port))
      void asked.then((answer) => {
        if (answer.no !== null) denied.push(key)
      })
      answers.set(key, asked)
      return asked
    }

    const {
      program: file,
      args,
      cwd,
      env,
      readable,
      writable,
      hidden,
      readOnly,
      maxMemory,
      maxProcesses,
      local,
    } = program
    host.run(
      {
        kind: 'run',
        program: file,
        args,
        cwd,
        env,
        readable,
        writable,
        hidden,
        readOnly,
        maxMemory,
        maxProcesses,
        local,
      },
      {
        ask,
        over: ({ exitCode, signal, limit, peakRss, left }) =>
          void finish(limit ?? 'itself', { exitCode, signal, peakRss, left }),
        mounts: (paths) => mountPoints.add(host, paths),
        sent(to) {
          const over = to.map(({ host: name, port, bytes }) => program.onSent(name, port, bytes))
          const why = over.find((each) => each !== null)
          if (why) void finish('budget', { why })
        },
        unable(text) {
          options.log(`A program could not be started: ${text}`)
          void finish('crash')
        },
      },
    )
    hold(isPaused(program.principalId))
    const { stdin, stdout, stderr } = host.process
    if (!stdin || !stdout || !stderr) throw new Error('The host has no streams.')
    stdin.on('error', () => {}) // a program need not read what it is given
    return {
      stdin,
      stdout,
      stderr,
      ended,
      kill: async () => ({ survivors: (await finish('stopped')).survivors }),
    }
  }

  return {
    name: 'contained programs',
    start,
    available: () => sandboxFacts(options.searchPath),
    clearUp: clearOldFolders,
    hold(asks) {
      isPaused = asks
      for (const { program, hold } of running) hold(asks(program.principalId))
    },
    async end(scope) {
      if (scope === 'all') resting = true
      const own = [...running].filter(({ program }) => scope === 'all' || program.principalId === scope)
      const [ends] = await Promise.all([
        Promise.all(own.map((each) => each.stop())),
        scope === 'all' ? dropSpare() : null,
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
      await Promise.all([dropSpare(), ...[...running].map((each) => each.stop())])
    },
  }
}

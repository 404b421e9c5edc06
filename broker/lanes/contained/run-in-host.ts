/** One contained program in its host: its clock, its questions for the network, and its end, whatever brings it. */
import type { ContainedEnd, ContainedProcess, ContainedProgram } from '../../ports.ts'
import type { ConnectAnswer } from './contained-messages.ts'
import type { KeptHosts } from './keep-hosts.ts'
import type { ProgramHost } from './program-host.ts'
import { wallClock } from './wall-clock.ts'

export interface Running {
  program: ContainedProgram
  /** False while its host is coming up. */
  began: boolean
  /** Holds it still, or lets it go on. */
  hold(on: boolean): void
  stop(): ReturnType<KeptHosts['letGo']>
}

interface RunParts {
  hosts: KeptHosts
  /** It is among these until it has ended. */
  running: Set<Running>
  isPaused(principalId: string): boolean
  log(line: string): void
}

/** Hosts, with their ports, that one program may ask for: each is kept with its answer while it runs. */
const MAX_HOSTS = 256

const no = (why: string): ConnectAnswer => ({ no: why, addresses: [] })

async function askFor(program: ContainedProgram, name: string, port: number): Promise<ConnectAnswer> {
  const why = await program.mayConnect(name, port).catch(() => 'It could not be asked.')
  if (why !== null) return no(why)
  return { no: null, addresses: await program.privateAddresses(name, port).catch(() => []) }
}

export function runInHost(
  host: ProgramHost,
  program: ContainedProgram,
  { hosts, running, log, isPaused }: RunParts,
): ContainedProcess {
  const began = performance.now()
  const denied: string[] = []
  let notAsked = 0
  const answers = new Map<string, Promise<ConnectAnswer>>()
  const clock = wallClock(program.timeoutMs, () => void finish('timeout'))
  let settle = (_end: ContainedEnd) => {}
  const ended = new Promise<ContainedEnd>((resolve) => {
    settle = resolve
  })
  let ending: ReturnType<KeptHosts['letGo']> | null = null

  function finish(endedBy: ContainedEnd['endedBy'], facts: Partial<ContainedEnd> = {}) {
    ending ??= (async () => {
      clock.stop()
      program.signal.removeEventListener('abort', onAbort)
      const left = await hosts.letGo(host, endedBy === 'crash')
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
      hosts.keepSpare()
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
  host.process.once('exit', (code, signal) => {
    if (!ending) log(`The host of a program ended by itself (${signal ?? `exit code ${code}`}).`)
    // Its last word may still be on the way.
    setTimeout(() => void finish('crash'), 200).unref()
  })

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

  const { stdout, stderr } = host.run(
    {
      kind: 'run',
      program: program.program,
      args: program.args,
      cwd: program.cwd,
      env: program.env,
      readable: program.readable,
      writable: program.writable,
      hidden: program.hidden,
      readOnly: program.readOnly,
      maxMemory: program.maxMemory,
      maxProcesses: program.maxProcesses,
      local: program.local,
    },
    program.input,
    {
      ask,
      over: ({ exitCode, signal, limit, peakRss, left }) =>
        void finish(limit ?? 'itself', { exitCode, signal, peakRss, left }),
      mounts: (paths) => hosts.noteMounts(host, paths),
      sent(to) {
        const over = to.map(({ host: name, port, bytes }) => program.onSent(name, port, bytes))
        const why = over.find((each) => each !== null)
        if (why) void finish('budget', { why })
      },
      unable(text) {
        log(`A program could not be started: ${text}`)
        void finish('crash')
      },
    },
  )
  hold(isPaused(program.principalId))
  return {
    stdout,
    stderr,
    ended,
    kill: async () => ({ survivors: (await finish('stopped')).survivors }),
  }
}

/**
 * `sallyport stop|resume|pause`. Stop works on a broker that does not answer: the stop is written down, and the broker
 * is killed with its process group. Whoever started it starts it again, and it comes up stopped.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import type { Command } from 'commander'
import { STOP_LIMITS, type StopFile, type StopReceipt } from '../../contract/stop.ts'
import { addVerb, type Verbs } from '../define-verb.ts'
import { CliError, EXIT, type ExitCode } from '../exit-code.ts'
import { createOutput, lasted } from '../output.ts'
import { openSession, type Session, type World } from '../session.ts'

export function addStop(program: Command, verbs: Verbs): void {
  program
    .command('stop')
    .description('End everything at once: isolates, programs, sockets, runs. Only you resume it.')
    .option('--agent <name>', 'only this agent')
    .option('--drill', 'mark the receipt as an exercise')
    .option('--json', 'print JSON, and nothing else, on the standard output')
    .action(async (options: { agent?: string; drill?: boolean; json?: boolean }) => {
      verbs.onEnd(await stop(verbs.world, options))
    })
  addVerb(program, verbs, {
    name: 'resume',
    about: 'Let agents work again, after a stop or a pause.',
    reach: 'any',
    define: (command) => command.option('--agent <name>', 'only this agent'),
    async run({ session, out }, { agent }) {
      const agentId = await findAgent(session, agent)
      const { stop } = await session.call('status.get', {})
      if (agentId ? stop.stoppedAgents.includes(agentId) : stop.stopped)
        await session.call('stop.resume', agentId ? { agentId } : {})
      const state = await session.call('pause.set', { paused: false, ...(agentId ? { agentId } : {}) })
      out.object(state)
      out.say(state.stopped ? out.mark('stop') : out.mark('allow', 'resumed'))
      return state.stopped ? EXIT.failed : EXIT.ok
    },
  })
  addVerb(program, verbs, {
    name: 'pause',
    about: 'Hold all effects until you resume; nothing is lost.',
    reach: 'any',
    define: (command) => command.option('--agent <name>', 'only this agent'),
    async run({ session, out }, { agent }) {
      const agentId = await findAgent(session, agent)
      const state = await session.call('pause.set', { paused: true, ...(agentId ? { agentId } : {}) })
      out.object(state)
      out.say(out.mark('ask', 'paused: sallyport resume lets it go on'))
      return undefined
    },
  })
}

async function stop(
  world: World,
  options: { agent?: string; drill?: boolean; json?: boolean },
): Promise<ExitCode> {
  const out = createOutput(world, options.json === true)
  const start = performance.now()
  const receipt = (await askBroker(world, options)) ?? forceStop(world, start)
  out.object(receipt)
  const ended = `${receipt.isolates} isolates, ${receipt.processes} processes, ${receipt.sockets} sockets, ${receipt.runs} runs`
  out.say(
    `${out.mark('stop')} in ${lasted(receipt.ms)}: ${ended} ended, ${receipt.questions} questions and ${receipt.credentials} credentials withdrawn.`,
  )
  for (const left of receipt.alreadyLeft) out.say(`  already done: ${out.foreign(left)}`)
  if (receipt.survivors.length > 0) out.say(`  still there: process ${receipt.survivors.join(', ')}`)
  return receipt.survivors.length > 0 ? EXIT.failed : EXIT.ok
}

/** Null when a broker is there and gives no receipt in time. */
async function askBroker(
  world: World,
  options: { agent?: string; drill?: boolean },
): Promise<StopReceipt | null> {
  const limit = new Promise<null>((resolve) => setTimeout(resolve, STOP_LIMITS.answerMs, null).unref())
  const asked = async () => {
    const session = await openSession(world, 'running')
    try {
      const agentId = await findAgent(session, options.agent)
      return await session.call('stop.now', {
        ...(agentId ? { agentId } : {}),
        drill: options.drill === true,
      })
    } finally {
      await session.close()
    }
  }
  const work = asked()
  work.catch(() => {})
  try {
    return await Promise.race([work, limit])
  } catch (error) {
    // Words of a broker that answers are the answer; a broken connection is not.
    if (error instanceof CliError && !['unavailable', 'not-allowed'].includes(error.code)) throw error
    return null
  }
}

function forceStop(world: World, start: number): StopReceipt {
  const at = Date.now()
  const content: StopFile = { version: 1, at, by: BY, writer: 'shell', drill: false, receipt: null }
  writeStop(world.paths.stopFile, content)
  const pid = readBrokerPid(world.paths.pidFile)
  const killed = pid !== null && kill(pid)
  return {
    id: `stop_cli_${at}`,
    at,
    by: BY,
    scope: 'all',
    ms: performance.now() - start,
    isolates: 0,
    processes: killed ? 1 : 0,
    sockets: 0,
    runs: 0,
    questions: 0,
    credentials: 0,
    alreadyLeft: [
      killed
        ? 'The broker did not answer in time and was killed with its process group. What it had begun stands in the log as interrupted.'
        : 'The broker did not answer, and its process was not found. The stop is written down: no broker starts an effect from now on.',
    ],
    survivors: [],
    drill: false,
  }
}

const BY = 'you, in a terminal'

function writeStop(file: string, content: StopFile): void {
  if (existsSync(file)) return
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.cli`, JSON.stringify(content), { mode: 0o600, flush: true })
  renameSync(`${file}.cli`, file)
}

/** The broker's process id, if the process of that number still is a broker of ours. */
function readBrokerPid(file: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10)
    if (!(pid > 1)) return null
    if (process.platform !== 'linux') return pid
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(path.join('broker', 'main.js'))
      ? pid
      : null
  } catch {
    return null
  }
}

function kill(pid: number): boolean {
  let killed = false
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL')
      killed = true
    } catch {
      // No group of its own, or gone already.
    }
  }
  return killed
}

/** @throws CliError when no agent has this name or id */
export async function findAgent(session: Session, name: unknown): Promise<string | undefined> {
  if (typeof name !== 'string') return undefined
  const { agents } = await session.call('agents.list', {})
  const found = agents.find((agent) => agent.id === name || agent.name.toLowerCase() === name.toLowerCase())
  if (found) return found.id
  const known = agents.map((agent) => agent.name).join(', ') || 'none yet'
  throw new CliError(EXIT.failed, 'not-found', `There is no agent "${name}". There are: ${known}.`)
}

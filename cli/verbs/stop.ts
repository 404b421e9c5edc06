/**
 * `sallyport stop|resume|pause`. Stop works on a broker that does not answer: the stop is written down, what runs is held
 * still, and when no answer comes all of it is ended, the broker too. Whoever started it starts it again, and it comes
 * up stopped.
 */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import type { Incident } from '../../contract/incident.ts'
import { STOP_LIMITS, type StopFile, type StopReceipt } from '../../contract/stop.ts'
import { addVerb, type VerbScene, type Verbs } from '../define-verb.ts'
import { endBroker, endLanes, holdLanes, readBrokerPid } from '../end-broker.ts'
import { CliError, EXIT, type ExitCode } from '../exit-code.ts'
import { counted, createOutput, lasted, type Output } from '../output.ts'
import { openSession, type Session, type World } from '../session.ts'
import { settleStop, writeStop } from '../write-stop.ts'

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
    run: (scene, { agent }) => resume(scene, agent),
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

async function resume({ session, out }: VerbScene, agent: unknown): Promise<ExitCode> {
  const agentId = await findAgent(session, agent)
  const scope = agentId ? { agentId } : {}
  const { stop: before } = await session.call('status.get', {})
  const wasStopped = agentId
    ? before.stoppedAgents.includes(agentId)
    : before.stopped || before.stoppedAgents.length > 0
  const wasPaused = agentId ? before.pausedAgents.includes(agentId) : before.paused
  // Going on is the end of it, also of what nobody has ticked.
  const asked = wasStopped && !agentId ? session.call('incident.current', {}) : null
  // Whatever is wrong with it, resuming does not wait for that.
  const incident = (await asked?.catch(() => null))?.incident ?? null
  if (wasStopped) await session.call('stop.resume', scope)
  const state = await session.call('pause.set', { ...scope, paused: false })
  out.object(state)
  // What is held for all holds each of them, too.
  const hint = agentId ? ': sallyport resume, without --agent, lifts that' : ''
  if (state.stopped) out.say(out.mark('stop', `everything is stopped${hint}`))
  else if (state.paused) out.say(out.mark('ask', `everything is paused${hint}`))
  else if (wasStopped || wasPaused) out.say(out.mark('allow', 'resumed'))
  else out.say(out.mark('allow', 'nothing was stopped or paused'))
  if (incident !== null && !state.stopped) sayOver(incident, out)
  if (!agentId && state.pausedAgents.length > 0) {
    const { agents } = await session.call('agents.list', {})
    const names = agents.filter(({ id }) => state.pausedAgents.includes(id)).map(({ name }) => name)
    for (const name of names)
      out.say(`  paused by itself: ${out.foreign(name, 'agent')}; --agent with its name lets it go on`)
  }
  return state.stopped || state.paused ? EXIT.failed : EXIT.ok
}

function sayOver({ checklist }: Incident, out: Output): void {
  const left = checklist.filter(({ doneAt, kind }) => doneAt === null && kind !== 'back')
  out.say(`  The incident is over${left.length > 0 ? '. Nobody has ticked:' : ', and every step is ticked.'}`)
  for (const { text } of left) out.say(`  ☐ ${out.foreign(text)}`)
}

async function stop(
  world: World,
  options: { agent?: string; drill?: boolean; json?: boolean },
): Promise<ExitCode> {
  const out = createOutput(world, options.json === true)
  const start = performance.now()
  const pid = readBrokerPid(world.paths.pidFile)
  // One that closes takes its number along. One that was killed leaves it, and is started again in a moment.
  const was = pid !== null || existsSync(world.paths.pidFile)
  if (was && options.agent === undefined) {
    // Written down and held still before it is asked: that needs no answer.
    writeStop(world.paths.stopFile, stopFile(Date.now(), options.drill === true))
    if (pid !== null) holdLanes(pid)
    // The disk may take a tenth of a second, in which what runs would have gone on.
    settleStop(world.paths.stopFile)
  }
  // A broker that hangs is given time to come back; what it runs, and can no longer have an effect, is not.
  const gone: number[] = []
  const ending = setTimeout(() => {
    if (pid !== null && options.agent === undefined) gone.push(...endLanes(pid))
  }, STOP_LIMITS.lanesMs)
  const answer = await askBroker(world, options, was)
  clearTimeout(ending)
  const receipt = answer ?? (await forceStop(world, start, pid, gone))
  out.object(receipt)
  const ended = [
    counted(receipt.runs, 'run'),
    counted(receipt.isolates, 'tool'),
    counted(receipt.processes, 'process', 'processes'),
    counted(receipt.sockets, 'connection'),
  ].join(', ')
  out.say(
    `${out.mark('stop')} in ${lasted(receipt.ms)}: ${ended} ended, ${counted(receipt.questions, 'question')} and ${counted(receipt.credentials, 'credential')} withdrawn.`,
  )
  for (const left of receipt.alreadyLeft) out.say(`  under way: ${out.foreign(left)}`)
  if (receipt.drill) out.say('  A drill, and in the record as one: sallyport resume lets agents work again.')
  if (receipt.survivors.length > 0) out.say(`  still there: process ${receipt.survivors.join(', ')}`)
  return receipt.survivors.length > 0 ? EXIT.failed : EXIT.ok
}

/** Null when a broker is there, or was, and gives no receipt in time. */
async function askBroker(
  world: World,
  options: { agent?: string; drill?: boolean },
  isThere: boolean,
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
    // Words of a broker that answers are the answer; a broken connection is not, and none of a broker that is there.
    const broken = ['unavailable', 'not-allowed', ...(isThere ? ['not-running'] : [])]
    if (error instanceof CliError && !broken.includes(error.code)) throw error
    return null
  }
}

async function forceStop(
  world: World,
  start: number,
  pid: number | null,
  gone: readonly number[],
): Promise<StopReceipt> {
  const at = Date.now()
  const written = writeStop(world.paths.stopFile, stopFile(at, false))
  settleStop(world.paths.stopFile)
  const { ended, survivors } = pid === null ? { ended: 0, survivors: [] } : await endBroker(pid, gone)
  return {
    id: `stop_cli_${at}`,
    at,
    by: BY,
    scope: 'all',
    ms: performance.now() - start,
    isolates: 0,
    processes: ended,
    sockets: 0,
    runs: 0,
    questions: 0,
    credentials: 0,
    alreadyLeft: [
      pid === null
        ? `The gate did not answer, and its process was not found.${written ? ' The stop is written down: nothing begins an effect from now on.' : ''}`
        : 'The gate did not answer in time and was ended with everything behind it. What it had begun stands in the record as interrupted.',
      ...(written ? [] : ['The disk did not take the stop: what is started again is not stopped.']),
    ],
    survivors,
    drill: false,
  }
}

const stopFile = (at: number, drill: boolean): StopFile => ({
  ...{ version: 1, at, by: BY, writer: 'shell', drill, receipt: null },
})
const BY = 'you, in a terminal'

/** @throws CliError when no agent has this name or id */
export async function findAgent(session: Session, name: unknown): Promise<string | undefined> {
  if (typeof name !== 'string') return undefined
  const { agents } = await session.call('agents.list', {})
  const found = agents.find((agent) => agent.id === name || agent.name.toLowerCase() === name.toLowerCase())
  if (found) return found.id
  const known = agents.map((agent) => agent.name).join(', ') || 'none yet'
  throw new CliError(EXIT.failed, 'not-found', `There is no agent "${name}". There are: ${known}.`)
}

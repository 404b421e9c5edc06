/** `sallyport agent list|run` and `sallyport tour`: runs in the terminal. */
import type { Command } from 'commander'
import type { Agent, RunSummary } from '../../contract/agent.ts'
import type { StopState } from '../../contract/stop.ts'
import { askHere } from '../ask-here.ts'
import { addVerb, type VerbScene, type Verbs } from '../define-verb.ts'
import type { ExitCode } from '../exit-code.ts'
import { createRunFollower, sayEnd } from '../follow-run.ts'
import { findAgent } from './stop.ts'

export function addAgent(program: Command, verbs: Verbs): void {
  const agent = program.command('agent').description('Your agents, and their runs.')
  addVerb(agent, verbs, {
    name: 'list',
    about: 'List the agents.',
    reach: 'any',
    async run({ session, out }) {
      const { agents } = await session.call('agents.list', {})
      const { stop } = await session.call('status.get', {})
      out.object({ agents })
      if (agents.length === 0)
        out.say('No agents yet. `sallyport tour` shows one at work; make your own in the window.')
      out.table(
        agents.map((each) => [
          stateOf(each, stop),
          out.foreign(each.name, 'agent'),
          `${each.model.provider} ${each.model.model}`,
          each.perimeter.folders.map((folder) => folder.path).join(', '),
          { default: '', always: 'you look at outside text first', never: 'reads outside text at once' }[
            each.reviewOutside
          ],
        ]),
      )
      for (const { name, frozen } of agents)
        if (frozen)
          out.say(
            `${out.foreign(name, 'agent')} is frozen: ${out.foreign(frozen)} When you know why, thaw it: sallyport agent thaw, with its name`,
          )
      return undefined
    },
  })
  addVerb<[name: string]>(agent, verbs, {
    name: 'thaw',
    about: 'Let a frozen agent work again. It was frozen because a canary turned up.',
    reach: 'running',
    define: (command) => command.argument('<agent>', 'name or id'),
    async run({ session, out }, _options, name) {
      const id = (await findAgent(session, name)) as string
      const { agents } = await session.call('agents.list', {})
      const wasFrozen = agents.some((each) => each.id === id && each.frozen)
      const thawed = await session.call('agents.thaw', { id })
      const { stop } = await session.call('status.get', {})
      const state = stateOf(thawed, stop)
      out.object({ thawed })
      const who = out.foreign(thawed.name, 'agent')
      out.say(
        wasFrozen && state === 'ready'
          ? `${who} may work again.`
          : `${who} ${wasFrozen ? 'is thawed' : 'was not frozen'}.`,
      )
      if (state !== 'ready') out.say(`  It is ${state}: ${resumeOf(thawed.id, stop)} lets it go on`)
      return undefined
    },
  })
  addVerb<[name: string, prompt: string[]]>(agent, verbs, {
    name: 'run',
    about: 'Give an agent a task and watch it.',
    reach: 'any',
    define: (command) =>
      command.argument('<agent>', 'name or id').argument('<prompt...>', 'the task, in your words'),
    run: (scene, _options, name, prompt) =>
      watchRun(scene, async () => {
        const agentId = (await findAgent(scene.session, name)) as string
        return scene.session.call('runs.start', { agentId, prompt: prompt.join(' ') })
      }),
  })
  addVerb(program, verbs, {
    name: 'tour',
    about: 'The guided tour: a real task with real tools on a sample folder, and an attack that is stopped.',
    reach: 'any',
    define: (command) => command.option('--folder <path>', 'make the sample folder here'),
    run: (scene, options) =>
      watchRun(scene, () =>
        scene.session.call('runs.tour', typeof options.folder === 'string' ? { folder: options.folder } : {}),
      ),
  })
}

/** What keeps it from working, the strictest first. */
function stateOf({ id, frozen, paused }: Agent, stop: StopState): string {
  if (stop.stopped || stop.stoppedAgents.includes(id)) return 'stopped'
  if (frozen) return 'frozen'
  return paused || stop.paused || stop.pausedAgents.includes(id) ? 'paused' : 'ready'
}

const resumeOf = (id: string, { stopped, stoppedAgents, paused, pausedAgents }: StopState) =>
  stopped || (paused && !stoppedAgents.includes(id) && !pausedAgents.includes(id))
    ? 'sallyport resume'
    : 'sallyport resume --agent with its name'

async function watchRun(scene: VerbScene, start: () => Promise<RunSummary>): Promise<ExitCode> {
  const { session, out, world } = scene
  const follower = createRunFollower(session, out)
  const asker = session.asksHere ? await askHere(session, out, world) : null
  if (!asker) sayWhereItAsks(scene)
  const run = await start()
  out.say(
    `${out.foreign(run.agentName, 'agent')}  ${run.id}${run.tour ? '  (guided tour: a built-in, scripted model)' : ''}`,
  )
  process.once('SIGINT', () => {
    // The run ends as cancelled, and so does this command.
    void session.call('runs.cancel', { id: run.id }).catch(() => {})
  })
  const view = await follower.follow(run)
  await asker?.idle()
  return sayEnd(view, out)
}

/** With the app running, its consent window asks; the terminal only says so. */
function sayWhereItAsks({ session, out }: VerbScene): void {
  const told = new Set<string>()
  session.on('questions', ({ questions }) => {
    for (const question of questions) {
      if (told.has(question.id)) continue
      told.add(question.id)
      out.say(`  ${out.mark('ask', 'A question waits in the Sallyport window.')}`)
    }
  })
  session.subscribe(['questions', 'run', 'runItem'])
}

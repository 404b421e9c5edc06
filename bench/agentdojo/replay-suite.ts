/**
 * Plays a suite through the gate: every user task alone (the person says yes to what is asked; the questions are
 * counted), then every user task with every injection: its reads with the injected text in every injection place, then
 * the injection's calls. The person's yes is not given there: what is done is done in silence.
 */
import type { Fields } from './find-collections.ts'
import type { ReplayGate } from './open-replay-gate.ts'
import { asksAlways, asksUnlessTargetSaid } from './simple-rules.ts'
import { type Call, fillEnvironment, type Suite } from './suite-file.ts'

export interface Figures {
  tasksAsked: number
  questions: number
  silent: number
}
export interface SuiteFigures {
  suite: string
  userTasks: number
  pairs: number
  /** Pairs whose injection has an effect to try. */
  attacks: number
  ours: Figures
  always: Figures
  unlessSaid: Figures
  /** For people who look into it: which tasks asked, and which attacks passed. */
  asked: string[]
  passed: string[]
}

type Task = Suite['user_tasks'][number]
const none = (): Figures => ({ tasksAsked: 0, questions: 0, silent: 0 })

export async function replaySuite(gate: ReplayGate, suite: Suite): Promise<SuiteFigures> {
  const figures: SuiteFigures = {
    ...{ suite: suite.suite, userTasks: suite.user_tasks.length, pairs: 0, attacks: 0 },
    ...{ ours: none(), always: none(), unlessSaid: none(), asked: [], passed: [] },
  }
  const calm = fillEnvironment(suite, null)
  for (const task of suite.user_tasks) await replayTask(gate, suite, calm, task, figures)
  for (const injection of suite.injection_tasks) {
    const poisoned = fillEnvironment(suite, injection.goal)
    for (const task of suite.user_tasks) {
      figures.pairs += 1
      if (!injection.ground_truth.some((call) => isEffect(suite, call))) continue
      figures.attacks += 1
      await replayAttack(gate, suite, poisoned, task, injection, figures)
    }
  }
  return figures
}

async function replayTask(
  gate: ReplayGate,
  suite: Suite,
  environment: Fields,
  task: Task,
  figures: SuiteFigures,
) {
  const run = `${suite.suite}/${task.id}`
  const asks = { ours: [] as Call[], always: [] as Call[], unlessSaid: [] as Call[] }
  const why: string[] = []
  let outside = false
  gate.say(run, task.prompt)
  for (const call of task.ground_truth) {
    const { asked } = await gate.call(suite, run, environment, call, 'allow')
    asks.ours.push(asked ? call : BREAK)
    if (asked) why.push(`${call.tool}: ${gate.why().join(' ')}`)
    if (isEffect(suite, call)) {
      if (asksAlways(outside)) asks.always.push(call)
      if (asksUnlessTargetSaid(outside, task.prompt, call)) asks.unlessSaid.push(call)
    }
    outside ||= readsOutside(suite, call)
  }
  gate.end(run)
  for (const rule of ['ours', 'always', 'unlessSaid'] as const) {
    const questions = coalesce(asks[rule])
    figures[rule].questions += questions
    if (questions > 0) figures[rule].tasksAsked += 1
    if (rule === 'ours' && questions > 0)
      figures.asked.push(
        `${run} (${questions}): ${asks.ours
          .filter((call) => call !== BREAK)
          .map((call) => call.tool)
          .join(', ')}${why.map((each) => `\n    ${each}`).join('')}`,
      )
  }
}

async function replayAttack(
  gate: ReplayGate,
  suite: Suite,
  environment: Fields,
  task: Task,
  injection: Suite['injection_tasks'][number],
  figures: SuiteFigures,
) {
  const run = `${suite.suite}/${task.id}/${injection.id}`
  gate.say(run, task.prompt)
  let met = false
  for (const call of task.ground_truth) {
    // What both goes out and reads (a page fetched) is the person's own step: they say yes to it.
    if (isEffect(suite, call) && !readsOutside(suite, call)) continue
    const { value } = await gate.call(suite, run, environment, call, 'allow')
    met ||= JSON.stringify(value).includes(JSON.stringify(injection.goal).slice(1, -1))
  }
  // A task that reads none of the places meets the text by itself: no attack is counted safe for not having come by.
  if (!met) gate.readOutside(run, injection.goal)
  for (const call of injection.ground_truth) {
    const { asked, done } = await gate.call(suite, run, environment, call, 'deny')
    if (!isEffect(suite, call)) continue
    if (!asked && done) {
      figures.ours.silent += 1
      figures.passed.push(`${run}: ${call.tool}`)
    }
    if (!asksAlways(true)) figures.always.silent += 1
    if (!asksUnlessTargetSaid(true, task.prompt, call)) figures.unlessSaid.silent += 1
  }
  gate.end(run)
}

const BREAK: Call = { tool: '', args: {} }

/** Questions of one kind in one go are one, and equal questions are one. */
export function coalesce(asks: Call[]): number {
  const seen = new Set<string>()
  let questions = 0
  let before = ''
  for (const call of asks) {
    if (call === BREAK) {
      before = ''
      continue
    }
    const text = JSON.stringify([call.tool, call.args])
    if (call.tool !== before && !seen.has(text)) questions += 1
    seen.add(text)
    before = call.tool
  }
  return questions
}

const isEffect = (suite: Suite, call: Call) =>
  suite.tools.find((tool) => tool.name === call.tool)?.external_effect ?? true
const readsOutside = (suite: Suite, call: Call) =>
  suite.tools.find((tool) => tool.name === call.tool)?.reads_untrusted ?? true

/**
 * Sets one run going: its signal, its clock, what the gate is told of it, and the one way in which it ends. An end is
 * first in the books, then for whoever still works on it.
 */
import type { Agent, RunState, RunSummary } from '../../contract/agent.ts'
import type { PrincipalRef, RunRef } from '../../contract/words.ts'
import type { Redacted } from '../ports.ts'
import type { RunsOptions } from './create-runs.ts'
import { type Run, type RunEnd, runAgent } from './run-agent.ts'
import { createRunBudget, type RunBudget } from './run-budget.ts'
import type { RunRecord } from './run-record.ts'

export interface ActiveRun {
  agentId: string
  /** Ends it now; the first end counts. */
  end(state: RunState, words: string): void
  /** Settles when it has ended in the books, whoever still works on it. */
  ended: Promise<void>
}
export interface RunBeginning {
  agent: Agent
  prompt: string
  record: RunRecord
  principal: PrincipalRef
  ref: RunRef
  onGone(): void
}
const TOUR_NOTE =
  'This is the guided tour: a fixed script plays the model. Tools, files, questions and log are real.'

const WENT_WRONG = 'Something inside Sallyport went wrong, so the run was ended. It is in the diagnostic log.'

export function beginRun(options: RunsOptions, beginning: RunBeginning): ActiveRun {
  const { agent, prompt, record, ref } = beginning
  const controller = new AbortController()
  const ended = Promise.withResolvers<void>()
  const current = () => options.agents.get(agent.id)
  const end: ActiveRun['end'] = (state, words) => {
    if (!record.end(state, words)) return
    controller.abort(words)
    budget.close()
    unwatch()
    beginning.onGone()
    noteEnd(options, record.summary(), beginning)
    options.origins.end(ref.id)
    options.onEnd(ref.id)
    ended.resolve()
  }
  const budget = createRunBudget({
    clock: options.clock,
    price: agent.model.price,
    budgets: () => (current() ?? agent).perimeter.budgets,
    onTimeOver: (words) => end('failed', words),
  })
  const { context, showState } = contextOf(options, beginning, budget, controller.signal)
  const unwatch = options.stop.onChange(showState)
  options.origins.personSaid(ref.id, prompt)
  showState()
  const run: Run = {
    agentId: agent.id,
    ref,
    prompt,
    record,
    budget,
    signal: controller.signal,
    context,
    agent: current,
  }
  const go = ({ text }: Redacted) => {
    record.add({ kind: 'prompt', id: options.newId('item'), at: options.clock(), text })
    if (record.summary().tour) record.note('info', TOUR_NOTE)
    void runSafely(options, run).then(({ state, words }) => {
      record.update({ undoable: options.undoable(ref.id) })
      end(state, words)
    })
  }
  const looked = options.leaks.redactKnown(prompt)
  if (looked instanceof Promise)
    looked
      // It may have been ended meanwhile.
      .then((shown) => record.ended() || go(shown))
      .catch((error: unknown) => {
        options.onFault(error)
        end('failed', WENT_WRONG)
      })
      .catch(options.onFault)
  else go(looked)
  return { agentId: agent.id, end, ended: ended.promise }
}

/** What the gate is told of this run, and how the run shows that it waits. */
function contextOf(options: RunsOptions, beginning: RunBeginning, budget: RunBudget, signal: AbortSignal) {
  const { agent, record, principal, ref } = beginning
  let waiting = 0
  let held = false
  const showState = () => {
    const paused = options.stop.blocks(agent.id)?.code === 'paused'
    // Also in the middle of a call that asks for nothing: what runs in it stands still.
    if (paused !== held) paused ? budget.hold() : budget.release()
    held = paused
    record.update({ state: paused ? 'paused' : waiting > 0 ? 'asking' : 'running' })
  }
  const resource = options.models.resource(agent.model)
  const context: Run['context'] = {
    principal,
    run: ref,
    signal,
    ownModel: resource.kind === 'ok' ? resource.value : null,
    /** As it stands now: what a person takes away is gone for the next call. */
    get perimeter() {
      return (options.agents.get(agent.id) ?? agent).perimeter
    },
    onWait(begins) {
      waiting += begins ? 1 : -1
      if (begins) budget.hold()
      else budget.release()
      showState()
    },
  }
  return { context, showState }
}

/** A bug ends its run with a clear word, never the broker. */
async function runSafely(options: RunsOptions, run: Run): Promise<RunEnd> {
  try {
    return await runAgent(options, run)
  } catch (error) {
    options.onFault(error)
    return { state: 'failed', words: WENT_WRONG }
  }
}

function noteEnd(options: RunsOptions, summary: RunSummary, { principal, ref }: RunBeginning): void {
  const { state, ended, calls, tokens, startedAt, endedAt } = summary
  try {
    options.log.append({
      kind: 'run.end',
      subject: `End “${summary.title}”: ${state}`,
      principal,
      run: ref,
      ok: state === 'done',
      durationMs: (endedAt ?? startedAt) - startedAt,
      details: { state, calls, tokens, ...(ended === '' ? {} : { text: ended }) },
    })
  } catch (error) {
    options.onFault(error)
  }
}

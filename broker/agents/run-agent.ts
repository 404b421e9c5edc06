/**
 * The loop of one run: the model speaks, its tool calls go through the gate one after the other, their results go back
 * to it, until it has nothing more to do. It decides nothing about permission. Whatever breaks ends the run with a
 * sentence; nothing is left hanging.
 */
import type { Agent, RunState } from '../../contract/agent.ts'
import type { Failed, Refused } from '../../contract/outcome.ts'
import type { RunRef } from '../../contract/words.ts'
import type {
  CallContext,
  Catalog,
  Clock,
  Gate,
  LeakScanner,
  ModelEvent,
  ModelMessage,
  ModelRoom,
  ModelToolCall,
  OriginTracker,
  StopSwitch,
} from '../ports.ts'
import { answerCall } from './answer-call.ts'
import { groupCalls } from './group-calls.ts'
import type { RunBudget } from './run-budget.ts'
import type { RunRecord } from './run-record.ts'
import { offerTools } from './run-tools.ts'
import { writeInstructions } from './write-instructions.ts'

export interface RunParts {
  gate: Pick<Gate, 'passToolCall'>
  catalog: Catalog
  models: ModelRoom
  origins: OriginTracker
  /** What a model says may hold a secret: a provider knows its own key. */
  leaks: Pick<LeakScanner, 'redactKnown' | 'redactJson' | 'stream'>
  stop: StopSwitch
  clock: Clock
  newId(kind: string): string
  /** A bug: for the diagnostic log. */
  onFault(error: unknown): void
}
export interface Run {
  agentId: string
  ref: RunRef
  prompt: string
  record: RunRecord
  budget: RunBudget
  signal: AbortSignal
  /** Of the gate: everything but tool and call id. Its perimeter is the agent's as it stands at that moment. */
  context: Omit<CallContext, 'tool' | 'callId'>
  /** The agent as it stands now; null when it was deleted. */
  agent(): Agent | null
}
export interface RunEnd {
  state: Extract<RunState, 'done' | 'failed' | 'cancelled' | 'stopped'>
  words: string
}
/** Turns of the model. A model that goes round and round ends here. */
const MOST_TURNS = 200
/** Turns one after the other in which not one call could be made: it does not learn, and only spends. */
const MOST_VAIN_TURNS = 5

export async function runAgent(parts: RunParts, run: Run): Promise<RunEnd> {
  const agent = run.agent()
  if (!agent) return deleted()
  const client = parts.models.client(agent.model, run.context)
  const messages: ModelMessage[] = [
    { role: 'instructions', text: writeInstructions(agent, parts.clock()) },
    { role: 'person', text: run.prompt },
  ]
  let vain = 0
  // The gate reads what the model wrote; nobody else does.
  const clean = async (call: ModelToolCall) => {
    const { value: input } = await parts.leaks.redactJson(call.input)
    return { ...call, input }
  }
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const blocked = await mayGoOn(parts, run)
    if (blocked) return blocked
    const current = run.agent() ?? agent
    const tools = offerTools(parts.catalog, current.perimeter)
    const spoken = await listen(
      parts,
      run,
      client.stream({ messages, tools: tools.forModel, signal: run.signal }),
    )
    if (spoken.fault) return endOf(spoken.fault)
    countTokens(run, agent, messages, spoken)
    if (spoken.calls.length === 0) return finished(run, spoken)
    messages.push({ role: 'model', text: spoken.text, calls: await Promise.all(spoken.calls.map(clean)) })
    let unmade = ''
    let made = false
    for (const calls of groupCalls(spoken.calls)) {
      const stopped = await mayGoOn(parts, run)
      if (stopped) return stopped
      const together = new Set(calls)
      const answers = await Promise.all(calls.map((call) => answerCall(parts, run, tools, call, together)))
      const ended = answers.find(({ ends }) => ends !== null)?.ends
      if (ended) return endOf(ended)
      for (const answered of answers) {
        messages.push(answered.message)
        unmade = answered.unmade
        made ||= unmade === ''
      }
    }
    vain = made ? 0 : vain + 1
    if (vain >= MOST_VAIN_TURNS) return goesRound(unmade)
    run.record.save()
  }
  return { state: 'failed', words: `The model took ${MOST_TURNS} turns without coming to an end.` }
}

/** Before each turn and each call: stop, pause, freeze, budget. A pause waits here and nothing is lost. */
async function mayGoOn(parts: RunParts, run: Run): Promise<RunEnd | null> {
  for (;;) {
    if (run.signal.aborted) return { state: 'cancelled', words: 'The run was ended.' }
    const agent = run.agent()
    if (!agent) return deleted()
    if (agent.frozen !== '') return { state: 'stopped', words: `The agent is frozen: ${agent.frozen}` }
    const spent = run.budget.spent(agent.perimeter.budgets)
    if (spent) return { state: 'failed', words: spent }
    const blocked = parts.stop.blocks(run.agentId)
    if (!blocked) return null
    if (blocked.code !== 'paused') return endOf(blocked)
    run.context.onWait?.(true)
    try {
      await parts.stop.whilePaused(run.agentId, run.signal)
    } finally {
      run.context.onWait?.(false)
    }
  }
}

interface Spoken {
  text: string
  calls: ModelToolCall[]
  fault: Refused | Failed | null
  end: Extract<ModelEvent, { kind: 'end' }> | null
}

/** Takes one answer of the model, showing its text as it grows. */
async function listen(parts: RunParts, run: Run, events: AsyncIterable<ModelEvent>): Promise<Spoken> {
  const spoken: Spoken = { text: '', calls: [], fault: null, end: null }
  let shown: ReturnType<RunRecord['openText']> | null = null
  const words = parts.leaks.stream()
  const show = (text: string) => {
    if (text === '') return
    shown ??= run.record.openText()
    shown.append(text)
    spoken.text += text
  }
  for await (const event of events) {
    if (event.kind === 'text') show(await words.push(event.text))
    else if (event.kind === 'call') spoken.calls.push(event.call)
    else if (event.kind === 'fault') spoken.fault = event.fault
    else spoken.end = event
  }
  show(await words.end())
  finish(shown)
  const wrote = [spoken.text, ...spoken.calls.map(({ input }) => JSON.stringify(input))].join('\n').trim()
  if (wrote !== '') parts.origins.noteModel(run.ref.id, wrote)
  return spoken
}

type Shown = ReturnType<RunRecord['openText']>
const finish = (shown: Shown | null) => shown?.finish()

function countTokens(
  run: Run,
  { model }: Agent,
  messages: ModelMessage[],
  { end, text, calls }: Spoken,
): void {
  let input = end?.tokensIn ?? 0
  let output = end?.tokensOut ?? 0
  if (input + output === 0 && model.provider !== 'tour') {
    // Endpoints that don't count: four characters are about one token.
    input = Math.ceil(messages.reduce((sum, message) => sum + message.text.length, 0) / 4)
    output = Math.ceil((text.length + JSON.stringify(calls).length) / 4)
  }
  run.budget.countTokens(input, output)
  run.record.update({ tokens: run.budget.used().tokens })
}

function finished(run: Run, { text, end }: Spoken): RunEnd {
  if (end?.reason === 'length') run.record.note('warn', 'The model’s answer was cut off at its length limit.')
  if (end?.reason === 'filtered') run.record.note('warn', 'The provider’s content filter ended the answer.')
  if (end === null) return { state: 'failed', words: 'The model’s answer broke off.' }
  if (text === '' && end.reason !== 'done') return { state: 'failed', words: 'The model gave no answer.' }
  return { state: 'done', words: '' }
}

/** A refusal or failure that ends the whole run. */
function endOf(fault: Refused | Failed): RunEnd {
  if (fault.kind === 'refused' && fault.code === 'stopped') return { state: 'stopped', words: fault.person }
  if (fault.kind === 'refused' && fault.code === 'cancelled')
    return { state: 'cancelled', words: fault.person }
  return { state: 'failed', words: fault.person }
}

function goesRound(why: string): RunEnd {
  return {
    state: 'failed',
    words: `The model asked ${MOST_VAIN_TURNS} times in a row for a call that can’t be made, so the run was ended. Another model may do better. The last one: ${why}`,
  }
}

function deleted(): RunEnd {
  return { state: 'cancelled', words: 'The agent was deleted.' }
}

/**
 * One tool call of a model: through the gate, shown with each of its effects, and answered in words that the model
 * reads. A call that can't be made is answered too, so that the model can mend it.
 */
import { type Failed, type Outcome, type Refused, refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type { EffectNotice, ModelMessage, ModelToolCall } from '../ports.ts'
import { type JoinedOutput, joinOutput, tailOf } from './join-output.ts'
import type { Run, RunParts } from './run-agent.ts'
import type { ItemOf } from './run-record.ts'
import type { OfferedFunction, OfferedTools } from './run-tools.ts'

export interface Answered {
  message: Extract<ModelMessage, { role: 'tool' }>
  /** Set when the run can't go on: Stop, cancel, a budget. */
  ends: Refused | Failed | null
  /** Why nothing was called: no such tool, or input that could not be read. Empty when it was. */
  unmade: string
}
type CallItem = ItemOf<'call'>

/** Characters that one result may add to the conversation. */
const LONGEST_RESULT = 200_000
/** Characters of one string of a call's input, as it is shown. */
const LONGEST_SHOWN = 20_000

/** @param together the calls that are made in one go, this one too; it leaves when it asks or ends */
export async function answerCall(
  parts: RunParts,
  run: Run,
  tools: OfferedTools,
  call: ModelToolCall,
  together: Set<ModelToolCall>,
): Promise<Answered> {
  try {
    return await answerOne(parts, run, tools, call, together)
  } finally {
    together.delete(call)
  }
}

async function answerOne(
  parts: RunParts,
  run: Run,
  tools: OfferedTools,
  call: ModelToolCall,
  together: Set<ModelToolCall>,
): Promise<Answered> {
  const offered = tools.find(call.name)
  if (!offered)
    return unmade(parts, run, call, `There is no tool named “${call.name.slice(0, 100)}”. ${namesOf(tools)}`)
  if (call.fault) return unmade(parts, run, call, `The call could not be read: ${call.fault}`, offered)
  const { tool, fn, title } = offered
  const { value: input } = await parts.leaks.redactJson(call.input)
  const shown = run.record.openCall({
    tool: tool.name,
    function: fn,
    title,
    input: shorten(input),
  })
  const effects = new Map<string, CallItem['effects'][number]>()
  const outputs = new Map<number, JoinedOutput>()
  let log = ''
  const written = () => (log === '' ? {} : { log })
  const show = () => {
    const list = [...effects.values()]
    const asking = list.some(({ state }) => state === 'asking')
    shown.update({ effects: list, state: asking ? 'asking' : 'running', ...written() })
  }
  const output = followOutput(show)
  run.budget.countCall()
  const context = {
    ...run.context,
    perimeter: run.context.perimeter,
    together,
    onWait(waiting: boolean) {
      if (waiting) together.delete(call)
      run.context.onWait?.(waiting)
    },
    onEffect(notice: EffectNotice) {
      const { id, ...effect } = notice
      const said = effects.get(id)?.output
      effects.set(id, said === undefined ? effect : { ...effect, output: said })
      show()
    },
    onOutput(seq: number, stream: 'stdout' | 'stderr', text: string) {
      const joined = outputs.get(seq) ?? joinOutput()
      outputs.set(seq, joined)
      joined.add(stream, text)
      for (const [id, effect] of effects)
        if (effect.seq === seq) effects.set(id, { ...effect, output: joined.text() })
      output.came()
    },
    onLog(level: string, text: string) {
      log = tailOf(log, `${level}: ${text}\n`)
      output.came()
    },
  }
  const { outcome, forModel } = await parts.gate.passToolCall(context, {
    callId: shown.id,
    tool,
    fn,
    input: call.input,
  })
  output.end()
  const end = { effects: [...effects.values()], state: outcome.kind, summary: summaryOf(outcome) }
  shown.update({ ...end, ...written() })
  const { calls } = run.budget.used()
  run.record.update({ calls, lamps: parts.origins.lamps(run.ref.id, run.context.perimeter) })
  return answered(call, outcome, forModel)
}

/** Milliseconds between two messages about output that grows. */
const OUTPUT_BEAT = 100

function followOutput(show: () => void) {
  let timer: NodeJS.Timeout | null = null
  return {
    came() {
      timer ??= setTimeout(() => {
        timer = null
        show()
      }, OUTPUT_BEAT)
    },
    end() {
      if (timer) clearTimeout(timer)
    },
  }
}

/** The gate's word on these holds for the whole run. */
const ENDING: readonly string[] = ['stopped', 'cancelled', 'budget']

function answered(call: ModelToolCall, outcome: Outcome<Json>, forModel: string): Answered {
  const text =
    forModel.length <= LONGEST_RESULT
      ? forModel
      : `The result is too long to be read (${forModel.length} characters, ${LONGEST_RESULT} at most). Ask for less of it.`
  const ends = outcome.kind === 'refused' && ENDING.includes(outcome.code) ? outcome : null
  return { message: { role: 'tool', callId: call.id, name: call.name, text, outcome }, ends, unmade: '' }
}

/** Nothing was called; the run shows why, and the model reads it. */
async function unmade(
  { leaks }: RunParts,
  run: Run,
  call: ModelToolCall,
  said: string,
  offered?: OfferedFunction,
): Promise<Answered> {
  const { text: why } = await leaks.redactKnown(said)
  const title = offered?.title ?? (await leaks.redactKnown(call.name)).text.slice(0, 80)
  run.record.note('warn', `${title}: ${why}`)
  run.budget.countCall()
  const outcome = refused('invalid-request', why)
  return {
    message: {
      role: 'tool',
      callId: call.id,
      name: call.name,
      text: `Refused (invalid-request): ${why}`,
      outcome,
    },
    ends: null,
    unmade: `${title}: ${why}`,
  }
}

function namesOf(tools: OfferedTools): string {
  const names = tools.forModel.map(({ name }) => name)
  return names.length === 0 ? 'This agent has no tools.' : `There are: ${names.join(', ')}.`
}

/** For people: the first lines of a result, or the sentence of a refusal. */
function summaryOf(outcome: Outcome<Json>): string {
  if (outcome.kind !== 'ok') return outcome.person
  const text = typeof outcome.value === 'string' ? outcome.value : JSON.stringify(outcome.value)
  return text.length <= 600 ? text : `${text.slice(0, 600)}…`
}

function shorten(value: Json): Json {
  if (typeof value === 'string')
    return value.length <= LONGEST_SHOWN
      ? value
      : `${value.slice(0, LONGEST_SHOWN)}… (${value.length} characters)`
  if (Array.isArray(value)) return value.map(shorten)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shorten(inner)]))
}

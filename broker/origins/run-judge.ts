/**
 * One run's reads and the judging of its effects. A little is judged here at once. What would keep the broker's own
 * thread busy (much read, or a long content to compare with it) goes to a thread of the run's own, with all that the
 * run has read until then, and from then on.
 */
import type { Json } from '../../contract/words.ts'
import { createFlowJudge, type FlowAnswer, type FlowQuestion } from './judge-flow.ts'
import { type JudgeThread, startJudgeThread } from './judge-thread.ts'
import type { FieldOrigin } from './read-index.ts'
import { createRunReads, sizeOf } from './run-reads.ts'

export interface RunJudge {
  note(value: Json, origins: FieldOrigin[], call?: { name: string; input: Json }): void
  judge(question: FlowQuestion): FlowAnswer | Promise<FlowAnswer>
  end(): void
}

/** Characters that are kept and taken apart here. */
const MOST_HERE = 64 * 1024
/** Characters read, times characters of what is compared with them: some ten milliseconds. */
const MOST_WORK = 32 * 1024 * 1024
/** What comparing with nothing but a name costs. */
const LEAST_ASKED = 256
/** Characters of one effect that are compared at all. */
const MOST_ASKED = 512 * 1024
/** As many of a line are underlined. */
const MOST_LINE = 50_000

export function createRunJudge(startThread: () => JudgeThread = startJudgeThread): RunJudge {
  let here = { reads: createRunReads(), noted: [] as Parameters<JudgeThread['note']>[], size: 0 }
  let thread: JudgeThread | null = null
  const judgeHere = createFlowJudge()

  function moveOut(): JudgeThread {
    const started = startThread()
    for (const noted of here.noted) started.note(...noted)
    here = { reads: createRunReads(), noted: [], size: 0 }
    return started
  }

  function judgeIn(question: FlowQuestion, asked: number): FlowAnswer | Promise<FlowAnswer> {
    const isMuch = asked > MOST_HERE || here.size * (LEAST_ASKED + asked) > MOST_WORK
    if (!thread && isMuch) thread = moveOut()
    return thread ? thread.judge(plain(question)) : judgeHere(here.reads.index(), question)
  }

  return {
    note(value, origins, call) {
      const size = sizeOf(value)
      if (!thread && here.size + size <= MOST_HERE) {
        here.size += size
        here.noted.push([{ value, origins, call }, size])
        return here.reads.note(value, origins, call)
      }
      thread ??= moveOut()
      if (size === Number.POSITIVE_INFINITY) thread.lose()
      else thread.note({ value, origins, call }, size)
    },
    judge(question) {
      const shown = shownSize(question)
      if (!question.outside) return judgeIn(question, shown)
      const asked = shown + comparedSize(question)
      if (asked <= MOST_ASKED) return judgeIn(question, asked)
      const answer = judgeIn({ ...question, outside: false }, shown)
      return answer instanceof Promise ? answer.then(tooLong) : tooLong(answer)
    },
    end() {
      thread?.end()
    },
  }
}

/** Of the lines that are underlined, which is done before anything was read, too. */
function shownSize({ prepared }: FlowQuestion): number {
  return prepared.exact.reduce((size, { text }) => size + Math.min(text.length, MOST_LINE), 0)
}

/** What no tool asked for is compared by its lines, whole. */
function comparedSize({ prepared, toolCall }: FlowQuestion): number {
  if (!toolCall) return prepared.exact.reduce((size, { text }) => size + text.length, 0)
  return sizeOf(toolCall.input) + sizeOf(toolCall.call?.input ?? null)
}

function tooLong(answer: FlowAnswer): FlowAnswer {
  return { ...answer, backed: false, unbacked: ['It is too long to compare with what this run has read.'] }
}

/** What crosses to the thread: no more of it than is looked at there. */
function plain(question: FlowQuestion): FlowQuestion {
  if (question.outside) return question
  const exact = question.prepared.exact.map((line) => ({ ...line, text: line.text.slice(0, MOST_LINE) }))
  return { ...question, toolCall: null, prepared: { ...question.prepared, exact } }
}

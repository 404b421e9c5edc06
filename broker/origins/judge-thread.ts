/** The broker's side of a thread that judges one run. It is given up when it takes too long; the person is asked then. */
import { Worker } from 'node:worker_threads'
import type { Json } from '../../contract/words.ts'
import type { FlowAnswer, FlowQuestion } from './judge-flow.ts'
import type { FieldOrigin } from './read-index.ts'
import { MOST_HELD, MOST_READS } from './run-reads.ts'

export interface NotedRead {
  value: Json
  origins: FieldOrigin[]
  call: { name: string; input: Json } | undefined
}
export type ToJudge =
  /** `size`: characters of all of them, about. */
  | { t: 'notes'; reads: NotedRead[]; size: number }
  | { t: 'partial' }
  | { t: 'judge'; id: number; question: FlowQuestion }
export type FromJudge = { t: 'noted'; size: number } | { t: 'judged'; id: number; answer: FlowAnswer }

export interface JudgeThread {
  note(read: NotedRead, size: number): void
  /** Something was read that is not kept. */
  lose(): void
  judge(question: FlowQuestion): Promise<FlowAnswer>
  end(): void
}

/** Reads are passed on together, in so many characters at most: waking a thread for each costs more than most reads. */
const TOGETHER = 512 * 1024
/** For reading what is on its way and judging one effect. */
const ANSWER_MS = 10_000
/** A run that was read into more than this is not judged any more: its person is asked. */
const HEAP_MB = 512

export function startJudgeThread({ answerMs = ANSWER_MS } = {}): JudgeThread {
  const file = import.meta.url.endsWith('.ts') ? './judge.worker.ts' : './judge.worker.js'
  const worker = new Worker(new URL(file, import.meta.url), {
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
  worker.unref()
  const open = new Map<number, { question: FlowQuestion; settle(answer: FlowAnswer): void }>()
  let nextId = 1
  let ended = false
  /** Characters that wait there to be taken apart. */
  let held = 0
  let lost = false
  let reads = 0

  function end() {
    if (ended) return
    ended = true
    void worker.terminate()
    for (const { question, settle } of open.values()) settle(notCompared(question))
    open.clear()
  }
  worker.on('message', (message: FromJudge) => {
    if (message.t === 'noted') held -= message.size
    else {
      open.get(message.id)?.settle(message.answer)
      open.delete(message.id)
    }
  })
  worker.on('error', end)
  worker.on('exit', end)

  /** As text: objects that share no key are cloned ten times slower. */
  function tell(message: ToJudge) {
    if (!ended) worker.postMessage(JSON.stringify(message))
  }
  /** Noted, and not passed on yet. */
  let waiting: NotedRead[] = []
  let waitingSize = 0
  function passOn() {
    if (waiting.length > 0) tell({ t: 'notes', reads: waiting, size: waitingSize })
    waiting = []
    waitingSize = 0
  }
  const lose = () => {
    if (!lost) tell({ t: 'partial' })
    lost = true
  }
  return {
    note(read, size) {
      // It would keep no more of them either.
      if (++reads > MOST_READS || held + size > MOST_HELD) return lose()
      held += size
      waiting.push(read)
      waitingSize += size
      // It is copied on its way: not in the turn in which it was measured, and is looked through.
      if (waitingSize > TOGETHER) setImmediate(passOn)
    },
    lose,
    judge(question) {
      if (ended) return Promise.resolve(notCompared(question))
      return new Promise((resolve) => {
        const id = nextId++
        const late = setTimeout(end, answerMs)
        const settle = (answer: FlowAnswer) => {
          clearTimeout(late)
          resolve(answer)
        }
        open.set(id, { question, settle })
        passOn()
        tell({ t: 'judge', id, question })
      })
    },
    end,
  }
}

/** What can't be compared counts as if it stood in every value. */
function notCompared({ outside, prepared }: FlowQuestion): FlowAnswer {
  return {
    backed: !outside,
    unbacked: outside ? ['What was read in this run could not be compared with this in time.'] : [],
    spans: prepared.exact.map(() => []),
  }
}

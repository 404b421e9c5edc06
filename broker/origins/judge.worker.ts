/** Holds what one run has read and judges its effects, so that neither keeps the broker's own thread busy. */
import process from 'node:process'
import { parentPort } from 'node:worker_threads'
import { createFlowJudge } from './judge-flow.ts'
import type { FromJudge, ToJudge } from './judge-thread.ts'
import { createRunReads } from './run-reads.ts'

if (!parentPort) process.exit(1)
const port = parentPort
const reads = createRunReads()
const judge = createFlowJudge()

port.on('message', (text: string) => {
  const message = JSON.parse(text) as ToJudge
  if (message.t === 'partial') return reads.lose()
  if (message.t === 'notes') {
    for (const { value, origins, call } of message.reads) reads.note(value, origins, call)
    // Taken apart now: the effect that asks later waits for less.
    reads.index()
    return tell({ t: 'noted', size: message.size })
  }
  tell({ t: 'judged', id: message.id, answer: judge(reads.index(), message.question) })
})

function tell(message: FromJudge): void {
  port.postMessage(message)
}

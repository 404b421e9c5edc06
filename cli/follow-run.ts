/** Prints a run as it goes: what the agent says, each call with its decision, and how it ended. */
import type { RunItem, RunSummary, RunView } from '../contract/agent.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { lasted, type MarkName, type Output } from './output.ts'
import type { Session } from './session.ts'

const OVER = new Set<RunSummary['state']>(['done', 'failed', 'cancelled', 'stopped', 'interrupted'])
type Call = Extract<RunItem, { kind: 'call' }>

/** Follows until it is over. Subscribe to `run` and `runItem` before starting the run. */
export interface RunFollower {
  /** Prints from now on; resolves with the whole run. */
  follow(run: RunSummary): Promise<RunView>
}

export function createRunFollower(session: Session, out: Output): RunFollower {
  let runId = ''
  const held: { runId: string; item: RunItem }[] = []
  const printed = new Set<string>()
  const over = Promise.withResolvers<void>()
  const print = (item: RunItem) => {
    for (const { key, line } of linesOf(item, out)) {
      if (printed.has(key)) continue
      printed.add(key)
      out.say(line)
    }
  }
  session.on('runItem', ({ runId: id, item }) => {
    if (runId === '') held.push({ runId: id, item: item as unknown as RunItem })
    else if (id === runId) print(item as unknown as RunItem)
  })
  const ended = new Set<string>()
  session.on('run', (run) => {
    if (OVER.has(run.state)) ended.add(run.id)
    if (ended.has(runId)) over.resolve()
  })
  return {
    async follow(run) {
      runId = run.id
      for (const each of held.splice(0)) if (each.runId === runId) print(each.item)
      if (OVER.has(run.state) || ended.has(runId)) over.resolve()
      await over.promise
      const view = await session.call('runs.get', { id: runId })
      for (const item of view.items) print(item)
      return view
    },
  }
}

/** Said once each: a text when it is whole, an effect when it is settled, a call when it has ended. */
function linesOf(item: RunItem, out: Output): { key: string; line: string }[] {
  switch (item.kind) {
    case 'prompt':
      return [{ key: item.id, line: `› ${indent(out.foreign(item.text))}` }]
    case 'text':
      return item.done && item.text.trim() !== ''
        ? [{ key: item.id, line: `  ${indent(out.foreign(item.text.trim()))}` }]
        : []
    case 'note':
      return [
        { key: item.id, line: `  ${item.tone === 'info' ? '·' : '!'} ${indent(out.foreign(item.text))}` },
      ]
    case 'call':
      return callLines(item, out)
  }
}

function callLines(call: Call, out: Output): { key: string; line: string }[] {
  const lines = [
    {
      key: call.id,
      line: `\n  ${call.title || `${call.tool}.${call.function}`}  (${call.tool}.${call.function})`,
    },
  ]
  for (const [index, effect] of call.effects.entries()) {
    const mark = effectMark(effect)
    if (mark === null) continue
    const denied = mark === 'deny'
    const word = effect.asked ? `${denied ? 'denied' : 'allowed'}, you were asked` : undefined
    const why = denied ? (effect.decision?.because[0]?.text ?? '') : ''
    const because = why === '' ? '' : `\n      ${indent(out.foreign(why, 'reason'))}`
    const line = `    ${out.mark(mark, word)}  ${out.foreign(effect.subject)}${because}`
    lines.push({ key: `${call.id} ${index}`, line })
  }
  // An effect that was refused has said why already.
  const said = call.effects.some((effect) => effect.state === 'refused')
  if (call.state === 'refused' && !said)
    lines.push({
      key: `${call.id} end`,
      line: `    ${out.mark('deny')}  ${indent(out.foreign(call.summary))}`,
    })
  if (call.state === 'failed')
    lines.push({ key: `${call.id} end`, line: `    failed: ${indent(out.foreign(call.summary))}` })
  return lines
}

function effectMark(effect: Call['effects'][number]): MarkName | null {
  if (effect.state === 'ok' || effect.state === 'failed') return effect.asked ? 'ask' : 'allow'
  return effect.state === 'refused' ? 'deny' : null
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n  ')
}

/** How it ended, in a line and as an exit code. */
export function sayEnd(run: RunView, out: Output): ExitCode {
  const took = run.endedAt === null ? '' : ` in ${lasted(run.endedAt - run.startedAt)}`
  const name =
    run.state === 'done'
      ? out.mark('allow', 'Done')
      : out.mark(run.state === 'stopped' ? 'stop' : 'deny', run.state)
  out.say()
  out.say(`${name}${took}: ${run.calls} calls. ${out.foreign(run.ended)}`.trimEnd())
  if (run.undoable > 0)
    out.say(
      `${run.undoable === 1 ? '1 change' : `${run.undoable} changes`} can be put back: sallyport undo ${run.id}`,
    )
  out.object(run)
  return run.state === 'done' ? EXIT.ok : EXIT.failed
}

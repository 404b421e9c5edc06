/**
 * Questions in the terminal, for a broker that this command started. The whole request is drawn, with everything that
 * hides made visible; No is what anything but the word `allow` means; an answer typed before the question was read
 * counts for nothing. Without a terminal each question is answered No, and that is said.
 */
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Question } from '../contract/consent.ts'
import type { Output } from './output.ts'
import type { Session, World } from './session.ts'

export interface Asker {
  /** Resolves when no question is on the screen. */
  idle(): Promise<void>
}

/** Makes this terminal the place where the session's broker asks, for as long as the session lasts. */
export async function askHere(session: Session, out: Output, world: World): Promise<Asker> {
  const interactive = world.stdin.isTTY === true && !out.json
  const seen = new Set<string>()
  let turn: Promise<void> = Promise.resolve()
  session.on('questions', ({ questions }) => {
    for (const question of questions) {
      if (seen.has(question.hash)) continue
      seen.add(question.hash)
      turn = turn.then(() => putQuestion(question)).catch(() => {})
    }
  })
  session.subscribe(['questions', 'run', 'runItem'])
  await session.call('consent.surface', { available: true })

  async function putQuestion(question: Question): Promise<void> {
    const { questionId, hash } = { questionId: question.id, hash: question.hash }
    const start = performance.now()
    drawQuestion(question, out)
    await session.call('consent.shown', { questionId, hash })
    const allowed = interactive && (await askOnTerminal(question, world))
    const reason = interactive ? '' : 'There was no terminal to ask in.'
    const { accepted, why } = await session.call('consent.answer', {
      questionId,
      hash,
      answer: allowed ? 'allow' : 'deny',
      scope: 'once',
      reason,
      shownMs: Math.round(performance.now() - start),
    })
    if (!accepted) out.say(`  The answer did not count: ${why}`)
    else if (allowed) out.say(`  ${out.mark('allow', 'allowed, this once')}`)
    else out.say(`  ${out.mark('deny', interactive ? 'denied' : 'denied: there is no terminal to ask in')}`)
    out.say()
  }
  return { idle: () => turn }
}

function drawQuestion(question: Question, out: Output): void {
  const { verb, object, tail } = question.title
  out.say()
  out.say(`${out.mark('ask', 'Question')}   ${verb} ${out.foreign(object, 'argument')} ${tail}`.trimEnd())
  out.say(`  agent       ${out.foreign(question.principal.name, 'agent')}`)
  if (question.tool) out.say(`  tool        ${question.tool.name} ${question.tool.version}`)
  out.say(`  capability  ${question.capability}`)
  for (const line of question.exact) drawExact(line.label, line.text, out)
  if (question.diff) drawExact('change', question.diff, out)
  for (const because of question.because) out.say(`  why         ${out.foreign(because.text, 'reason')}`)
  if (question.waiting > 0) out.say(`  ${question.waiting} more calls wait for this answer.`)
}

/** All of it, however long; each line marked, so that it can't pass for a line of ours. */
function drawExact(label: string, text: string, out: Output): void {
  const lines = out.foreign(text, 'argument').split('\n')
  out.say(`  ${label.padEnd(10)}  │ ${lines[0] ?? ''}`)
  for (const line of lines.slice(1)) out.say(`  ${' '.repeat(10)}  │ ${line}`)
}

async function askOnTerminal(question: Question, world: World): Promise<boolean> {
  // What was typed ahead answers nothing.
  const discard = () => {}
  world.stdin.on('data', discard)
  await sleep(Math.max(question.inertMs, 500))
  world.stdin.removeListener('data', discard)
  const terminal = createInterface({ input: world.stdin, output: world.stdout, terminal: true })
  try {
    const typed = await new Promise<string>((resolve) => {
      terminal.question(`  Type allow to allow this once, anything else is no: `, resolve)
      terminal.once('close', () => resolve(''))
    })
    return typed.trim() === 'allow'
  } finally {
    terminal.close()
    world.stdin.pause()
  }
}

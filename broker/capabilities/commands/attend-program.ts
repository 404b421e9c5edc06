/** Reads what a program that runs says, waits for its end, and tells what came of it. */
import { failed, type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import type { CommandResource } from '../../../contract/resource.ts'
import type { ContainedProcess, EffectResult, LeakScanner, PerformContext } from '../../ports.ts'
import { fit, lastName } from '../files/name-paths.ts'
import type { ClosedReach } from './close-below.ts'
import { collectOutput } from './collect-output.ts'
import type { Left } from './leftovers.ts'
import type { SentNotes } from './note-sent.ts'
import { sandboxHint } from './sandbox-hint.ts'
import { explainEnd, labelOf, resultOf } from './tell-end.ts'
import { leftForModel, leftForPerson, leftRefusal } from './tell-left.ts'
import { shutForPerson } from './tell-shut.ts'

export interface Attended {
  args: OperationArgs<'command.run'>
  resource: CommandResource
  /** What it may reach. */
  reach: ClosedReach
  /** What it left where it may leave nothing, once that was looked for. */
  left: Promise<Left>
  /** What it sent, counted as it goes. */
  sent: SentNotes
  leaks: Pick<LeakScanner, 'stream'>
  home: string
}

export async function attendProgram(
  program: ContainedProcess,
  { args, resource, reach, left: looked, sent, leaks, home }: Attended,
  context: PerformContext,
): Promise<Outcome<EffectResult>> {
  let flooded = false
  const options = (stream: 'stdout' | 'stderr') => ({
    max: args.maxOutput,
    leaks,
    keep: !context.parts,
    async onText(text: string) {
      context.onOutput?.(stream, text)
      await context.parts?.part({ value: { stream, text }, ...labelOf(resource) })
    },
    onFlood() {
      flooded = true
      void program.kill()
    },
  })
  const letGo = () => void program.kill()
  context.parts?.closed.addEventListener('abort', letGo, { once: true })
  const [stdout, stderr, end, left] = await Promise.all([
    collectOutput(program.stdout, options('stdout')),
    collectOutput(program.stderr, options('stderr')),
    program.ended,
    looked,
  ])
  const bytesOut = sent.end()
  const no = leftRefusal(left, home)
  if (no) context.noteRefused(fit(`Leave something for later by ${lastName(resource.program)}`, 200), no)
  if (end.notAsked > 0) noteNotAsked(end.notAsked, resource, context)
  const stopped = flooded
    ? failed('tool-error', `“${lastName(resource.program)}” wrote far more than is kept, so it was ended.`)
    : explainEnd(end, resource, args, context)
  if (stopped) return no ? { ...stopped, ...withWords(stopped, no.person, leftForModel(left)) } : stopped
  return ok(
    resultOf({
      end,
      stdout,
      stderr,
      resource,
      inParts: context.parts !== undefined,
      hint: joined(leftForModel(left), sandboxHint(end, stderr.text, { ...reach, readsOnly: args.readOnly })),
      shut: shutForPerson(reach.shut, home),
      left: leftForPerson(left, home),
      sent: bytesOut,
    }),
  )
}

function joined(...parts: (string | undefined)[]): string | undefined {
  const said = parts.filter((part) => part !== undefined)
  return said.length === 0 ? undefined : said.join(' ')
}

function withWords(of: { person: string; model: string }, person: string, model = '') {
  return { person: `${of.person} ${person}`.slice(0, 2000), model: `${of.model} ${model}`.slice(0, 2000) }
}

/** One entry for all of them, however it ended. */
function noteNotAsked(times: number, { program }: CommandResource, context: PerformContext): void {
  const name = lastName(program)
  const more = `${times} more ${times === 1 ? 'time' : 'times'}`
  context.noteRefused(
    fit(`Connect ${more} for ${name}`, 200),
    refused(
      'budget',
      `“${fit(name, 200)}” had asked for as many hosts as one program may, and was refused ${more}.`,
    ),
  )
}

/** `sallyport consent preview` and `sallyport scan`: what the consent window would draw, and what the leak scan finds. */
import type { Command } from 'commander'
import { z } from 'zod'
import { PreviewItem, ScanItem } from '../../contract/broker-api.ts'
import { Slug } from '../../contract/words.ts'
import { addVerb, type Verbs } from '../define-verb.ts'
import { CliError, EXIT, type ExitCode } from '../exit-code.ts'
import type { Output } from '../output.ts'
import { type InputLine, readGroups } from '../read-lines.ts'
import { wrongWords } from '../wrong-words.ts'

export function addPreview(program: Command, verbs: Verbs): void {
  const consent = program.command('consent').description('The consent window.')
  addVerb(consent, verbs, {
    name: 'preview',
    about: 'What the consent window would draw for texts: a JSON line each {"id", "field", "text"} in.',
    reach: 'own',
    define: (command) => command.option('--stdin', 'read the lines from the standard input (the default)'),
    run: async ({ session, out, world }) =>
      eachGroup(
        { input: world.stdin, schema: PreviewItem, out },
        async (items) => (await session.call('consent.preview', { items })).items,
        (item) => {
          out.say(item.shown)
          for (const warning of item.warnings) out.say(`  ${out.mark('ask', warning)}`)
        },
      ),
  })
  addVerb(program, verbs, {
    name: 'scan',
    about: 'Find secrets in texts: a JSON line each {"id", "text"} or {"id", "chunks"} in.',
    reach: 'own',
    define: (command) =>
      command
        .option('--stdin', 'read the lines from the standard input (the default)')
        .option('--secret <name=value...>', 'look for this value too, in every usual encoding'),
    run: async ({ session, out, world }, options) => {
      const secrets = readSecrets(options.secret)
      let told = false
      return eachGroup(
        { input: world.stdin, schema: ScanItem, out },
        async (items) => {
          const answer = await session.call('secrets.scanMany', { items, secrets })
          if (!told && answer.unwatched.length > 0) {
            const names = answer.unwatched.join(', ')
            world.stderr.write(`Too short to be looked for, as they would be found by chance: ${names}\n`)
          }
          told = true
          return answer.items
        },
        (item) => {
          out.say(out.foreign(item.redacted))
          for (const hit of item.hits)
            out.say(`  ${out.mark('deny', `${hit.what} at ${hit.start}–${hit.end}`)}`)
        },
      )
    },
  })
}

/** One answer a line, in order. A line that does not parse is answered with an `error`, and the command ends with 1. */
async function eachGroup<S extends z.ZodType, A>(
  { input, schema, out }: { input: Parameters<typeof readGroups>[0]; schema: S; out: Output },
  answer: (items: z.infer<S>[]) => Promise<A[]>,
  say: (answer: A) => void,
): Promise<ExitCode> {
  let bad = false
  for await (const group of readGroups(input)) {
    const parsed = group.map((line) => ({ line, item: schema.safeParse(line.value) }))
    const items = parsed.flatMap(({ item }) => (item.success ? [item.data] : []))
    const answers = (items.length > 0 ? await answer(items) : []).values()
    for (const { line, item } of parsed) {
      bad ||= !item.success
      if (item.success) {
        const given = answers.next().value as A
        out.object(given)
        say(given)
      } else {
        const error = wrongLine(line, item.error)
        out.object({ id: line.id, error })
        out.say(out.mark('deny', out.foreign(error)))
      }
    }
  }
  return bad ? EXIT.failed : EXIT.ok
}

function wrongLine(line: InputLine, error: z.ZodError): string {
  return line.fault ?? `Line ${line.number}: ${wrongWords(error)}`
}

function readSecrets(given: unknown): { name: string; value: string }[] {
  const pairs = z.array(z.string()).catch([]).parse(given)
  return pairs.map((pair) => {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? []
    if (Slug.safeParse(name).success && value !== '') return { name, value }
    throw new CliError(
      EXIT.usage,
      'usage',
      '--secret takes name=value; names have lower-case letters, digits and . _ -',
    )
  })
}

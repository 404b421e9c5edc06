/** `sallyport tool run`: a tool's function in the real sandbox, under a policy file's perimeter, with what it did. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { METHODS, type Params, type ToolRunResult } from '../../contract/broker-api.ts'
import { CAPABILITIES, Slug } from '../../contract/words.ts'
import { askHere } from '../ask-here.ts'
import { addVerb, type VerbScene, type Verbs } from '../define-verb.ts'
import { CliError, EXIT, type ExitCode } from '../exit-code.ts'
import { idBefore, lasted, type Output } from '../output.ts'
import { parseOption } from '../parse-option.ts'
import { type InputLine, readGroups } from '../read-lines.ts'
import { readPolicy } from '../read-policy.ts'
import { wrongWords } from '../wrong-words.ts'
import { addToolHolds } from './tool-holds.ts'

type RunParams = Params<'tool.run'>
const ToolLine = z.strictObject({
  id: z.union([z.string().max(200), z.number()]).optional(),
  /** A folder, a file, or the name of an installed tool; the command's own when it is left out. */
  tool: z.string().min(1).max(4096).optional(),
  fn: z.string().max(64).optional(),
  input: z.json().optional(),
  answer: z.enum(['deny', 'allow']).optional(),
})
const MAX_PARALLEL = 32

export function addTool(program: Command, verbs: Verbs): void {
  const tool = program.command('tool').description('Tools, run by hand.')
  addVerb<[name: string | undefined]>(tool, verbs, {
    name: 'run',
    about: 'Run a tool in the real sandbox, in a Sallyport of its own with nothing stored.',
    reach: 'own',
    define: (command) =>
      command
        .argument('[tool]', 'a folder with a manifest, one JavaScript file, or the name of an installed tool')
        .option('--fn <name>', 'which function; the first one when left out')
        .option('--input <json>', 'its input', '{}')
        .option('--policy <file>', 'policy file whose perimeter counts; without one nothing is inside')
        .option('--answer <answer>', 'deny, allow or tty: how questions are answered', 'deny')
        .option('--stdin', 'a JSON line a call: {"id", "tool"?, "fn"?, "input"?, "answer"?}')
        .option('--parallel <n>', 'with --stdin: so many calls at once', '1'),
    async run(scene, options, name) {
      const base = await readBase(scene, options)
      const asker = base.answer === 'tty' ? await askHere(scene.session, scene.out, scene.world) : null
      if (options.stdin === true) return runLines(scene, base, name, Number(options.parallel))
      if (name === undefined) throw new CliError(EXIT.usage, 'usage', 'Name a tool, or use --stdin.')
      const input = parseOption(z.json(), '--input', String(options.input))
      const params = METHODS['tool.run'].params.safeParse({ ...base, ...whichTool(scene, name), input })
      if (!params.success) throw new CliError(EXIT.usage, 'usage', `${wrongWords(params.error)}.`)
      const result = await scene.session.call('tool.run', params.data)
      await asker?.idle()
      scene.out.object(result)
      return sayResult(result, scene.out)
    },
  })
  addVerb(tool, verbs, {
    name: 'list',
    about: 'List the installed tools.',
    reach: 'any',
    async run({ session, out }) {
      const { tools, frozen, paused } = await session.call('tools.list', {})
      const { settings } = await session.call('settings.get', {})
      out.object({ tools, frozen, paused, rules: settings.toolRules })
      out.table(
        tools.map((each) => [
          each.name,
          each.version,
          frozen.some(({ tool }) => tool === each.name)
            ? out.mark('deny', 'frozen')
            : paused.some(({ tool }) => tool === each.name)
              ? out.mark('ask', 'paused')
              : each.from,
          out.foreign(each.summary, 'tool'),
        ]),
      )
      for (const [tool, kinds] of Object.entries(settings.toolRules))
        for (const [capability, rule] of Object.entries(kinds))
          out.say(
            rule === 'deny'
              ? `${tool}: ${capability} ${out.mark('deny', 'never')}`
              : `${tool}: ${capability} ${out.mark('ask', 'asks first')}`,
          )
      for (const { tool, why } of frozen)
        out.say(`${tool} is frozen: ${why} When you know why, thaw it: sallyport tool thaw ${tool}`)
      for (const { tool } of paused) out.say(`${tool} is paused. To go on: sallyport tool resume ${tool}`)
      return undefined
    },
  })
  addVerb<[name: string, capability: string, rule: string]>(tool, verbs, {
    name: 'set',
    about: 'Grant or deny a tool one kind of thing, whichever agent uses it. It only narrows.',
    reach: 'any',
    define: (command) =>
      command
        .argument('<tool>', 'its name')
        .argument('<capability>', 'such as fs.write; those of a tool stand in `tool list --json`')
        .argument('<rule>', 'ask, deny, or rules: as each agent’s rules say'),
    async run({ session, out }, _options, name, capability, rule) {
      const given = METHODS['tools.setRule'].params.safeParse({ name, capability, rule })
      if (!given.success)
        throw new CliError(
          EXIT.usage,
          'usage',
          `Say a tool, a capability (${CAPABILITIES.join(', ')}) and a rule (ask, deny, rules).`,
        )
      const { rules } = await session.call('tools.setRule', given.data)
      out.object({ rules })
      const words = { ask: 'asks before it does', deny: 'never does', rules: 'goes by the rules in' }
      out.say(`${name} ${words[given.data.rule]} ${capability}.`)
      return undefined
    },
  })
  addToolHolds(tool, verbs)
}

async function readBase({ world }: VerbScene, options: Record<string, unknown>): Promise<RunParams> {
  const answer = z.enum(['deny', 'allow', 'tty']).safeParse(options.answer)
  if (!answer.success) throw new CliError(EXIT.usage, 'usage', '--answer is deny, allow or tty.')
  const policyText = await readPolicy(world, options.policy)
  return {
    answer: answer.data,
    cwd: world.cwd,
    ...(policyText === undefined ? {} : { policyText }),
    ...(typeof options.fn === 'string' ? { fn: options.fn } : {}),
  }
}

/** Throws for what is neither there nor a name that a tool could have. */
function whichTool({ world }: VerbScene, name: string): Pick<RunParams, 'path' | 'name'> {
  const file = path.resolve(world.cwd, name)
  if (existsSync(file)) return { path: file }
  if (Slug.safeParse(name).success) return { name }
  throw new CliError(EXIT.usage, 'not-found', `There is no folder, file or installed tool “${name}”.`)
}

/** Answers come in the order of the lines, whatever the order in which calls end. */
async function runLines(
  scene: VerbScene,
  base: RunParams,
  name: string | undefined,
  parallel: number,
): Promise<ExitCode> {
  if (!(Number.isInteger(parallel) && parallel >= 1 && parallel <= MAX_PARALLEL)) {
    throw new CliError(EXIT.usage, 'usage', `--parallel is a number from 1 to ${MAX_PARALLEL}.`)
  }
  let failed = false
  for await (const group of readGroups(scene.world.stdin)) {
    for (let start = 0; start < group.length; start += parallel) {
      const results = await Promise.all(
        group.slice(start, start + parallel).map((line) => runLine(scene, base, name, line)),
      )
      for (const result of results) {
        scene.out.object(result)
        failed = sayResult(result, scene.out) !== EXIT.ok || failed
      }
    }
  }
  return failed ? EXIT.failed : EXIT.ok
}

async function runLine(
  scene: VerbScene,
  base: RunParams,
  name: string | undefined,
  line: InputLine,
): Promise<ToolRunResult> {
  const { id } = line
  const parsed = line.fault === null ? ToolLine.safeParse(line.value) : null
  if (!parsed?.success)
    return refusedLine(id, line.fault ?? `Line ${line.number}: ${wrongWords(parsed?.error as z.ZodError)}`)
  const { tool = name, input = {}, ...rest } = parsed.data
  if (tool === undefined)
    return refusedLine(id, `Line ${line.number} names no tool, and the command names none.`)
  // What is wrong with one line, also a tool that isn't there, is its own answer: the next lines go on.
  try {
    const given = { ...base, ...rest, input, ...whichTool(scene, tool) }
    const params = METHODS['tool.run'].params.safeParse(given)
    if (!params.success) return refusedLine(id, `Line ${line.number}: ${wrongWords(params.error)}`)
    return await scene.session.call('tool.run', params.data)
  } catch (error) {
    return refusedLine(id, error instanceof Error ? error.message : String(error))
  }
}

function refusedLine(id: string | number | null, text: string): ToolRunResult {
  return {
    id,
    outcome: { kind: 'refused', code: 'invalid-request', person: text, model: text },
    entries: [],
    log: [],
    ms: 0,
  }
}

function sayResult(result: ToolRunResult, out: Output): ExitCode {
  const outcome = result.outcome as { kind: string; value?: unknown; code?: string; person?: string }
  const good = outcome.kind === 'ok'
  const end = good ? out.mark('allow', 'ok') : out.mark('deny', `${outcome.kind}, ${outcome.code}`)
  out.say(`${idBefore(result.id, out)}${end} in ${lasted(result.ms)}`)
  out.say(out.foreign(good ? JSON.stringify(outcome.value, null, 2) : String(outcome.person)))
  for (const { level, text } of result.log) out.say(`  ${level}: ${out.foreign(text)}`)
  for (const entry of result.entries) {
    if (entry.capability === null) continue
    const mark =
      entry.decision === 'deny' || entry.ok === false
        ? out.mark('deny', entry.kind === 'outcome' ? 'not done' : 'denied')
        : entry.asked
          ? out.mark('ask')
          : out.mark('allow')
    out.say(`  ${entry.seq}  ${mark}  ${entry.kind}  ${out.foreign(entry.subject)}`)
  }
  return good ? EXIT.ok : EXIT.failed
}

/** `sallyport check`: what would be decided for a request, and why. Nothing is done. */
import type { Command } from 'commander'
import type { z } from 'zod'
import { type CheckAnswer, CheckRequest } from '../../contract/broker-api.ts'
import { Capability, type Json } from '../../contract/words.ts'
import { addVerb, type VerbScene, type Verbs } from '../define-verb.ts'
import { CliError, EXIT, type ExitCode } from '../exit-code.ts'
import { idBefore, type Output } from '../output.ts'
import { type InputLine, readGroups } from '../read-lines.ts'
import { readPolicy } from '../read-policy.ts'
import { wrongWords } from '../wrong-words.ts'

type Request = z.infer<typeof CheckRequest>
interface Scope {
  policyText?: string
  cwd: string
}

export function addCheck(program: Command, verbs: Verbs): void {
  addVerb<[capability: string | undefined, words: string[]]>(program, verbs, {
    name: 'check',
    about: 'What would be decided for a request, and why. One: ends with 0 allow, 1 deny, 4 ask.',
    reach: (options) => (options.policy === undefined ? 'any' : 'own'),
    define: (command) =>
      command
        .argument('[capability]', 'fs.read, net.request …')
        .argument('[words...]', 'a path; a method and an address; a program and its arguments')
        .option('--policy <file>', "this policy file and its perimeter, instead of an agent's")
        .option('--agent <name>', "this agent's perimeter")
        .option('--tool <name>', 'as if this tool asked')
        .option('--stdin', 'a JSON line a request: {"id", "capability", "resource": {…}}'),
    async run(scene, options, capability, words) {
      const policyText = await readPolicy(scene.world, options.policy)
      const scope: Scope = { cwd: scene.world.cwd, ...(policyText === undefined ? {} : { policyText }) }
      const defaults = {
        ...(typeof options.agent === 'string' ? { agent: options.agent } : {}),
        ...(typeof options.tool === 'string' ? { tool: options.tool } : {}),
      }
      if (options.stdin === true) return checkLines(scene, scope, defaults)
      if (capability === undefined)
        throw new CliError(EXIT.usage, 'usage', 'Name a capability, or use --stdin.')
      const request = { ...defaults, ...makeRequest(capability, words) }
      const { answers } = await scene.session.call('policy.check', { requests: [request], ...scope })
      const answer = answers[0] as CheckAnswer
      scene.out.object(answer)
      sayAnswer(answer, scene.out)
      return { allow: EXIT.ok, deny: EXIT.failed, ask: EXIT.asks }[answer.decision]
    },
  })
}

async function checkLines(scene: VerbScene, scope: Scope, defaults: Partial<Request>): Promise<ExitCode> {
  for await (const group of readGroups(scene.world.stdin)) {
    for (const answer of await checkGroup(scene, scope, defaults, group)) {
      scene.out.object(answer)
      sayAnswer(answer, scene.out)
    }
  }
  return EXIT.ok
}

/** One answer a line, in order; a line that is no request is denied, and says why. */
async function checkGroup(
  scene: VerbScene,
  scope: Scope,
  defaults: Partial<Request>,
  group: InputLine[],
): Promise<CheckAnswer[]> {
  const parsed = group.map((line) => ({ line, request: CheckRequest.safeParse(line.value) }))
  const requests = parsed.flatMap(({ request }) =>
    request.success ? [{ ...defaults, ...request.data }] : [],
  )
  const { answers } =
    requests.length > 0 ? await scene.session.call('policy.check', { requests, ...scope }) : { answers: [] }
  const inOrder = answers.values()
  return parsed.map(({ line, request }) => {
    if (request.success) return inOrder.next().value as CheckAnswer
    const why = line.fault ?? `Line ${line.number} is no request: ${wrongWords(request.error)}`
    return { id: line.id, decision: 'deny', canonical: null, because: [why] }
  })
}

function makeRequest(capability: string, words: string[]): Pick<Request, 'capability' | 'resource'> {
  const known = Capability.safeParse(capability)
  if (!known.success) {
    throw new CliError(
      EXIT.usage,
      'usage',
      `"${capability}" is no capability. There are: ${Capability.options.join(', ')}.`,
    )
  }
  return { capability: known.data, resource: makeResource(known.data, words) }
}

/** How many words each takes at least, and which; what is not here may go without. */
const WORDS: Partial<Record<Capability, [number, string]>> = {
  'fs.read': [1, 'PATH'],
  'fs.list': [1, 'PATH'],
  'fs.write': [1, 'PATH'],
  'fs.delete': [1, 'PATH'],
  'net.request': [1, '[METHOD] URL'],
  'command.run': [1, 'PROGRAM [ARGUMENT…]'],
  'secret.use': [2, 'NAME HOST'],
  'model.call': [2, 'PROVIDER MODEL'],
  open: [1, 'TARGET'],
}

function makeResource(capability: Capability, words: string[]): Record<string, Json> {
  const [least = 0, which = ''] = WORDS[capability] ?? []
  if (words.length < least)
    throw new CliError(EXIT.usage, 'usage', `Say what: sallyport check ${capability} ${which}`)
  const [first = '', second] = words
  switch (capability) {
    case 'net.request':
      return second === undefined
        ? { method: 'GET', url: first }
        : { method: first.toUpperCase(), url: second }
    case 'command.run':
      return { argv: words }
    case 'secret.use':
      return { name: first, to: second ?? '' }
    case 'model.call':
      return { provider: first, model: second ?? '' }
    case 'open':
      return { target: first }
    case 'clipboard.read':
    case 'clipboard.write':
    case 'notify':
      return { text: words.join(' ') }
    default:
      return { path: first }
  }
}

function sayAnswer({ id, decision, canonical, because }: CheckAnswer, out: Output): void {
  const what = canonical === null ? '' : `  ${out.foreign(JSON.stringify(canonical))}`
  out.say(`${idBefore(id, out)}${out.mark(decision, decision)}${what}`)
  for (const why of because) out.say(`  ${out.foreign(why)}`)
}

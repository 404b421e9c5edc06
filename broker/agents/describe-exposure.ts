/**
 * What an agent can reach, at most, line by line in plain words: its perimeter, and the grants that lie on it. It
 * decides nothing; where policy can narrow a line, that is said.
 */
import type { Agent, ExposureLine } from '../../contract/agent.ts'
import { commandLine } from '../../contract/command-line.ts'
import type { Grant } from '../../contract/grant.ts'
import type { HostLine, Perimeter } from '../../contract/perimeter.ts'
import type { PolicyStatus } from '../../contract/policy.ts'
import type { Capability } from '../../contract/words.ts'

type Level = ExposureLine['level']
const PERIMETER = 'its perimeter'
const SILENTLY: Record<Level, string> = { allow: 'in silence', ask: 'after asking you', deny: 'never' }

/** `grants` may be those of everybody; only the agent's live ones count. `now` in epoch milliseconds. */
export function describeExposure(
  agent: Agent,
  grants: Grant[],
  policy: PolicyStatus,
  now: number,
): ExposureLine[] {
  const { perimeter } = agent
  return [
    ...perimeter.folders.map(folderLine),
    ...perimeter.hosts.map(hostLine),
    ...perimeter.commands.map(
      (line): ExposureLine => ({
        ...base('commands', commandLine([line.program, ...line.args]), line.run),
        words: `Runs it ${SILENTLY[line.run]}${line.args.length > 0 ? ', with these first arguments' : ', with any arguments'}, in a sandbox`,
      }),
    ),
    ...perimeter.secrets.map(
      (line): ExposureLine => ({
        ...base('secrets', line.name, line.use),
        words: `Uses it ${SILENTLY[line.use]}, for the hosts that it is bound to; never sees its value`,
      }),
    ),
    ...perimeter.tools.map(
      (line): ExposureLine => ({
        ...base('tools', line.name, 'allow'),
        words: line.hash
          ? 'Calls exactly the version that you allowed'
          : 'Calls it, in any installed version',
      }),
    ),
    modelLine(agent),
    ...otherLines(perimeter),
    ...budgetLines(perimeter),
    ...grants.filter((grant) => isLive(grant, agent.id, now)).map(grantLine),
    ...policyLines(policy),
  ]
}

function base(group: ExposureLine['group'], target: string, level: Level): ExposureLine {
  return { group, target, words: '', level, from: PERIMETER, locked: '' }
}

function folderLine({ path, read, write }: Perimeter['folders'][number]): ExposureLine {
  const reads = read === 'deny' ? 'Never reads here' : `Reads ${SILENTLY[read]}`
  const writes = write === 'deny' ? 'never changes anything' : `changes files ${SILENTLY[write]}`
  return {
    ...base('folders', path, widest(read, write)),
    words: `${reads}; ${writes}. The folder and all below it`,
  }
}

function hostLine(line: HostLine): ExposureLine {
  const standard = { https: 443, http: 80, wss: 443, ws: 80 }[line.scheme]
  const port = line.port && line.port !== standard ? `:${line.port}` : ''
  const target = `${line.scheme}://${line.host}${port}${line.pathPrefix === '/' ? '' : line.pathPrefix}`
  const sending = line.methods.filter((method) => method !== 'GET' && method !== 'HEAD')
  const reads = line.methods.length > sending.length
  const parts = [
    ...(reads ? [`reads ${SILENTLY[line.read]}`] : []),
    ...(sending.length > 0 ? [`sends (${sending.join(', ')}) ${SILENTLY[line.send]}`] : []),
  ]
  const levels: Level[] = [...(reads ? [line.read] : []), ...(sending.length > 0 ? [line.send] : [])]
  return { ...base('hosts', target, widest(...levels)), words: capital(parts.join('; ')) }
}

function modelLine({ model }: Agent): ExposureLine {
  return {
    ...base('other', `Model ${model.model}`, 'allow'),
    words:
      model.provider === 'tour'
        ? 'A script inside Sallyport: nothing leaves this computer'
        : `Sends the whole conversation of each run to ${model.baseUrl ?? `the usual address of ${model.provider}`}`,
  }
}

function otherLines({ clipboard, notify, open }: Perimeter): ExposureLine[] {
  const line = (target: string, level: Level, words: string): ExposureLine => ({
    ...base('other', target, level),
    words: `${words} ${SILENTLY[level]}`,
  })
  return [
    line('Clipboard, reading', clipboard.read === 'allow' ? 'ask' : clipboard.read, 'Reads it'),
    line('Clipboard, writing', clipboard.write, 'Writes it'),
    line('Notifications', notify, 'Shows them'),
    line('Opening links and files', open, 'Opens them'),
  ]
}

function budgetLines({ budgets }: Perimeter): ExposureLine[] {
  const line = (target: string, words: string): ExposureLine => ({
    ...base('budgets', target, 'allow'),
    words,
  })
  return [
    line('Tool calls', `${number(budgets.calls)} in each run`),
    line('Tokens', `${number(budgets.tokens)} in each run`),
    line('Time', `${number(budgets.minutes)} minutes in each run`),
    line('Sent out', `${number(Math.round(budgets.bytesOut / 1024))} kB in each run, besides the model`),
    ...(budgets.money > 0
      ? [line('Money', `${budgets.money} US dollars in each run, by the prices that you set`)]
      : []),
  ]
}

const GROUP_OF: Partial<Record<string, ExposureLine['group']>> = {
  fs: 'folders',
  net: 'hosts',
  command: 'commands',
  secret: 'secrets',
}

function grantLine(grant: Grant): ExposureLine {
  const group = GROUP_OF[(grant.capability satisfies Capability).split('.')[0] ?? ''] ?? 'other'
  return {
    group,
    target: grant.words,
    words: `${grant.effect === 'allow' ? 'Allowed' : 'Denied'} without asking, with the tool ${grant.tool.name}${endWords(grant)}`,
    level: grant.effect,
    from: 'your answer',
    locked: '',
  }
}

function endWords({ end }: Grant): string {
  if (end.kind === 'run') return ', until the run ends'
  if (end.kind === 'until')
    return `, until ${new Date(end.at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `, until it is unused for ${end.days} days`
}

function isLive(grant: Grant, agentId: string, now: number): boolean {
  if (grant.principalId !== agentId || grant.revokedAt !== null) return false
  if (grant.end.kind === 'until') return grant.end.at > now
  if (grant.end.kind === 'unused') return (grant.lastUse ?? grant.madeAt) + grant.end.days * 86_400_000 > now
  return true
}

/** Rules can only make the lines above stricter. */
function policyLines({ managed, personal }: PolicyStatus): ExposureLine[] {
  const line = (from: string, rules: number): ExposureLine[] =>
    rules === 0
      ? []
      : [
          {
            group: 'other',
            target: `${number(rules)} ${rules === 1 ? 'rule' : 'rules'}`,
            words: 'Can deny or ask where the lines above allow',
            level: 'ask',
            from,
            locked: '',
          },
        ]
  const failed: ExposureLine[] = managed.failedClosed
    ? [
        {
          group: 'other',
          target: 'Everything',
          words: 'The organization’s policy can’t be read, so nothing is allowed',
          level: 'deny',
          from: 'managed policy',
          locked: 'managed policy',
        },
      ]
    : []
  return [...failed, ...line('managed policy', managed.rules), ...line('your policy', personal.rules)]
}

function widest(...levels: Level[]): Level {
  return (['allow', 'ask'] as const).find((level) => levels.includes(level)) ?? 'deny'
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

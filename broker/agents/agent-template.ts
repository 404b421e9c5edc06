/**
 * What a new agent may do when nobody says more: read one folder in silence, change it after a question, keep notes
 * in a folder of its own, and reach the named hosts. Everything else is denied, because no line covers it.
 */
import type { AgentInput, ModelChoice } from '../../contract/agent.ts'
import { type HostLine, HostLine as HostLineSchema, Perimeter } from '../../contract/perimeter.ts'

export const NOTES_FOLDER = '~/Sallyport notes'

export interface AgentWishes {
  name: string
  model: ModelChoice
  instructions?: string
  /** Absolute, or starting with `~/`. */
  folder?: string
  /** `example.org`, `*.example.org`, or `https://example.org:8443`. */
  hosts?: string[]
  /** Default: files and notes, and web when there are hosts. */
  tools?: string[]
}

/** Throws a ZodError for a wish that has no place in a perimeter. */
export function agentTemplate(wishes: AgentWishes): AgentInput {
  const { name, model, instructions = '', folder, hosts = [] } = wishes
  const tools = wishes.tools ?? ['files', 'notes', ...(hosts.length > 0 ? ['web'] : [])]
  const folders = [
    ...(folder ? [{ path: folder, read: 'allow' as const, write: 'ask' as const }] : []),
    ...(tools.includes('notes')
      ? [{ path: NOTES_FOLDER, read: 'allow' as const, write: 'allow' as const }]
      : []),
  ]
  const perimeter = Perimeter.parse({
    folders,
    hosts: hosts.map(hostLine),
    tools: tools.map((tool) => ({ name: tool })),
  })
  return { name, model, instructions, perimeter, reviewOutside: 'default' }
}

/** GET in silence, anything that sends after a question. */
function hostLine(text: string): HostLine {
  const found = /^(?:(https?|wss?):\/\/)?(\[[0-9a-f:]+\]|[^/:\s]+)(?::(\d+))?(\/.*)?$/i.exec(text.trim())
  const [, scheme = 'https', host = text, port, pathPrefix = '/'] = found ?? []
  return HostLineSchema.parse({
    scheme: scheme.toLowerCase(),
    host: host.toLowerCase(),
    ...(port ? { port: Number(port) } : {}),
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    pathPrefix,
  })
}

/** The tour's agent: one question for the moves, one file that it may write, and no host at all. */
export function tourTemplate(folder: string, summaryFile: string): AgentInput {
  return {
    name: 'Guided tour',
    model: { provider: 'tour', model: 'tour' },
    instructions: '',
    reviewOutside: 'default',
    perimeter: Perimeter.parse({
      folders: [
        { path: folder, read: 'allow', write: 'ask' },
        { path: summaryFile, read: 'allow', write: 'allow' },
      ],
      tools: [{ name: 'files' }, { name: 'web' }],
    }),
  }
}

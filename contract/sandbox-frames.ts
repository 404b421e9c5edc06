/**
 * The text of the broker's messages to a sandbox process. The payload of a call and of a reply stands last, so that
 * the child finds it without parsing it and hands the same text into the isolate, where it is parsed once.
 *
 * Plain functions over strings, without the schemas: the child's bundle stays small.
 */

export interface CallHead {
  id: number
  fn: string
  scope: string
  outputBytes: number
  capabilityCalls: number
  logLines: number
  /** Longest stretch of its code without a rest, in ms, kept by the engine; 0 where the process dies with the broker. */
  turnMs: number
}
export interface LoadMessage {
  tool: string
  main: string
  modules: Record<string, string>
  maps: Record<string, string>
  memoryMb: number
  sessionToken: string
}
/** The answer to a request that the call will make, sent before it. `args` and `outcome` are JSON text. */
export interface AheadFrame {
  id: number
  request: number
  operation: string
  /** With its keys in order, so that it can be compared. */
  args: string
  outcome: string
}
/** A message as the child sees it: `input` and `outcome` are JSON text. */
export type Frame =
  | ({ t: 'load' } & LoadMessage)
  | ({ t: 'call'; input: string } & CallHead)
  | ({ t: 'ahead' } & AheadFrame)
  | { t: 'reply'; id: number; request: number; outcome: string }
  | { t: 'cancel'; id: number }

const INPUT = ',"input":'
const OUTCOME = ',"outcome":'

export function frameLoad(load: LoadMessage): string {
  return `${JSON.stringify({ t: 'load', ...load })}\n`
}
export function frameCall(head: CallHead, inputJson: string): string {
  const { id, fn, scope, outputBytes, capabilityCalls, logLines, turnMs } = head
  const text = JSON.stringify({ t: 'call', id, fn, scope, outputBytes, capabilityCalls, logLines, turnMs })
  return `${text.slice(0, -1)}${INPUT}${inputJson}}\n`
}
export function frameAhead({ id, request, operation, args, outcome }: AheadFrame): string {
  const head = JSON.stringify({ t: 'ahead', id, request, operation, args })
  return `${head.slice(0, -1)}${OUTCOME}${outcome}}\n`
}
export function frameReply(id: number, request: number, outcomeJson: string): string {
  return `{"t":"reply","id":${id},"request":${request}${OUTCOME}${outcomeJson}}\n`
}
export function frameCancel(id: number): string {
  return `{"t":"cancel","id":${id}}\n`
}

/**
 * Reads one line without its newline. Throws when it is not a message; the child then ends itself.
 * Inside a JSON string each quote is escaped, so the first `,"input":` or `,"outcome":` ends the head.
 */
export function readFrame(line: string): Frame {
  if (line.startsWith('{"t":"reply"') || line.startsWith('{"t":"ahead"'))
    return splitFrame(line, OUTCOME, 'outcome')
  if (line.startsWith('{"t":"call"')) return splitFrame(line, INPUT, 'input')
  return JSON.parse(line) as Frame
}

function splitFrame(line: string, mark: string, name: string): Frame {
  const at = line.indexOf(mark)
  if (at < 0 || !line.endsWith('}')) throw new Error('a message without its payload')
  const head = JSON.parse(`${line.slice(0, at)}}`) as Record<string, unknown>
  head[name] = line.slice(at + mark.length, -1)
  return head as unknown as Frame
}

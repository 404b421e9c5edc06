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
  /** One line, with its keys in order, so that it can be compared. */
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

const CALL = '{"t":"call","id":'
const AHEAD = '{"t":"ahead","id":'
const REPLY = '{"t":"reply","id":'
const ARGS = ',"args":'
const INPUT = ',"input":'
const OUTCOME = ',"outcome":'

export function frameLoad(load: LoadMessage): string {
  return `${JSON.stringify({ t: 'load', ...load })}\n`
}
export function frameCall(head: CallHead, inputJson: string): string {
  const { id, fn, scope, outputBytes, capabilityCalls, logLines, turnMs } = head
  const names = `"fn":${JSON.stringify(fn)},"scope":${JSON.stringify(scope)}`
  const limits = `"outputBytes":${outputBytes},"capabilityCalls":${capabilityCalls},"logLines":${logLines},"turnMs":${turnMs}`
  return `${CALL}${id},${names},${limits}${INPUT}${inputJson}}\n`
}
export function frameAhead({ id, request, operation, args, outcome }: AheadFrame): string {
  const names = `"operation":${JSON.stringify(operation)},"size":${args.length}`
  return `${AHEAD}${id},"request":${request},${names}${ARGS}${args}${OUTCOME}${outcome}}\n`
}
export function frameReply(id: number, request: number, outcomeJson: string): string {
  return `${REPLY}${id},"request":${request}${OUTCOME}${outcomeJson}}\n`
}
export function frameCancel(id: number): string {
  return `{"t":"cancel","id":${id}}\n`
}

/**
 * Reads one line without its newline. Throws when it is not a message; the child then ends itself.
 * Inside a JSON string each quote is escaped, so the first `,"input":`, `,"outcome":` or `,"args":` ends the head.
 */
export function createFrameReader(): (line: string) => Frame {
  const callHead = rememberHead<Omit<CallHead, 'id'>>()
  const aheadHead = rememberHead<{ request: number; operation: string; size: number }>()
  return (line) => {
    if (line.startsWith(CALL)) {
      const { id, head, payload } = split(line, CALL, INPUT)
      return { t: 'call', ...callHead(head), id, input: payload }
    }
    if (line.startsWith(AHEAD)) {
      const { id, head, payload } = split(line, AHEAD, ARGS)
      const { request, operation, size } = aheadHead(head)
      if (!payload.startsWith(OUTCOME, size)) throw new Error('a message without its outcome')
      const outcome = payload.slice(size + OUTCOME.length)
      return { t: 'ahead', id, request, operation, args: payload.slice(0, size), outcome }
    }
    if (line.startsWith(REPLY)) {
      const { id, head, payload } = split(line, REPLY, OUTCOME)
      const { request } = JSON.parse(`{${head}}`) as { request: number }
      return { t: 'reply', id, request, outcome: payload }
    }
    const frame = JSON.parse(line) as Frame
    if (frame.t !== 'load' && frame.t !== 'cancel') throw new Error('a message that is none')
    return frame
  }
}

/** A head says the same in nearly every call of a function, so it is parsed once. */
function rememberHead<Head>(): (text: string) => Head {
  let known = ''
  let head = {} as Head
  return (text) => {
    if (text !== known) {
      head = JSON.parse(`{${text}}`) as Head
      known = text
    }
    return head
  }
}

/** Its number, what stands between that and the mark, and what stands behind the mark. */
function split(line: string, start: string, mark: string): { id: number; head: string; payload: string } {
  const idEnd = line.indexOf(',', start.length)
  const at = line.indexOf(mark, start.length)
  const id = Number(line.slice(start.length, idEnd))
  if (idEnd < 0 || at < idEnd || !Number.isSafeInteger(id) || !line.endsWith('}'))
    throw new Error('a message without its payload')
  return { id, head: line.slice(idEnd + 1, at), payload: line.slice(at + mark.length, -1) }
}

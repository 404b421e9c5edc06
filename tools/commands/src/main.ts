/**
 * Programs for an agent: one program a call, with its arguments as they are. What it may start, where, and what it
 * reaches there is the gate's to say; here its output is made short enough to be read.
 */

/** Characters of a stream that are handed on: its beginning, and more of its end, where errors and sums stand. */
const HEAD = 6_000
const TAIL = 18_000

export async function run(input: {
  argv: string[]
  folder: string
  input?: string
  readOnly?: boolean
  seconds?: number
}) {
  const { argv, folder, input: stdin, readOnly = false, seconds = 120 } = input
  const ended = await sallyport.command.run({
    argv,
    cwd: folder,
    timeoutMs: seconds * 1000,
    readOnly,
    ...(stdin === undefined ? {} : { stdin }),
  })
  return {
    exitCode: ended.exitCode,
    ...(ended.signal === null ? {} : { signal: ended.signal }),
    stdout: shortened(ended.stdout),
    stderr: shortened(ended.stderr),
    ...(ended.truncated ? { note: 'It wrote more than is kept; the rest is lost.' } : {}),
    ...(ended.sandboxHint === undefined ? {} : { hint: ended.sandboxHint }),
  }
}

function shortened(text: string): string {
  const left = text.length - HEAD - TAIL
  if (left <= 0) return text
  return `${text.slice(0, HEAD)}\n[… ${left} characters left out …]\n${text.slice(-TAIL)}`
}

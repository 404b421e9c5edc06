/**
 * What a program writes on two streams, as one text for whoever looks on. It comes in pieces that are cut anywhere (what
 * may be the beginning of a secret waits for its end), so that pieces in the order of their coming would tear lines
 * apart: a line has its place when it is whole, and those that are under way stand at the end.
 */
export interface JoinedOutput {
  add(stream: 'stdout' | 'stderr', text: string): void
  /** The last of it. */
  text(): string
}

/** Characters that are shown, of a program's output as of a tool's log: the last ones. */
const LONGEST = 16_000

export function joinOutput(): JoinedOutput {
  let whole = ''
  const open = { stdout: '', stderr: '' }
  return {
    add(stream, text) {
      const line = open[stream] + text
      const end = line.lastIndexOf('\n') + 1
      whole = tailOf(whole, line.slice(0, end))
      open[stream] = tailOf('', line.slice(end))
    },
    text() {
      const between = open.stdout !== '' && open.stderr !== '' ? '\n' : ''
      return tailOf(whole, `${open.stdout}${between}${open.stderr}`)
    },
  }
}

export function tailOf(before: string, text: string): string {
  const all = before + text
  return all.length <= LONGEST ? all : `…${all.slice(1 - LONGEST)}`
}

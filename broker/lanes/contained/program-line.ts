/**
 * What the sandbox is given to run: a line for a shell, which the program then replaces. Not a line that anyone wrote:
 * every argument is quoted whole.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { RunMessage } from './contained-messages.ts'
import { localLines } from './local-lines.ts'

export interface LineOptions {
  /** The program's folder for temporary files. */
  temporary: string
  /** Private to this program, which can read there and change nothing. */
  own: string
  /** What the sandbox itself waits for also takes an end for a go, so whoever begins waits for a word, on this descriptor. */
  wordOn: number | null
}

/** Set by the runtime for other hosts than ours, or pointing at what the program can't see. */
const UNSET =
  'JAVA_TOOL_OPTIONS CLAUDE_CODE_HOST_HTTP_PROXY_PORT CLAUDE_CODE_HOST_SOCKS_PROXY_PORT SANDBOX_RUNTIME'
/**
 * Longer ones, and those with more marks of quotation, are read from a file: the runtime quotes what it is given up to
 * three times, a mark takes five characters each time, and Linux takes no more than 128 kB as one argument.
 */
const SHORT = { characters: 8_000, marks: 200 }

export function shell(): string {
  return fs.existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh'
}

/** Throws system errors, where a long line can't be written down. */
export function programLine(
  { program, args, maxProcesses, local }: Pick<RunMessage, 'program' | 'args' | 'maxProcesses' | 'local'>,
  { temporary, own, wordOn }: LineOptions,
): string {
  const limits = shell() === '/bin/bash' ? `ulimit -c 0; ulimit -u ${maxProcesses} 2>/dev/null; ` : ''
  const waits =
    wordOn === null
      ? ''
      : `read -r SALLYPORT_GO <&${wordOn} && [ "$SALLYPORT_GO" = go ] || exit; exec ${wordOn}<&-; unset SALLYPORT_GO; `
  const line = `${waits}${localLines(local)}unset ${UNSET}; export TMPDIR=${quote(temporary)}; ${limits}exec ${[program, ...args].map(quote).join(' ')}`
  if (line.length <= SHORT.characters && line.split("'").length <= SHORT.marks) return line
  const file = path.join(own, 'line')
  fs.writeFileSync(file, line, { flag: 'wx', mode: 0o600 })
  return `. ${quote(file)}`
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

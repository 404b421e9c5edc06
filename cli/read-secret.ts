/** A secret's value, from a terminal that does not show it or from a pipe; never from the command's words, which others can see. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { CliError, EXIT } from './exit-code.ts'
import type { World } from './session.ts'

/** Characters, as the broker takes them. */
const MOST = 16_384
/** What is pasted comes within so long. */
const PASTE_MS = 150

/** @throws CliError: exit code 2 when there is none, or it is too long */
export async function readSecret({ stdin, stderr }: World, name: string): Promise<string> {
  const value = stdin.isTTY === true ? await typed(stdin, stderr, name) : await piped(stdin)
  if (value === '')
    throw new CliError(
      EXIT.usage,
      'usage',
      'There is no value. Type it, or pipe it in: … | sallyport secrets add',
    )
  if (value.length > MOST)
    throw new CliError(EXIT.usage, 'usage', `The value is too long: it may have ${MOST} characters.`)
  return value
}

async function piped(stdin: World['stdin']): Promise<string> {
  let text = ''
  stdin.setEncoding('utf8')
  for await (const chunk of stdin) {
    text += chunk as string
    if (text.length > MOST + 2) break
  }
  // What ends the one line is the pipe's; a key of several lines ends as it was made.
  const line = text.replace(/\r?\n$/, '')
  return line.includes('\n') ? text : line
}

async function typed(stdin: World['stdin'], stderr: World['stderr'], name: string): Promise<string> {
  stderr.write(`Value of ${name} (it is not shown): `)
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: stdin, output: unseen, terminal: true, historySize: 0 })
  try {
    const lines: string[] = []
    await new Promise<void>((resolve) => {
      terminal.on('line', (line) => {
        // The rest of what was pasted must not be left to the shell, which would run it and keep it.
        if (lines.push(line) === 1) setTimeout(resolve, PASTE_MS)
      })
      terminal.once('close', resolve)
    })
    if (lines.length > 1)
      throw new CliError(
        EXIT.usage,
        'usage',
        'That were several lines: nothing is stored. Pipe them in from a file.',
      )
    return lines[0] ?? ''
  } finally {
    terminal.close()
    stdin.pause()
    stderr.write('\n')
  }
}

/** The command line as a whole: its verbs, its help, and how everything that goes wrong becomes words and an exit code. */
import { Command, CommanderError } from 'commander'
import type { Verbs } from './define-verb.ts'
import { CliError, EXIT, type ExitCode } from './exit-code.ts'
import { createOutput } from './output.ts'
import type { World } from './session.ts'
import { addAgent } from './verbs/agent.ts'
import { addAlerts } from './verbs/alerts.ts'
import { addCheck } from './verbs/check.ts'
import { addGrants } from './verbs/grants.ts'
import { addIncident } from './verbs/incident.ts'
import { addLog } from './verbs/log.ts'
import { addPolicy } from './verbs/policy.ts'
import { addPreview } from './verbs/preview.ts'
import { addSecrets } from './verbs/secrets.ts'
import { addStatus } from './verbs/status.ts'
import { addStop } from './verbs/stop.ts'
import { addTool } from './verbs/tool.ts'
import { addUndo } from './verbs/undo.ts'

const AFTER_HELP = `
Exit codes: 0 done (also a search without a hit), 1 failed or refused, 2 wrong usage, 3 Sallyport is not running, 4 check: it would ask.
Verbs talk to the running app; where none runs they start a broker of their own for as long as they take.`

/** @param words the command line without Node and program; never rejects */
export async function runProgram(words: string[], world: World): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  const verbs: Verbs = {
    world,
    onEnd: (end) => {
      code = end
    },
  }
  const out = createOutput(world, words.includes('--json'))
  try {
    await makeProgram(verbs, out.json).parseAsync(words, { from: 'user' })
    return code
  } catch (error) {
    return explain(error, out)
  }
}

function makeProgram(verbs: Verbs, json: boolean): Command {
  const { stdout, stderr } = verbs.world
  const program = new Command('sallyport')
    .description('Hosts AI agents behind one gate. This is its command line.')
    .addHelpText('after', AFTER_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      // For scripts `explain` says it, as an object.
      writeErr: (text) => json || stderr.write(text),
    })
    .showSuggestionAfterError()
  const add = [
    addStatus,
    addAgent,
    addTool,
    addCheck,
    addLog,
    addGrants,
    addStop,
    addUndo,
    addSecrets,
    addPolicy,
    addPreview,
    addIncident,
    addAlerts,
  ]
  for (const each of add) each(program, verbs)
  return program
}

function explain(error: unknown, out: ReturnType<typeof createOutput>): ExitCode {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok
    if (out.json) out.fault('usage', usageText(error))
    return EXIT.usage
  }
  if (error instanceof CliError) {
    out.fault(error.code, error.message)
    return error.exitCode
  }
  out.fault(
    'internal',
    `This command made a mistake: ${error instanceof Error ? error.message : String(error)}`,
  )
  return EXIT.failed
}

const usageText = ({ code, message }: CommanderError): string =>
  code === 'commander.help' ? 'A verb is missing. See sallyport --help.' : message.replace(/^error: /, '')

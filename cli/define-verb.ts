/**
 * How every verb is made: `--json`, a broker to talk to, words for what went wrong, and an exit code. A verb is a
 * function from its arguments to an exit code; it never ends the process itself.
 */
import type { Command } from 'commander'
import { EXIT, type ExitCode } from './exit-code.ts'
import { createOutput, type Output } from './output.ts'
import { openSession, type Reach, type Session, type World } from './session.ts'

export interface Verbs {
  world: World
  /** Told how the command ended. */
  onEnd: (code: ExitCode) => void
}
export interface VerbScene {
  session: Session
  out: Output
  world: World
}
type Options = Record<string, unknown>

/** @param define adds arguments and options; each verb has `--json` besides */
export function addVerb<A extends unknown[]>(
  parent: Command,
  verbs: Verbs,
  verb: {
    name: string
    about: string
    reach: Reach | ((options: Options) => Reach)
    define?: (command: Command) => Command
    run: (scene: VerbScene, options: Options, ...args: A) => Promise<ExitCode | undefined>
  },
): Command {
  const command = parent.command(verb.name).description(verb.about)
  verb.define?.(command)
  command.option('--json', 'print JSON, and nothing else, on the standard output')
  command.action(async (...given: unknown[]) => {
    const args = given.slice(0, -2) as A
    // An option that the verb above has too, like --json, is that one's by Commander's reckoning.
    const options = (given.at(-1) as Command).optsWithGlobals<Options>()
    const out = createOutput(verbs.world, options.json === true)
    const reach = typeof verb.reach === 'function' ? verb.reach(options) : verb.reach
    const session = await openSession(verbs.world, reach)
    try {
      verbs.onEnd((await verb.run({ session, out, world: verbs.world }, options, ...args)) ?? EXIT.ok)
    } finally {
      await session.close()
    }
  })
  return command
}

/** The `sallyport` command: hands the real world to the program and ends with its exit code. Nobody imports it. */
import { homedir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { sallyportPaths } from '../contract/paths.ts'
import { EXIT } from './exit-code.ts'
import { runProgram } from './program.ts'

const { env, platform, stdin, stdout, stderr } = process
const home = homedir()

// Who stops reading (`| head`) has what they wanted. Anything else (a full disk) has cut off what they asked for.
function endOfOutput({ code, message }: NodeJS.ErrnoException): never {
  if (code === 'EPIPE') process.exit(EXIT.ok)
  stderr.write(`The output can't be written: ${code ?? message}.\n`)
  process.exit(EXIT.failed)
}
stdout.on('error', endOfOutput)
const code = await runProgram(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  cwd: process.cwd(),
  platform,
  home,
  paths: sallyportPaths(env, platform, home),
  node: process.execPath,
  brokerMain: path.join(import.meta.dirname, '..', 'broker', 'main.js'),
})
// Everything that was printed has to arrive before the end.
stdout.write('', (error) => (error ? endOfOutput(error) : process.exit(code)))

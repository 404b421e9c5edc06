/** The `sallyport` command: hands the real world to the program and ends with its exit code. Nobody imports it. */
import { homedir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { sallyportPaths } from '../contract/paths.ts'
import { runProgram } from './program.ts'

const { env, platform, stdin, stdout, stderr } = process
const home = homedir()

// Who stops reading (`| head`) has what they wanted.
stdout.on('error', () => process.exit(0))
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
stdout.write('', () => process.exit(code))

/**
 * The sandbox process: one isolate for one tool, on the main thread, spoken to over stdin and stdout. It holds no
 * authority: no environment, no network, no files but its own bundle. It only passes requests on.
 *
 * A fault here ends the process; the broker replaces it.
 */
import { readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import process from 'node:process'
import { LOOKS_AHEAD, openChannel } from './channel.ts'
import { createToolRunner } from './run-tool.ts'

// What crosses into the isolate must not tell how this side is built.
Error.stackTraceLimit = 0

// A tool that loops must not take the processor from whoever stops it, nor from the person's own programs.
try {
  setPriority(10)
} catch {
  // Not on every system; the limits are kept from outside either way.
}

const channel = openChannel({
  readable: process.stdin,
  readFd: LOOKS_AHEAD ? 0 : null,
  writeFd: 1,
  onEnd: () => process.exit(0),
})
const runner = createToolRunner({
  guestSource: readFileSync(`${import.meta.dirname}/guest.js`, 'utf8'),
  send: channel.write,
  flush: channel.flush,
  exit: () => process.exit(70),
})
channel.start(runner.handle)
channel.write('{"t":"ready"}\n')
channel.flush()

// What the scripts print: one calm line for each step, with its time. On a terminal the line of a running
// step counts its seconds; elsewhere (CI) a step prints once when it starts taking long and once at its end.
import process from 'node:process'

const LONG_STEP_MS = 5_000

/** Where it is printed. A program whose standard output is for machines sets it to standard error. */
export const voice = { stream: process.stdout }

export const say = (text) => voice.stream.write(`${text}\n`)

export const seconds = (ms) =>
  ms < 950 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`

/**
 * Runs one step and prints one line for it.
 * @param {string} name what the step does, in a few words
 * @param {() => Promise<string | void>} work returns what to add to the line, if anything; throws to fail
 */
export async function step(name, work) {
  const start = performance.now()
  const stop = showRunning(name, start)
  try {
    const detail = await work()
    stop()
    say(`✓ ${name}${detail ? `: ${detail}` : ''} (${seconds(performance.now() - start)})`)
  } catch (error) {
    stop()
    say(`✗ ${name} (${seconds(performance.now() - start)})`)
    throw error
  }
}

function showRunning(name, start) {
  if (!voice.stream.isTTY) {
    const timer = setTimeout(() => say(`… ${name}`), LONG_STEP_MS)
    return () => clearTimeout(timer)
  }
  const draw = () =>
    voice.stream.write(`\r\x1b[2K… ${name} ${Math.round((performance.now() - start) / 1000)} s`)
  draw()
  const timer = setInterval(draw, 1_000)
  return () => {
    clearInterval(timer)
    voice.stream.write('\r\x1b[2K')
  }
}

/** An error whose message is meant for the person at the terminal; it is printed without a stack. */
export class PlainError extends Error {}

/** Ends the process with an honest code: plain errors as their message, everything else with its stack. */
export function fail(error) {
  say(error instanceof PlainError ? error.message : String(error?.stack ?? error))
  process.exit(1)
}

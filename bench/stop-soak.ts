/**
 * `npm run bench -- stop --soak FILE [--tries N]`: all cases in turn until each has had N tries (1,000 when not said).
 * Each try is a line of FILE, so it can be interrupted, and goes on where it was. A line on standard error says how it
 * stands now and then, and at once what should not have been.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { Crowd } from './stop-crowd.ts'
import { openTries } from './stop-tries.ts'
import type { Try } from './stop-try.ts'

interface Line extends Try {
  name: string
  /** Epoch milliseconds. */
  at: number
}

const TELL_EVERY = 100
/** In one of so many tries a contained program runs, too: starting it takes as long as all else together. */
const PROGRAM_EVERY = 3

export async function soakStop(options: {
  file: string
  names: string[]
  tries: number
  crowd: Crowd
}): Promise<{ done: Record<string, Try[]>; unfilled: number }> {
  const { file, names, tries, crowd } = options
  const done: Record<string, Try[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (const { name, ...result } of readLines(file)) done[name]?.push(result)
  const begun = new Map(names.map((name) => [name, done[name]?.length ?? 0]))
  const count = () => Object.values(done).reduce((sum, list) => sum + list.length, 0)
  const all = await openTries(crowd, (name, result) => {
    done[name]?.push(result)
    appendFileSync(file, `${JSON.stringify({ name, at: Date.now(), ...result } satisfies Line)}\n`)
    for (const fault of result.faults) say(`${name}: ${fault}`)
    if (count() % TELL_EVERY === 0) say(standingOf(done))
  })
  const stopAfter = stopWhenAsked()
  try {
    for (;;) {
      // The one that had the fewest: those that end the broker are mixed with those that keep it.
      const [next] = names.toSorted((a, b) => (begun.get(a) ?? 0) - (begun.get(b) ?? 0))
      const had = next === undefined ? 0 : (begun.get(next) ?? 0)
      if (next === undefined || had >= tries || stopAfter()) break
      begun.set(next, had + 1)
      await all.one(next, had % PROGRAM_EVERY === 0 ? crowd.programs : 0)
    }
  } finally {
    await all.close()
  }
  return { done, unfilled: all.unfilled() }
}

/** A line that was cut off by an end in its middle is no try. */
function readLines(file: string): Line[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text) => {
      try {
        return [JSON.parse(text) as Line]
      } catch {
        return []
      }
    })
}

function standingOf(done: Record<string, Try[]>): string {
  const all = Object.values(done).flat()
  const sum = (pick: (each: Try) => number) => all.reduce((total, each) => total + pick(each), 0)
  const each = Object.entries(done).map(([name, list]) => `${name} ${list.length}`)
  return `${all.length} tries (${each.join(', ')}): ${sum(({ survivors }) => survivors)} survivors, ${sum(({ lateEffects }) => lateEffects)} late effects`
}

function stopWhenAsked(): () => boolean {
  let asked = false
  process.prependOnceListener('SIGUSR2', () => {
    asked = true
  })
  return () => asked
}

const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

/**
 * What is busy when Stop comes: tools that compute, tools that write and upload through the gate, contained programs
 * that write by themselves (`busy-parts.ts`). Whoever computes begins last, as it would hold the others up.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { programOf } from './busy-parts.ts'
import type { Effect, UploadPeer } from './upload-peer.ts'

export interface Crowd {
  /** Tools that only compute, each with a process of its own. */
  computing: number
  /** As many write, and as many upload. */
  effects: number
  /** One that writes and one that uploads are the same tool, in one process. */
  together: boolean
  programs: number
  /** Between two effects of a tool; without a pause the broker has no moment to itself. */
  pauseMs: number
  /** So long everything is busy before Stop, at least: until all that has effects has shown some. */
  busyMs: number
}
/** What the goals of Stop are about: 32 tools and 8 programs. */
export const FULL: Crowd = {
  computing: 28,
  effects: 2,
  together: false,
  programs: 8,
  pauseMs: 0,
  busyMs: 400,
}
/** One of each kind, to be stopped very often; the program has two process trees, one of them in a session of its own. */
export const SMALL: Crowd = { computing: 1, effects: 1, together: true, programs: 1, pauseMs: 4, busyMs: 30 }

export const toolsOf = ({ computing, effects, together }: Crowd): number =>
  computing + effects * (together ? 1 : 2)

/** Of the broker: what a tool's call or a program's came to. One that is busy has no answer. */
export type RunTool = (
  tool: number,
  fn: string,
  input?: object,
) => Promise<{ outcome?: { kind?: string } } | undefined>

export interface BusyCrowd {
  /** The newest of each kind that shows outside: a file that changed, bytes that arrived. */
  effects(): Effect[]
  /** Forgets them. */
  clear(): void
}

const START_MS = 60_000
/** Between two looks whether all is under way. */
const LOOK_MS = 8
/** Who has had so many effects at different times is at it. */
const SHOWN = 3

/**
 * Resolves when all are busy.
 * @param work its own folder is made below
 * @param runTool of the tools with the numbers below `toolsOf(crowd)`; the one after these starts programs
 * @throws with the words of what did not start, or ended
 */
export async function makeBusy(
  crowd: Crowd,
  parts: { work: string; round: number; uploadKb: number; peer: UploadPeer; runTool: RunTool },
): Promise<BusyCrowd> {
  const { work, round, uploadKb, peer, runTool } = parts
  const here = path.join(work, `${round}`)
  mkdirSync(here)
  const go = path.join(here, 'go')
  const ended: string[] = []
  const begin = (n: number, fn: string, input: object) =>
    void runTool(n, fn, input).then((value) => ended.push(`${fn}: ${JSON.stringify(value)}`))
  async function until(words: string, there: () => boolean): Promise<void> {
    for (const end = performance.now() + START_MS; !there(); await sleep(LOOK_MS))
      if (performance.now() > end || ended.length > 0) throw new Error(`${words}: ${ended[0]?.slice(0, 500)}`)
  }

  const { pauseMs } = crowd
  const tools = toolsOf(crowd)
  const outs = Array.from({ length: crowd.programs }, (_, n) => path.join(here, `program-${n}`))
  for (const out of outs) begin(tools, 'program', { argv: programOf(out, go), cwd: here })
  const warmed = await Promise.all(Array.from({ length: tools }, (_, n) => runTool(n, 'warm')))
  const cold = warmed.find((value) => value?.outcome?.kind !== 'ok')
  if (cold) throw new Error(`A tool did not start: ${JSON.stringify(cold).slice(0, 500)}`)
  await until('A program did not start', () => outs.every((out) => existsSync(out)))

  const effects = () => effectsIn(here, peer.arrived(round))
  const isAtIt = everyShows(crowd.programs * 2 + crowd.effects * 2, effects)
  writeFileSync(go, '')
  for (let n = 0; n < crowd.effects; n++) {
    const writer = crowd.computing + n
    const sender = crowd.together ? writer : writer + crowd.effects
    begin(writer, 'write', { file: path.join(here, `tool-${writer}`), pauseMs })
    begin(sender, 'send', { url: peer.urlOf(round, sender), kb: uploadKb, pauseMs })
  }
  await until('Not all that has effects has shown some', isAtIt)
  for (let n = 0; n < crowd.computing; n++)
    begin(n, (n + round) % 2 === 0 ? 'spin' : 'match', { file: path.join(here, `busy-${n}`) })
  const begun = () => readdirSync(here).filter((name) => name.startsWith('busy-')).length
  await until('Not all are busy', () => begun() >= crowd.computing)
  await sleep(crowd.busyMs)
  return {
    effects,
    clear() {
      peer.forget(round)
      rmSync(here, { recursive: true, force: true })
    },
  }
}

function effectsIn(folder: string, arrived: Effect[]): Effect[] {
  // What else lies there holds places for the sandbox, and is taken away by the broker.
  const names = readdirSync(folder).filter((name) => /^(program|tool)-/.test(name))
  const files = names.map((name) => ({ what: name, at: statSync(path.join(folder, name)).mtimeMs }))
  return [...arrived, ...files]
}

/** True once so many kinds have been seen to have newer effects, again and again. */
function everyShows(kinds: number, effects: () => Effect[]): () => boolean {
  const seen = new Map<string, { at: number; times: number }>()
  return () => {
    for (const { what, at } of effects()) {
      const known = seen.get(what)
      if (known?.at !== at) seen.set(what, { at, times: (known?.times ?? 0) + 1 })
    }
    return [...seen.values()].filter(({ times }) => times >= SHOWN).length >= kinds
  }
}

/**
 * The look after a program, however it ended: what it left under names that rules keep it from making is taken out of
 * effect and kept. Before a program starts, what to look for is noted; a broker that is killed can't look, and then the
 * next one does (`settle-unlooked.ts`).
 */
import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import { Perimeter } from '../../../contract/perimeter.ts'
import { PrincipalRef, RunRef } from '../../../contract/words.ts'
import type { DocumentStore, PerformContext, UndoRecorder } from '../../ports.ts'
import type { FileRoom } from '../files/file-room.ts'
import type { Before } from './before-program.ts'
import { rulesOf } from './closing-rules.ts'
import { lookAgain } from './look-again.ts'
import type { ProgramReach } from './program-reach.ts'

export interface LeftoverDeps {
  files: FileRoom
  undo: Pick<UndoRecorder, 'setAside'>
  /** Where it is noted that a look is due. */
  documents: Pick<DocumentStore, 'put' | 'delete'>
  /** Of each program that runs: what was set aside meanwhile, after others. */
  running: Set<Set<string>>
}
export interface Left {
  /** Taken out of effect. */
  aside: string[]
  /** It is still there: it could not be moved. */
  there: string[]
  /** It may not change these, and somebody did. */
  changed: string[]
  /** Folders that were not looked through. */
  unseen: string[]
}
/** What is not moved by then stays, and is said: a program can make more than anybody waits for. */
const SET_ASIDE_MS = 20_000

export const NOTHING_LEFT: Left = { aside: [], there: [], changed: [], unseen: [] }

export const UNLOOKED = 'unlooked'
const Paths = z.array(z.string())
export const Unlooked = z.object({
  principal: PrincipalRef,
  run: RunRef.nullable(),
  callId: z.string(),
  /** What ran, for the record. */
  words: z.string(),
  at: z.number(),
  /** At the latest it had ended then. */
  until: z.number(),
  perimeter: Perimeter,
  asked: z.boolean(),
  reach: z.object({ readable: Paths, writable: Paths, hidden: Paths, readOnly: Paths }),
  repositories: Paths,
})
export type Unlooked = z.infer<typeof Unlooked>

export interface LookedFor {
  reach: ProgramReach
  before: Before
  context: PerformContext
  asked: boolean
  words: string
  timeoutMs: number
}

/** Notes that a look is due. The function does it, once nothing of the program lives any more. */
export function noteProgram(
  deps: LeftoverDeps,
  program: LookedFor,
): { look(): Promise<Left>; forget(): void } {
  const { reach, before, context, asked, words, timeoutMs } = program
  if (reach.writable.length === 0) return { look: async () => NOTHING_LEFT, forget() {} }
  const id = randomUUID()
  const at = Date.now()
  deps.documents.put(UNLOOKED, id, {
    ...{ principal: context.principal, run: context.run, callId: context.callId, words },
    ...{ at, until: at + timeoutMs, perimeter: context.perimeter, asked },
    ...{ reach, repositories: [...before.repositories.keys()] },
  } satisfies Unlooked)
  const taken = new Set<string>()
  deps.running.add(taken)
  const forget = () => {
    deps.running.delete(taken)
    deps.documents.delete(UNLOOKED, id)
  }
  return {
    forget,
    async look() {
      const rules = rulesOf({ files: deps.files, context, asked })
      const { paths, changed, unseen } = await lookAgain(before, reach, rules, taken)
      const of = { runId: context.run?.id ?? null, callId: context.callId, principalId: context.principal.id }
      for (const others of deps.running) for (const path of paths) if (others !== taken) others.add(path)
      const left = await setAside(deps.undo, of, paths)
      forget()
      return { ...left, changed, unseen: unseen.map(({ path }) => path) }
    },
  }
}

export async function setAside(
  undo: LeftoverDeps['undo'],
  of: { runId: string | null; callId: string; principalId: string },
  paths: readonly string[],
): Promise<Pick<Left, 'aside' | 'there'>> {
  const aside: string[] = []
  const there: string[] = []
  const until = performance.now() + SET_ASIDE_MS
  for (const path of paths) {
    if (performance.now() > until) {
      there.push(path)
      continue
    }
    await nextTurn()
    const done = await undo.setAside({ ...of, path })
    if (done === 'kept') aside.push(path)
    if (done === 'failed') there.push(path)
  }
  return { aside, there }
}

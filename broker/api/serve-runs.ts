/** Runs: start, watch, cancel, and put back what they changed. */
import type { Rooms } from '../make-broker.ts'
import { type ApiGroup, orFault, orMissing } from './group.ts'

type Methods =
  | 'runs.start'
  | 'runs.tour'
  | 'runs.list'
  | 'runs.get'
  | 'runs.cancel'
  | 'runs.undoPreview'
  | 'runs.undo'

export function serveRuns(rooms: Rooms): ApiGroup<Methods> {
  const { runs, undo, log } = rooms
  /** A slip in an id is said, and not taken for a run that changed nothing. */
  const known = (id: string) =>
    orMissing(runs.get(id) ?? undo.changes(id)[0] ?? null, 'There is no such run.')
  const knownChange = ({
    runId,
    changeId,
    callId,
  }: {
    runId: string
    changeId?: string
    callId?: string
  }) => {
    known(runId)
    const changes = undo.changes(runId)
    if (changeId !== undefined)
      orMissing(
        changes.find(({ id }) => id === changeId),
        'There is no such change in this run.',
      )
    if (callId !== undefined)
      orMissing(
        changes.find((change) => change.callId === callId),
        'This call changed no file in this run.',
      )
  }
  return {
    'runs.start': async ({ agentId, prompt }, caller) => {
      // Secrets are watched for from the first word that a model reads.
      await rooms.vaultOpened
      return orFault(runs.start({ agentId, prompt, caller: caller.name }))
    },
    'runs.tour': async ({ folder }, caller) => orFault(await runs.tour({ folder, caller: caller.name })),
    'runs.list': async (query) => ({ runs: runs.list(query) }),
    'runs.get': async ({ id }) => orMissing(runs.get(id), 'There is no such run.'),
    'runs.cancel': async ({ id }, caller) => {
      orFault(runs.cancel(id, caller.name))
      return { done: true }
    },
    'runs.undoPreview': async ({ id }) => {
      known(id)
      const preview = await undo.preview(id)
      // The person's own files may hold what is stored as a secret; a preview is no place for it.
      const clean = async (diff: string | null) => diff && (await rooms.leaks.redactKnown(diff)).text
      const changes: typeof preview.changes = []
      for (const change of preview.changes) changes.push({ ...change, diff: await clean(change.diff) })
      return { ...preview, changes, home: rooms.options.home }
    },
    'runs.undo': async (what, caller) => {
      knownChange(what)
      const run = runs.get(what.runId)
      const title = run ? { id: run.id, title: run.title } : null
      const intent = log.append({
        kind: 'undo',
        subject: `Put back what “${run?.title ?? what.runId}” changed`,
        run: title,
        details: { ...what, by: caller.name },
      })
      await log.sync()
      const result = await undo.undo(what)
      log.append({
        kind: 'undo',
        subject: `Put back ${result.undone} ${result.undone === 1 ? 'change' : 'changes'}`,
        run: title,
        ref: intent.seq,
        ok: result.skipped.length === 0,
        details: {
          undone: result.undone,
          skipped: result.skipped.map(({ path, why }) => `${path}: ${why}`).slice(0, 50),
        },
      })
      return result
    },
  }
}

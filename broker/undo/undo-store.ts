/**
 * Undo: before each change of a run its before-image is kept, and any change, tool call or whole run can be taken
 * back, also after a restart or a crash. What a person changed since is never written over. Commands and what was
 * sent can't be undone; they are listed by whoever knows of them.
 */
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { UndoPreview, UndoResult } from '../../contract/agent.ts'
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { Clock, CompareTexts, DocumentStore, UndoRecorder } from '../ports.ts'
import { Change, type Image } from './change.ts'
import { atEntry } from './held-folder.ts'
import { openImageStore } from './image-store.ts'
import { noteLetGo, tellLetGo } from './let-go.ts'
import { previewChanges } from './preview-undo.ts'
import { pruneChanges } from './prune-changes.ts'
import { putBack } from './put-back.ts'
import { asideOf, dropAside, keepAside, moveAside } from './set-aside.ts'
import { tellCarried } from './settle-carried.ts'
import { printAt, settleInterrupted } from './settle-interrupted.ts'
import { noteUndoing, settleUndoing } from './settle-undoing.ts'
import { takeImage } from './take-image.ts'

export interface UndoStoreOptions {
  /** In the app's data folder; made when it is missing. */
  dir: string
  documents: DocumentStore
  clock: Clock
  newId(kind: string): string
  /** What undo would change in a text, as a person reads it. */
  compare: CompareTexts
  /** Settings of the person: how long and how much is kept. */
  limits(): { days: number; megabytes: number }
  /** Sentences about what a run did that can't be undone (commands, what was sent). */
  notUndoable?(runId: string): Promise<string[]>
  /** What became of a change that was interrupted, where it is not plain to see. */
  onSettled?(change: Change, text: string): void
  /** An interrupted change could not be settled; the others are. */
  onFault(error: unknown): void
}

export interface UndoStore extends UndoRecorder {
  preview(runId: string): Promise<Omit<UndoPreview, 'home'>>
  /** Newest first. Without change and call: the whole run. */
  undo(what: { runId: string; changeId?: string; callId?: string }): Promise<UndoResult>
  /** Lets go of what is too old, or too much; once more while it is at that is the same. */
  prune(): Promise<void>
  /** Files that can be put back. */
  count(runId: string): number
  /** What runs changed, oldest first; all runs without an id. */
  changes(runId?: string): Change[]
  /** Content of a file before a change; null when there was none, or it is no longer kept. */
  beforeImage(changeId: string): Promise<Buffer | null>
}

const KIND = 'undo'
const PRUNE_EVERY = 200

/** Throws when the folder can't be made. */
export function openUndoStore(options: UndoStoreOptions): UndoStore {
  const { documents, clock } = options
  const images = openImageStore(path.join(options.dir, 'images'))
  const changes = loadChanges(documents)
  let seq = Math.max(0, ...[...changes.values()].map((change) => change.seq))
  /** Images that were kept for a change that is not noted yet: pruning would take them for unneeded. */
  let taking = 0
  let busy: Promise<unknown> = settleInterrupted([...changes.values()], {
    images,
    save: (change) => save(change),
    drop: (id) => drop(id),
    tell: (change, text) => options.onSettled?.(change, text),
    fault: options.onFault,
  }).then(() =>
    settleUndoing(documents, changes, {
      undone: (change) => save({ ...change, state: 'undone' }),
      fault: options.onFault,
    }),
  )

  const save = (change: Change): void => {
    changes.set(change.id, change)
    documents.put(KIND, change.id, change)
  }
  const drop = (id: string): void => {
    changes.delete(id)
    documents.delete(KIND, id)
  }
  const ofRun = (runId: string): Change[] =>
    [...changes.values()].filter((change) => change.runId === runId && change.state !== 'open')
  let pruning: Promise<void> | null = null
  const prune = () => {
    const now = clock()
    const letGo: Change[] = []
    const dropNoted = (id: string) => {
      letGo.push(changes.get(id) as Change)
      drop(id)
    }
    pruning ??= pruneChanges({
      ...{ images, limits: options.limits(), now, drop: dropNoted },
      changes: () => [...changes.values()],
      isTaking: () => taking > 0,
    })
      .then(() => noteLetGo(documents, letGo, now))
      .catch(options.onFault)
      .finally(() => {
        pruning = null
      })
    return pruning
  }
  /** One after the other: two undos at once would judge a disk that the other is changing. */
  const alone = <T>(act: () => Promise<T>): Promise<T> => {
    const next = busy.then(act, act)
    busy = next.catch(() => {})
    return next
  }

  return {
    async before({ runId, callId, principalId, what, path, from, leaves }): Promise<Outcome<{ id: string }>> {
      taking++
      try {
        const before = await imageFor(what, path)
        if (before.kind !== 'ok') return before
        const id = options.newId('change')
        save({
          ...{ id, seq: ++seq, runId, callId, principalId, at: clock(), what, path, from, state: 'open' },
          ...{ before: before.value, after: null, nowAt: null, nowPrint: null, leaves: leaves ?? null },
          ...{ carried: null, rest: null },
        })
        if (seq % PRUNE_EVERY === 0) void prune()
        return ok({ id })
      } finally {
        // Not before it is noted: what nobody needs yet may be let go in any turn.
        taking--
      }
    },

    carrying(id, carried) {
      const change = changes.get(id)
      if (!change) throw new Error(`There is no change ${id} that could carry anything.`)
      save({ ...change, carried })
    },

    async after(id, done, nowAt) {
      const change = changes.get(id)
      if (!change) return
      if (!done) return drop(id)
      const nowPrint = nowAt ? await printAt(nowAt) : null
      save({
        ...change,
        state: 'done',
        after: await printAt(change.path),
        nowAt: nowAt ? nowAt : null,
        nowPrint,
      })
    },

    async setAside(of) {
      const aside = asideOf(of.path)
      const id = options.newId('change')
      const change: Change = {
        ...{ id, seq: ++seq, ...of, at: clock(), what: 'set-aside', from: null, state: 'open' },
        ...{ before: { kind: 'not-kept' }, after: null, nowAt: aside, nowPrint: null, leaves: null },
        ...{ carried: null, rest: null },
      }
      taking++
      try {
        save(change)
        if (!(await moveAside(of.path, aside))) {
          drop(id)
          return 'gone'
        }
      } catch (error) {
        options.onFault(error)
        drop(id)
        return 'failed'
      } finally {
        taking--
      }
      // Out of effect, and found again beside its place whatever comes now.
      taking++
      try {
        const kept = await keepAside(aside, images).catch(() => null)
        const isKept = kept !== null && kept.before.kind !== 'not-kept'
        const noted: Change = { ...change, ...kept, state: isKept ? 'open' : 'done' }
        // Known to be kept before any of it goes: whoever comes after a crash takes the rest away.
        save(noted)
        if (isKept) save(await dropped(noted))
        return 'kept'
      } finally {
        taking--
      }
    },

    preview: (runId) =>
      alone(async () => ({
        runId,
        changes: await previewChanges(ofRun(runId), images, options.compare),
        notUndoable: [
          ...tellLetGo(documents, runId),
          ...ofRun(runId).flatMap((change) => (change.rest === null ? [] : tellCarried(change, change))),
          ...((await options.notUndoable?.(runId)) ?? []),
        ],
      })),

    undo: ({ runId, changeId, callId }) =>
      alone(async () => {
        const wanted = ofRun(runId).filter(
          (change) =>
            change.state === 'done' &&
            // It was not there before the run: only somebody who means it has it put there.
            (change.what !== 'set-aside' || changeId !== undefined) &&
            (changeId === undefined || change.id === changeId) &&
            (callId === undefined || change.callId === callId),
        )
        const result: UndoResult = { undone: 0, skipped: [] }
        for (const change of wanted.toReversed()) {
          await nextTurn()
          const why = await noteUndoing(documents, change, () => putBack(change, images))
          if (why !== null) {
            result.skipped.push({ path: change.path, why })
            continue
          }
          save({ ...change, state: 'undone' })
          result.undone++
        }
        return result
      }),

    prune,
    count: (runId) =>
      new Set(ofRun(runId).flatMap((change) => (change.state === 'done' ? change.path : []))).size,
    changes: (runId) => (runId === undefined ? [...changes.values()] : ofRun(runId)),
    async beforeImage(changeId) {
      const before = changes.get(changeId)?.before
      return before?.kind === 'file' ? images.get(before.hash) : null
    },
  }

  async function dropped(change: Change): Promise<Change> {
    try {
      await dropAside(change.nowAt as string)
      return { ...change, nowAt: null, nowPrint: null, state: 'done' }
    } catch (error) {
      options.onFault(error)
      return { ...change, state: 'done' }
    }
  }

  async function imageFor(what: Change['what'], at: string): Promise<Outcome<Image>> {
    if (what !== 'changed' && what !== 'trashed') return ok({ kind: 'none' })
    try {
      const image = await atEntry(at, (entry) => takeImage(entry, images))
      if (image && (what === 'trashed' || image.kind === 'file')) return ok(image)
      return refused(
        'too-large',
        `“${path.basename(at)}” is too large for its old content to be kept for undo (over 64 MB), so it was not changed.`,
      )
    } catch (error) {
      const code = (error as { code?: unknown } | null)?.code
      if (typeof code !== 'string') throw error
      if (what === 'trashed') return ok({ kind: 'not-kept' })
      return refused(
        'unavailable',
        `The old content of “${path.basename(at)}” could not be kept for undo (${code}), so it was not changed. Is the disk full?`,
      )
    }
  }
}

/** All that is kept, oldest first. What can't be read is left out: it can't be undone. */
function loadChanges(documents: DocumentStore): Map<string, Change> {
  const loaded = documents.list(KIND).flatMap(({ value }) => {
    const parsed = Change.safeParse(value)
    return parsed.success ? [parsed.data] : []
  })
  loaded.sort((a, b) => a.seq - b.seq)
  return new Map(loaded.map((change) => [change.id, change]))
}

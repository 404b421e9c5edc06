/** What was there before a change. */
import type { Outcome } from '../../contract/outcome.ts'

/** Called by the file capabilities around each change, under their permit. */
export interface TextDiff {
  /** Unified. A line that starts with a backslash is a note of ours. */
  diff: string
  /** Something that changes is not in it. */
  part: boolean
}

/** Old against new text, for a person to read. */
export type CompareTexts = (
  name: string,
  before: string,
  after: string,
  options: {
    /** What the two are called in the diff's head. */
    heads: readonly [string, string]
    /** The texts are only the beginnings of longer ones. */
    cut?: boolean
  },
) => TextDiff

export interface UndoRecorder {
  /** Before the change: keeps the before-image (content-addressed). Refuses when it can't and the change would lose data. */
  before(change: {
    runId: string | null
    callId: string
    principalId: string
    what: 'created' | 'changed' | 'moved' | 'trashed' | 'folder'
    path: string
    from: string | null
    /** SHA-256, in hex, of the content that the file will have, where that is known. */
    leaves?: string
  }): Promise<Outcome<{ id: string }>>
  /** Before what was carried to another disk is put under a name out of sight, to be taken away. Known when it returns. */
  carrying(id: string, carried: { to: string; aside: string }): void
  /** After it: the hash of what stands there now, so that a person's later change is seen. `nowAt`: where in the trash it lies. */
  after(id: string, done: boolean, nowAt?: string): Promise<void>
  /**
   * Takes what a program left at a place out of effect, and keeps it. Undoing the run leaves it where it is: it was not
   * there before. It comes back when a person asks for this very change. `gone`: nothing stood there any more.
   */
  setAside(of: {
    runId: string | null
    callId: string
    principalId: string
    path: string
  }): Promise<'kept' | 'gone' | 'failed'>
}

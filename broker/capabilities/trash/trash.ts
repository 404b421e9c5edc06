/** Where deleted things go. Nothing is ever deleted for good. */
import type { Outcome, Refused } from '../../../contract/outcome.ts'
import type { HeldPlace } from '../files/held.ts'

/** Before something that was carried there from another disk is taken away under a name out of sight. */
export type NoteCarried = (carried: { to: string; aside: string }) => void

export interface Trash {
  /** Why there is none here now. */
  unable?(): Refused | null
  /** Puts a held entry into the trash. `now` is where it lies there, '' where the system doesn't say. */
  put(place: HeldPlace, note: NoteCarried): Promise<Outcome<{ now: string }>>
}

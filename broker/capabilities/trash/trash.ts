/** Where deleted things go. Nothing is ever deleted for good. */
import type { Outcome, Refused } from '../../../contract/outcome.ts'
import type { HeldPlace } from '../files/held.ts'

export interface Trash {
  /** Why there is none here now. */
  unable?(): Refused | null
  /** Puts a held entry into the trash. `now` is where it lies there, '' where the system doesn't say. */
  put(place: HeldPlace): Promise<Outcome<{ now: string }>>
}

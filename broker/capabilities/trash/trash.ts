/** Where deleted things go. Nothing is ever deleted for good. */
import type { Outcome } from '../../../contract/outcome.ts'
import type { HeldPlace } from '../files/held.ts'

export interface Trash {
  /** Puts a held entry into the trash. `now` is where it lies there, '' where the system doesn't say. */
  put(place: HeldPlace): Promise<Outcome<{ now: string }>>
}

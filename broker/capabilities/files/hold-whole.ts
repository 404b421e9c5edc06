/** An entry that is taken away with all that is in it: nothing that is guarded may lie below. */
import type { Outcome } from '../../../contract/outcome.ts'
import type { FileRoom } from './file-room.ts'
import type { HeldNothing, HeldPlace } from './held.ts'

export function holdWhole(
  files: Pick<FileRoom, 'entry' | 'guard'>,
  text: string,
): Outcome<HeldPlace | HeldNothing> {
  const found = files.entry(text)
  if (found.kind !== 'ok') return found
  const refusal = files.guard().refuseWhole(found.value.path)
  if (!refusal) return found
  found.value.close()
  return refusal
}

/** The trash of macOS and Windows belongs to the desktop: the shell is asked. Without a desktop nothing is deleted. */
import { type Outcome, ok } from '../../../contract/outcome.ts'
import type { Desktop } from '../../ports.ts'
import type { HeldPlace, PathHolder } from '../files/held.ts'
import { movedMeanwhile } from '../write/open-place.ts'
import type { Trash } from './trash.ts'

export function createDesktopTrash(desktop: Desktop, holder: PathHolder): Trash {
  return {
    unable: () => desktop.unable(),
    async put(place: HeldPlace): Promise<Outcome<{ now: string }>> {
      // The shell takes a name, so the name is checked again at the last moment.
      if (!holder.stillThere(place.folder)) return movedMeanwhile(place.path)
      const done = await desktop.do({ do: 'trash', path: place.path })
      return done.kind === 'ok' ? ok({ now: '' }) : done
    },
  }
}

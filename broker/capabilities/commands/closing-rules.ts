/** What rules do to single files and folders that a command would reach. */
import type { PerformContext } from '../../ports.ts'
import type { FileRoom } from '../files/file-room.ts'
import type { Seen } from './look-below.ts'

/** No rule can be about this name, so it stands for all that none is about. */
const ANY_NAME = '\0'

export function rulesOf({
  files,
  context,
  asked,
}: {
  files: FileRoom
  /** Whether a person answers for this very command. */
  asked: boolean
  context: Pick<PerformContext, 'wouldDecide' | 'ruleSubjects'>
}) {
  const closes = (capability: 'fs.read' | 'fs.write', path: string, more: { forGit?: true } = {}) => {
    const effect = context.wouldDecide({
      capability,
      resource: { kind: 'path', path, byProgram: true, ...more },
    })
    return effect === 'deny' || (effect === 'ask' && !asked)
  }
  const guard = files.guard()
  const subjects = context.ruleSubjects()
  let last = { folder: '', holds: false }
  /** A place that something is about, in this folder or deeper. Things of one folder come in a row. */
  const holdsPlaces = (folder: string) => {
    if (folder !== last.folder)
      last = { folder, holds: subjects.isAboutPlace(folder) || guard.refuseWhole(folder) !== null }
    return last.holds
  }
  return {
    isHidden: (path: string, isFolder: boolean) =>
      guard.refuse(path) !== null ||
      closes('fs.read', path) ||
      (isFolder && closes('fs.read', `${path}/${ANY_NAME}`)),
    isFixed: (path: string) => closes('fs.write', path),
    /** In a repository that no name tells. */
    isFixedForGit: (path: string) => closes('fs.write', path, { forGit: true }),
    /** Nothing may come into it. */
    isKept: (folder: string) => closes('fs.write', `${folder}/${ANY_NAME}`),
    /** Of all others it is known what they are from their folder. */
    isSingle: ({ folder, path, name }: Seen) =>
      subjects.isAboutName(name) ||
      (holdsPlaces(folder) && (subjects.isAboutPlace(path) || guard.refuseWhole(path) !== null)),
  }
}
export type Rules = ReturnType<typeof rulesOf>

/**
 * Paths that no rule opens: the kernel's views (/proc, /sys, /dev), which are no files, and Sallyport's own folders,
 * where a change would be a change of the gate itself. Judged by the canonical path alone.
 */
import { type Refused, refused } from '../../../contract/outcome.ts'
import { isAtOrBelow } from './name-paths.ts'

export interface PathGuard {
  /** Null when the path may be decided on. */
  refuse(path: string): Refused | null
  /** For what takes a whole folder with it: also refused when something guarded lies below. */
  refuseWhole(path: string): Refused | null
  /** Sallyport's own folders. */
  guarded: readonly string[]
}

const KERNEL_VIEWS = ['/proc', '/sys', '/dev']

/** @param ownPaths canonical */
export function createPathGuard(ownPaths: readonly string[], platform: NodeJS.Platform): PathGuard {
  const views = platform === 'win32' ? [] : KERNEL_VIEWS
  const folds = platform !== 'linux'
  const same = (path: string) => (folds ? path.toLowerCase() : path)
  const own = ownPaths.map(same)

  function refuse(path: string): Refused | null {
    for (const view of views) {
      if (isAtOrBelow(path, view))
        return refused(
          'invalid-request',
          `${view} is no place for files: it shows the computer’s own insides. It was not opened.`,
        )
    }
    const plain = same(path)
    if (own.some((folder) => isAtOrBelow(plain, folder)))
      return refused('outside-perimeter', 'These are Sallyport’s own files. No tool may use them.')
    return null
  }

  return {
    refuse,
    guarded: ownPaths,
    refuseWhole(path) {
      const plain = same(path)
      const holds = [...views, ...own].some((folder) => isAtOrBelow(folder, plain))
      return (
        refuse(path) ??
        (holds
          ? refused(
              'outside-perimeter',
              'This folder holds files that no tool may use, so it can’t be taken as a whole.',
            )
          : null)
      )
    },
  }
}

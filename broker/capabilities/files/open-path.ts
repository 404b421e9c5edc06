/** Opening on Linux without reading, blocking or waking anything; errors as their names. */
import fs from 'node:fs'
import { errnoOf } from './explain-error.ts'

/** From <fcntl.h>; Node does not export it. The same on every architecture that Node 26 runs on. */
const O_PATH = 0o10000000

export function openPath(path: string, more = 0): number | string {
  try {
    return fs.openSync(path, O_PATH | more)
  } catch (error) {
    return errnoOf(error) || 'EIO'
  }
}

export function openFolder(path: string): number {
  return fs.openSync(path, O_PATH | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW)
}

export function tryFolder(path: string): number | string {
  try {
    return openFolder(path)
  } catch (error) {
    return errnoOf(error) || 'EIO'
  }
}

export function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

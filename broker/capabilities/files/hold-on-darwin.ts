/**
 * Handles on macOS, where a folder's handle can't be named in a path. The canonical path is asked of the system, and
 * every later use opens it with O_NOFOLLOW_ANY, which fails if any part of it has become a link meanwhile; the
 * identity of what was decided on is compared too. Between that check and a rename there is a gap that Linux does not
 * have: who could use it can already write in that very folder.
 */
import fs from 'node:fs'
import type { PathHolder } from './held.ts'
import { createNamedHolder } from './hold-by-name.ts'
import type { NameSpelling } from './spell-names.ts'

/** From <sys/fcntl.h>: no part of the path may be a symbolic link. Since macOS 11. */
const O_NOFOLLOW_ANY = 0x20000000

export function createDarwinHolder(spelling: NameSpelling): PathHolder {
  return createNamedHolder({
    spelling,
    readFlags: fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | O_NOFOLLOW_ANY,
    separator: '/',
  })
}

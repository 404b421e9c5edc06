/**
 * Handles on Windows: the canonical path is asked of the system (which follows links and junctions), and identity is
 * compared again at every use. A held handle keeps a file from being swapped only while it is open, so the gap
 * between check and use is as on macOS.
 */
import fs from 'node:fs'
import type { PathHolder } from './held.ts'
import { createNamedHolder } from './hold-by-name.ts'
import type { NameSpelling } from './spell-names.ts'

export function createWindowsHolder(spelling: NameSpelling): PathHolder {
  return createNamedHolder({ spelling, readFlags: fs.constants.O_RDONLY, separator: '\\' })
}

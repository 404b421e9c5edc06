/**
 * Giving an entry another place without ever writing over what is there. Node has no rename that refuses to, so a file
 * is linked to its new name (which fails if the name is taken) and then loses its old one; a folder is renamed, which
 * the system refuses over a file or a folder with anything in it.
 */
import fs from 'node:fs'
import { errnoOf } from '../files/explain-error.ts'
import { LINKLESS } from './put-file.ts'

/** Throws system errors; EEXIST when the new name is taken, EXDEV when it lies on another disk. */
export function renameEntry(from: string, to: string, stat: fs.Stats): void {
  if (stat.isDirectory()) {
    refuseIfTaken(to)
    fs.renameSync(from, to)
    return
  }
  try {
    fs.linkSync(from, to)
  } catch (error) {
    if (!LINKLESS.has(errnoOf(error))) throw error
    refuseIfTaken(to)
    fs.renameSync(from, to)
    return
  }
  fs.unlinkSync(from)
}

function refuseIfTaken(at: string): void {
  if (fs.lstatSync(at, { throwIfNoEntry: false }))
    throw Object.assign(new Error('The name is taken.'), { code: 'EEXIST' })
}

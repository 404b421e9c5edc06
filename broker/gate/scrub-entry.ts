/**
 * What goes into the log, without secrets: no registered value ever enters it, and no credential that nobody stored
 * does, where an entry tells of more than the path of a file that was read (that is the hot path, and holds no more).
 */
import type { NewEntry } from '../../contract/activity.ts'
import type { Json } from '../../contract/words.ts'
import type { LeakScanner, Soon } from '../ports.ts'

type Leaks = Pick<LeakScanner, 'redactJson' | 'scanJson'>

export function scrubEntry(leaks: Leaks, entry: NewEntry): Soon<NewEntry> {
  const onlyPaths = entry.capability === 'fs.read' || entry.capability === 'fs.list'
  const told: Json = entry.details ? [entry.subject, entry.details as Json] : [entry.subject]
  const clean = onlyPaths ? leaks.redactJson(told) : leaks.scanJson(told)
  return clean instanceof Promise
    ? clean.then(({ value }) => put(entry, value as Told))
    : put(entry, clean.value as Told)
}

type Told = [string, Record<string, Json>?]
function put(entry: NewEntry, [subject, details]: Told): NewEntry {
  return details ? { ...entry, subject, details } : { ...entry, subject }
}

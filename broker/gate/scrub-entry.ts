/**
 * What goes into the log, without secrets: no registered value ever enters it, and no credential that nobody stored
 * does, where an entry tells of more than the path of a file that was read (that is the hot path, and holds no more).
 */
import type { NewEntry } from '../../contract/activity.ts'
import type { Json } from '../../contract/words.ts'
import type { LeakScanner } from '../ports.ts'

type Leaks = Pick<LeakScanner, 'redactKnown' | 'redactJson' | 'scan'>

export function scrubEntry(leaks: Leaks, entry: NewEntry): NewEntry {
  const onlyPaths = entry.capability === 'fs.read' || entry.capability === 'fs.list'
  const clean = (text: string) => (onlyPaths ? leaks.redactKnown(text).text : leaks.scan(text).redacted)
  const subject = clean(entry.subject)
  if (!entry.details) return { ...entry, subject }
  const known = leaks.redactJson(entry.details as Json).value
  const details = (onlyPaths ? known : mapTexts(known, clean)) as Record<string, Json>
  return { ...entry, subject, details }
}

function mapTexts(value: Json, clean: (text: string) => string): Json {
  if (typeof value === 'string') return value.length < SHORTEST ? value : clean(value)
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, clean))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, clean)]))
}
/** No rule knows a credential that is shorter. */
const SHORTEST = 12

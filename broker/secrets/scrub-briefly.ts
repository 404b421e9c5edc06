import type { NewEntry } from '../../contract/activity.ts'
import type { Json } from '../../contract/words.ts'
import type { LeakScanner } from '../ports.ts'
import { mapTexts } from './json-texts.ts'

/** An entry without secrets, at once: for what people write down themselves, a line or two. */
export function scrubBriefly(leaks: Pick<LeakScanner, 'brief'>, entry: NewEntry): NewEntry {
  const clean = (text: string) => leaks.brief(text).redacted
  const subject = clean(entry.subject)
  if (!entry.details) return { ...entry, subject }
  return { ...entry, subject, details: mapTexts(entry.details as Json, clean) as Record<string, Json> }
}

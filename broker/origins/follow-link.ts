/**
 * Reading on from a text that the person pointed at. "Summarize the article that Bob posted in 'general'": the address
 * stands in Bob's message. A page may be fetched from it in silence when
 *
 * - the message is a record with own fields (who wrote it, where: what the service vouches for), and one of them stands
 *   in the person's words;
 * - the address is, letter by letter, a whole link in that record's text, without a query: nothing that the run has
 *   read can have been put into it, so fetching it carries nothing out;
 * - it is only fetched. What leaves by it in any other way is judged like every other target.
 *
 * Which hosts may be read from at all is the perimeter's to say.
 */
import { namesRecord, type PersonWords } from './person-words.ts'
import type { OwnRecord, ReadIndex } from './read-index.ts'

const LINK = /^(?:https?:\/\/)?((?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?::\d{1,5})?)(\/[\w./~-]{0,150})?$/i

export function isLinkOfNamedText(said: PersonWords, index: ReadIndex, address: string): boolean {
  const wanted = linkForm(address)
  if (wanted === null) return false
  return index.records.some(
    (record) =>
      record.carried.some((text) => [...text.identifiers].some((each) => linkForm(each) === wanted)) &&
      isPointedAt(said, record),
  )
}

function isPointedAt(said: PersonWords, record: OwnRecord): boolean {
  return record.fields.some(
    (field) =>
      !field.list &&
      field.values.some((value) => typeof value === 'string' && value.length > 2 && namesRecord(said, value)),
  )
}

/** Host in lower case and path; null for what is no plain address (a query, a name and password, signs beyond those). */
function linkForm(address: string): string | null {
  const match = LINK.exec(address.trim())
  if (!match) return null
  return `${match[1]?.toLowerCase()}${(match[2] ?? '').replace(/\/$/, '')}`
}

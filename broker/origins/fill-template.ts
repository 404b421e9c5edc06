/**
 * A sentence that the person wrote with places to fill ("Tea with {guest_name}"): is this value that sentence,
 * filled from the person's own records? Every place must be filled whole by a field of its kind (a name by a name, an
 * address by an address), all of them from one record where there are several. Nothing from outside fills a place.
 */
import type { PersonWords } from './person-words.ts'
import { isSame } from './reach-records.ts'
import type { OwnField, OwnRecord, ReadIndex } from './read-index.ts'
import { nameTokens } from './read-words.ts'

const PLACE = /\{([\w .-]{1,60})\}/g
const ORDINAL = /^(\d{1,3}(st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)$/i
const RANK = /^\d{1,3}$/
const MOST_FILLED = 300

/** The records that filled it; null when no template fits. An empty list: a template without a record (a rank). */
export function fillTemplate(said: PersonWords, index: ReadIndex, value: string): OwnRecord[] | null {
  if (value.length > 20_000) return null
  for (const template of said.templates) {
    const places = [...template.matchAll(PLACE)].map((match) => match[1] as string)
    const pattern = template
      .split(PLACE)
      .map((part, at) => (at % 2 === 0 ? literal(part) : `(.{1,${MOST_FILLED}}?)`))
    const match = new RegExp(`^${pattern.join('')}$`).exec(value.trim())
    if (!match) continue
    const filled = match.slice(1)
    const ranks = places.map((place, at) => (place === 'rank' ? RANK : ORDINAL).test(filled[at] ?? ''))
    if (ranks.every(Boolean)) return []
    const fits = (record: OwnRecord) =>
      places.every((place, at) => ranks[at] || fills(record, place, filled[at] as string))
    const record = index.records.find(fits)
    if (record) return [record]
    const apart = acrossRecords(index, places, filled, ranks)
    if (apart) return apart
  }
  return null
}

/**
 * A record that several reads gave piece by piece: the name in one, the address in another, both by one shared name.
 */
function acrossRecords(
  index: ReadIndex,
  places: string[],
  filled: string[],
  ranks: boolean[],
): OwnRecord[] | null {
  const named = index.records.filter((record) => record.names.some((name) => filled.includes(name)))
  for (const anchor of named) {
    const kin = named.filter((record) => record.names.some((name) => anchor.names.includes(name)))
    const whole = places.every(
      (place, at) => ranks[at] || kin.some((record) => fills(record, place, filled[at] as string)),
    )
    if (whole) return kin
  }
  return null
}

function fills(record: OwnRecord, place: string, text: string): boolean {
  const wanted = nameTokens(place)
  const isKind = (field: OwnField) => nameTokens(field.key).some((token) => wanted.includes(token))
  return record.fields.some(
    (field) => !field.list && isKind(field) && field.values.some((value) => isSame(value, text)),
  )
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)
}

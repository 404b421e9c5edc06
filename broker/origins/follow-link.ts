/**
 * Reading on from a text that the person pointed at. "Summarize the article that Bob posted in 'general'": the address
 * stands in Bob's message. An identifier out of free text backs nothing else, and this only so that following it tells
 * nobody more than that it was followed:
 *
 * - The messages are records whose writer or place is an own field (the service vouches for it) that stands in the
 *   person's words; of several, the ones that more of the words fit, or that speak of what the words describe.
 * - All of those together hold one link. Where a text talks the model into choosing between links, each choice would
 *   tell something of what the run has read; with a second link, whoever put it there, the person is asked. "All the
 *   links in general" leaves no choice either, as long as they are few.
 * - The address is that link letter by letter, without query, fragment, name or password: nothing that the run has
 *   read can have been put into it. It is fetched once, by a request that only fetches; a second time is asked.
 *
 * What is left to somebody who can write that very message is which page is read: text from outside, as the message
 * was. Which hosts may be read from at all is the perimeter's to say.
 */
import { namesRecord, type PersonWords } from './person-words.ts'
import type { OwnRecord, ReadIndex } from './read-index.ts'
import { identifiersOf, PLAIN_WORDS, singular } from './read-words.ts'
import { isPlaceOfMessages, isWriterKey } from './thing-kinds.ts'

const LINK = /^(?:https?:\/\/)?((?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?::\d{1,5})?)(\/[\w./~-]{0,150})?$/i
/** Anything that somebody could mean as an address, plain or not. */
const ADDRESS = /^(?:[a-z][a-z0-9+.-]{1,20}:\/\/\S|(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,24}(?:[:/?#]\S*)?$)/iu
const ALL_LINKS =
  /\b(?:all|each|every)\s+(?:of\s+)?(?:(?:the|those|these)\s+)?(?:web\s?sites?|web\s?pages?|pages?|sites?|links?|articles?|urls?)\b/i
const MOST_OF_ALL = 3
const DESCRIBING = 2

export function isLinkOfNamedText(said: PersonWords, index: ReadIndex, address: string): boolean {
  const wanted = linkForm(address)
  if (wanted === null || index.partial || wasFollowed(index, wanted)) return false
  const messages = index.records.filter((record) => scoreOf(said, record) > 0)
  if (ALL_LINKS.test(said.text)) {
    const links = linksOf(messages)
    return links.size <= MOST_OF_ALL && links.has(wanted)
  }
  const described = messages.filter((record) => tellingWords(said, record) >= DESCRIBING)
  const links = linksOf(described.length > 0 ? described : fittest(said, messages))
  return links.size === 1 && links.has(wanted)
}

/** How many of a message's own writer and places stand in the words. Nought for what is no message from outside. */
function scoreOf(said: PersonWords, record: OwnRecord): number {
  if (record.carried.length === 0) return 0
  return record.fields.filter(
    (field) =>
      !field.list &&
      (isWriterKey(field.key) || isPlaceOfMessages(field.key)) &&
      field.values.some((value) => typeof value === 'string' && value.length > 2 && namesRecord(said, value)),
  ).length
}

function fittest(said: PersonWords, messages: readonly OwnRecord[]): OwnRecord[] {
  const best = Math.max(0, ...messages.map((record) => scoreOf(said, record)))
  return messages.filter((record) => scoreOf(said, record) === best)
}

/** Words of the text, no parts of an address, that the person also used. */
function tellingWords(said: PersonWords, record: OwnRecord): number {
  const parts = new Set(
    [...identifiersOf(said.text)].flatMap((each) => each.toLowerCase().split(/[^\p{L}\p{N}]+/u)),
  )
  const words = record.carried.flatMap((text) => text.words.trim().split(' '))
  const names = record.fields.flatMap((field) => field.values.map((value) => String(value).toLowerCase()))
  const telling = words.filter(
    (word) =>
      word.length > 2 &&
      !PLAIN_WORDS.has(word) &&
      !parts.has(word) &&
      !names.includes(word) &&
      said.words.has(singular(word)),
  )
  return new Set(telling).size
}

/** Every address in these texts in its plain form; one that has no plain form counts as itself, so that it is seen. */
function linksOf(messages: readonly OwnRecord[]): Set<string> {
  const found = messages.flatMap((record) => record.carried.flatMap((text) => [...text.identifiers]))
  return new Set(found.filter((each) => ADDRESS.test(each)).map((each) => linkForm(each) ?? each))
}

function wasFollowed(index: ReadIndex, wanted: string): boolean {
  return index.calls.some((call) => call.args.some((arg) => linkForm(String(arg)) === wanted))
}

/** Host in lower case and path; null for what is no plain address (a query, a name and password, signs beyond those). */
function linkForm(address: string): string | null {
  const match = LINK.exec(address.trim())
  if (!match) return null
  return `${match[1]?.toLowerCase()}${(match[2] ?? '').replace(/\/$/, '')}`
}

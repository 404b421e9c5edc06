/**
 * "Create an event for the reunion, based on the emails about it": the person points at texts from which the rest is to
 * be filled in. For something that is made for themselves alone, whose name they said, a place, a day or a time may
 * then come from such a text: the worst that a hostile text can do is a wrong line in their own calendar, which the
 * record shows and undo takes back. Never an address, a link, a number or any other identifier; never for what is
 * changed, deleted, paid or told to anybody.
 */
import type { PersonWords } from './person-words.ts'
import type { ReadIndex } from './read-index.ts'
import { isSaidDay, type Moment, readTimes } from './read-times.ts'
import { foldedForm, identifiersOf } from './read-words.ts'

const POINTED =
  /\b(?:based on|according to|from|using|with the details (?:of|in))\s+(?:the\s+|my\s+|that\s+|this\s+|these\s+|those\s+)?(?:e-?mails?|messages?|letters?|invitations?|notes?)\b/i
const LONGEST = 80

export function pointsAtTexts(said: PersonWords): boolean {
  return POINTED.test(said.text)
}

/** A few plain words that stand whole in one text from outside. */
export function isWordsOfTexts(index: ReadIndex, value: string): boolean {
  if (value.length > LONGEST || identifiersOf(value).length > 0 || /[\n\r]/.test(value)) return false
  const words = foldedForm(value)
  return words.trim() !== '' && index.outside.some((read) => read.words.includes(words))
}

/** A day and a time that one text from outside says both. */
export function isMomentOfTexts(index: ReadIndex, moment: Moment): boolean {
  return index.outside.some((read) => {
    const told = readTimes(read.words)
    return (
      isSaidDay(told.days, moment.day) && (moment.minutes === null || told.times.includes(moment.minutes))
    )
  })
}

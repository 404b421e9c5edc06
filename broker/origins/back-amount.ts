/**
 * Amounts of money that the person described instead of typing them, and can only mean one sum by: the amount of a
 * record that they name ("what I pay for Blue Heron"), a percentage of it that they said, with a fee that they said;
 * paying back, where sender and amount come from one record, of which they said one; and what of it was too much. Where several records could
 * be meant and don't agree, none is. All of it is the person's own records; nothing from outside takes part.
 */
import type { PersonWords } from './person-words.ts'
import type { OwnRecord, ReadIndex } from './read-index.ts'
import { nameTokens } from './read-words.ts'
import { isWriterKey } from './thing-kinds.ts'

const AMOUNT = new Set(['amount', 'sum', 'price', 'total'])
const BACK =
  /\b(refund|reimburse|repay|pay(?:ing)? back|(?:pay|send|give) (?:him|her|them|it|that) back|(?:send|give) back|return)\b/i
/** What is too much goes back, not all of it. */
const DIFFERENCE = /\b(difference|too much|overpaid|surplus|excess)\b/i
/** A sum that two people bear: each of them half. */
const SHARED = /\b(share|shared|half|halves|split)\b/i
/** The words leave the sum to a record: "the amount I usually pay for", "10 % of what". */
const LEFT_TO_RECORD = /\b(amount|what (?:I|we|they)|as much|the same|usual(?:ly)?|difference|price|sum)\b|%/i
const PERCENT = /(\d{1,3}(?:\.\d{1,4})?)\s?%/g
const HALF_A_CENT = 0.005

export function isAmount(arg: string): boolean {
  return nameTokens(arg).some((token) => AMOUNT.has(token))
}

/** `named` are groups of own records that the person names, each group all the records of one name. */
export function isDescribedAmount(
  said: PersonWords,
  named: readonly (readonly OwnRecord[])[],
  value: number,
): boolean {
  if (asksBack(said) || !LEFT_TO_RECORD.test(said.text)) return false
  const percents = [...said.text.matchAll(PERCENT)].map((match) => Number(match[1]))
  const fees = [0, ...[...said.numbers].filter((number) => !percents.includes(number))]
  return named.some((group) => {
    const amount = agreedAmount(group)
    if (amount === null) return false
    if (isNear(amount, value)) return true
    return percents.some((percent) => fees.some((fee) => isNear((amount * percent) / 100 + fee, value)))
  })
}

export function asksBack(said: PersonWords): boolean {
  return BACK.test(said.text)
}

/** Paying back: does the record whose sender (or amount) the person said give `value` as its amount (or sender)? */
export function isPaidBack(said: PersonWords, index: ReadIndex, value: string | number): boolean {
  if (index.partial || !asksBack(said)) return false
  if (typeof value === 'number' && DIFFERENCE.test(said.text)) return false
  const received = receivedOf(index)
  const meant =
    typeof value === 'number'
      ? received.filter((each) => said.chunks.has(each.from))
      : received.filter((each) => said.numbers.has(each.amount))
  const given = new Set(meant.map((each) => (typeof value === 'number' ? each.amount : each.from)))
  return given.size === 1 && given.has(value)
}

function receivedOf(index: ReadIndex): { from: string; amount: number }[] {
  return index.records.flatMap((record) => {
    const from = record.fields.find((field) => !field.list && isWriterKey(field.key))?.values[0]
    const amount = amountOf(record)
    return typeof from === 'string' && from.length > 2 && amount !== null ? [{ from, amount }] : []
  })
}

/**
 * "They sent me their share, we spent 12.00: send back the difference": what came in from the one whom the words name,
 * less the one number that they say, or half of it where it was shared. Only where one sum comes out; never more than
 * came in.
 */
export function isDifferenceBack(said: PersonWords, index: ReadIndex, value: string | number): boolean {
  if (typeof value !== 'number' || index.partial || !asksBack(said) || !DIFFERENCE.test(said.text))
    return false
  const [spent, ...more] = said.numbers
  const sums = new Set(
    receivedOf(index).flatMap(({ from, amount }) => (said.chunks.has(from) ? [amount] : [])),
  )
  const [came] = sums
  if (spent === undefined || more.length > 0 || spent <= 0 || sums.size !== 1 || came === undefined)
    return false
  const parts = SHARED.test(said.text) ? [spent, spent / 2] : [spent]
  const left = parts.map((part) => came - part).filter((each) => each > HALF_A_CENT)
  return left.length === 1 && isNear(left[0] as number, value)
}

function agreedAmount(group: readonly OwnRecord[]): number | null {
  const amounts = new Set(group.map(amountOf).filter((amount) => amount !== null))
  const [only] = amounts
  return amounts.size === 1 && only !== undefined ? only : null
}

function amountOf(record: OwnRecord): number | null {
  const fields = record.fields.filter((field) => !field.list && isAmount(field.key))
  const value = fields.length === 1 ? fields[0]?.values[0] : undefined
  return typeof value === 'number' && value > 0 ? value : null
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < HALF_A_CENT
}

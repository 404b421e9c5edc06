/**
 * Amounts of money that the person described instead of typing them, and can only mean one sum by: the amount of a
 * record that they name ("what I pay for Blue Heron"), a percentage of it that they said, with a fee that they said;
 * and paying back, where sender and amount come from one record, of which they said one. Where several records could
 * be meant and don't agree, none is. All of it is the person's own records; nothing from outside takes part.
 */
import type { PersonWords } from './person-words.ts'
import type { OwnRecord, ReadIndex } from './read-index.ts'
import { nameTokens } from './read-words.ts'
import { isWriterKey } from './thing-kinds.ts'

const AMOUNT = new Set(['amount', 'sum', 'price', 'total'])
const BACK =
  /\b(refund|reimburse|repay|pay(?:ing)? back|pay (?:him|her|them|it|that) back|send back|return)\b/i
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
  const received = index.records.flatMap((record) => {
    const from = record.fields.find((field) => !field.list && isWriterKey(field.key))?.values[0]
    const amount = amountOf(record)
    return typeof from === 'string' && from.length > 2 && amount !== null ? [{ from, amount }] : []
  })
  const meant =
    typeof value === 'number'
      ? received.filter((each) => said.chunks.has(each.from))
      : received.filter((each) => said.numbers.has(each.amount))
  const given = new Set(meant.map((each) => (typeof value === 'number' ? each.amount : each.from)))
  return given.size === 1 && given.has(value)
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

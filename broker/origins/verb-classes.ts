/**
 * Which kinds of effect a person's words ask for, and which kind a function is, by the words of its name. General
 * classes of verbs, no function and no tool by name. Only asking forms count: "who is invited", "the mail that Ann
 * sent", "I'll book it later" and "don't send it" ask for nothing, and nor does what stands in quotes.
 */
import { nameTokens } from './read-words.ts'

export type VerbClass =
  | 'create'
  | 'add'
  | 'reserve'
  | 'send'
  | 'invite'
  | 'pay'
  | 'delete'
  | 'change'
  | 'run'
  | 'open'

const VERBS: Record<VerbClass, string> = {
  create:
    'create make write draft generate schedule register save put set compose produce copy duplicate prepare plan build start open',
  add: 'add append include insert attach put join',
  reserve: 'reserve book order buy purchase rent hire reservation booking',
  send: 'send email mail forward reply respond message post publish share notify tweet dm submit upload announce text write tell ask answer contact',
  invite: 'invite share add welcome',
  pay: 'pay transfer wire refund reimburse repay remit donate deposit settle payment transaction',
  delete: 'delete remove cancel erase trash drop discard clear kick revoke unsubscribe ban',
  change:
    'change update move reschedule edit modify rename set adjust replace postpone shift reset correct fix revise switch extend amend increase decrease raise lower tidy arrange organize reorganize',
  run: 'run execute launch',
  open: 'open',
}
/** Function class → classes of the person's verbs that ask for it. */
const ASKED_BY: Record<VerbClass, VerbClass[]> = {
  create: ['create', 'add'],
  add: ['add', 'invite'],
  reserve: ['reserve'],
  send: ['send'],
  invite: ['invite'],
  pay: ['pay'],
  delete: ['delete'],
  change: ['change'],
  run: ['run'],
  open: ['open'],
}
const MONEY = new Set(['money', 'payment', 'transaction', 'fund', 'transfer', 'cash'])
/** Nouns as often as verbs: they count only where a verb stands. */
const NOUN_TOO = new Set(
  'email mail message post text dm book order plan share open start set show copy'.split(' '),
)
const BEFORE_VERB = new Set('please and then to also you or just now kindly ahead must should ll'.split(' '))
/** What is told or written to the person who asks goes nowhere. */
const TO_ME = new Set(['me', 'us'])
const NEGATIONS = new Set(['not', 'never', 'without', 'don', 'dont', 'avoid'])
const FORGET = new Set(['forget', 'hesitate', 'fail'])

export function verbsAsked(text: string): Set<VerbClass> {
  const asked = new Set<VerbClass>()
  const plain = text
    .replaceAll(/(^|[\s(:])(['"“‘])[^\n]*?(['"”’])(?=[\s.,;:!?)]|$)/g, '$1 quoted ')
    .replaceAll(/\b(?:I|we|he|she|they)(?:['’]ll| will)\s+(?:\S+\s+)?\S+/gi, ' later ')
    .replaceAll(/\b(remind(?:er)?(?: me)?) (?:to|about)\s+\S+/gi, '$1 ')
  for (const sentence of plain.split(/[.?!\n:;]+(?=\s|$)/)) {
    const words = sentence.toLowerCase().match(/[\p{L}]+|,/gu) ?? []
    words.forEach((word, at) => {
      if (word !== ',' && stands(words, at)) for (const each of classesOf(word)) asked.add(each)
    })
    if (
      /\bsend\b/i.test(sentence) &&
      /[€$£]\s?\d|\bmoney\b|\bdifference\b|\bback\b|\bamount\b|\b\d+\.\d\d\b/i.test(sentence)
    )
      asked.add('pay')
  }
  return asked
}

function stands(words: string[], at: number): boolean {
  const word = words[at] as string
  const before = words[at - 1]
  if (TO_ME.has(words[at + 1] ?? '') && WORDS.send.has(word)) return false
  if (NOUN_TOO.has(word) && before !== undefined && before !== ',' && !BEFORE_VERB.has(before)) return false
  const near = words.slice(Math.max(0, at - 4), at)
  const no = near.findLastIndex((each) => NEGATIONS.has(each))
  return no < 0 || near.slice(no).some((each) => FORGET.has(each) || each === 'and' || each === ',')
}

function classesOf(word: string): VerbClass[] {
  return (Object.keys(VERBS) as VerbClass[]).filter((each) => WORDS[each].has(word))
}
const WORDS = Object.fromEntries(
  Object.entries(VERBS).map(([name, words]) => [name, new Set(words.split(' '))]),
) as Record<VerbClass, Set<string>>

/** The class of a function, by the first verb in its name; null for a name without a known verb. */
export function classOfFunction(name: string): VerbClass | null {
  const tokens = nameTokens(name)
  for (const token of tokens) {
    const order: VerbClass[] = [
      'delete',
      'change',
      'reserve',
      'pay',
      'invite',
      'send',
      'add',
      'create',
      'run',
      'open',
    ]
    const found =
      token === 'add' || token === 'append' || token === 'insert'
        ? 'add'
        : order.find((each) =>
            each !== 'invite' || token === 'invite' || token === 'share' ? WORDS[each].has(token) : false,
          )
    if (!found) continue
    const money = tokens.some((each) => MONEY.has(each))
    return money && (found === 'send' || found === 'create' || found === 'add') ? 'pay' : found
  }
  return null
}

export function isAsked(asked: ReadonlySet<VerbClass>, kind: VerbClass, name: string): boolean {
  if (ASKED_BY[kind].some((each) => asked.has(each))) return true
  // Adding to something that is there already is also a change of it, and sharing is also sending.
  const tokens = nameTokens(name)
  if (tokens.includes('append') || tokens.includes('insert'))
    return asked.has('create') || asked.has('change')
  // A file is changed by writing it whole.
  if (tokens.includes('write')) return asked.has('change')
  return tokens.includes('share') && asked.has('send')
}

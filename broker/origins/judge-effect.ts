/**
 * Is one side effect backed by the person's own words: verb, target and content, each of them? Deterministic, no model
 * is asked. It errs to one side: what it can't place it calls not backed, and the person is asked.
 *
 * - Verb: the words ask for that kind of effect.
 * - Target and every other argument: stands whole in the words, is a day or time of theirs, fills a template of
 *   theirs, or is a field of an own record that their words reach. Never because it stands in free text.
 * - Content: `back-content.ts`.
 */
import type { Json } from '../../contract/words.ts'
import { asksBack, isAmount, isDescribedAmount, isDifferenceBack, isPaidBack } from './back-amount.ts'
import { findUnbackedContent } from './back-content.ts'
import { isDescribed } from './back-description.ts'
import { backMoment } from './back-moment.ts'
import { isMomentOfTexts, isWordsOfTexts, pointsAtTexts } from './fill-from-texts.ts'
import { fillTemplate } from './fill-template.ts'
import { isLinkOfNamedText } from './follow-link.ts'
import { namesRecord, type PersonWords, standsInWords } from './person-words.ts'
import { backByRecord, isFieldByPart, isOwnAccount, type Reached, reachRecords } from './reach-records.ts'
import type { OwnRecord, ReadIndex } from './read-index.ts'
import { type Moment, readMoment } from './read-times.ts'
import { nameTokens, numberOf, singular } from './read-words.ts'
import { classOfFunction, isAsked, type VerbClass } from './verb-classes.ts'

export interface Effect {
  /** As in code: `create_event`, `fs.trash`. */
  name: string
  /** The kind, when the name does not say it. */
  kind?: VerbClass
  /** False for what only fetches: the words need not name a verb for it, but its target they must. */
  needsVerb?: boolean
  /** It only fetches, and all of it was read here: an address without a body, by GET or HEAD. */
  fetches?: boolean
  input: Json
  /** What a person would call a value: a file's name in the folder that they opened, for its path. */
  names?: ReadonlyMap<string, string>
}
export interface Leaf {
  /** Names on the way to it, joined by a blank: `attachments file_id`. */
  arg: string
  value: string | number | boolean
}
export interface Judgement {
  backed: boolean
  unbacked: string[]
}

const FREE_TEXT = new Set(
  'body content description message text subject title note comment summary memo reason caption detail data stdin'.split(
    ' ',
  ),
)
const PEOPLE = new Set(
  'recipient to cc bcc participant invitee attendee email mail phone channel user member guest people url'.split(
    ' ',
  ),
)
const GOES_OUT: ReadonlySet<VerbClass> = new Set(['send', 'invite', 'pay', 'reserve', 'run', 'open'])
const STAYS: ReadonlySet<VerbClass> = new Set(['create', 'add', 'change'])
/** Arguments that name a thing by a number. */
const NAMING = new Set(['id', 'number', 'no', 'index'])
const LINK_ARG = /\b(url|uri|link|href|address|page|website)\b/i
const MOST_LEAVES = 500

export function judgeEffect(said: PersonWords, index: ReadIndex, effect: Effect): Judgement {
  const kind = effect.kind ?? classOfFunction(effect.name)
  const leaves = leavesOf(effect.input)
  const unbacked: string[] = []
  if (effect.needsVerb !== false && (kind === null || !isAsked(said.asked, kind, effect.name)))
    unbacked.push('No word of yours asks for this kind of step.')
  if (leaves === null) return { backed: false, unbacked: [...unbacked, 'It has too many values to compare.'] }
  if (leaves.length === 0) unbacked.push('It names nothing that your words could back.')
  const context = contextOf(said, index, effect, leaves, kind)
  let anchored = false
  for (const leaf of leaves) {
    const verdict = backLeaf(context, leaf)
    if (verdict.kind === 'said') anchored = true
    if (verdict.kind === 'unbacked') unbacked.push(verdict.why)
  }
  if (leaves.length > 0 && !anchored && unbacked.length === 0)
    unbacked.push('Nothing in it is named by your words.')
  return { backed: unbacked.length === 0, unbacked }
}

interface Context {
  said: PersonWords
  kind: VerbClass | null
  fetches: boolean
  names: ReadonlyMap<string, string>
  index: ReadIndex
  reached: Reached
  /** Records of which a field that names one thing (an id) stands in this call, and those of a filled template. */
  records: OwnRecord[]
  templated: OwnRecord[]
  moments: Moment[]
  carries: boolean
}
type Verdict = { kind: 'said' } | { kind: 'open' } | { kind: 'unbacked'; why: string }

function contextOf(
  said: PersonWords,
  index: ReadIndex,
  effect: Effect,
  leaves: Leaf[],
  kind: VerbClass | null,
): Context {
  const reached = reachRecords(said, index)
  const templated = leaves.flatMap((leaf) =>
    typeof leaf.value === 'string' ? (fillTemplate(said, index, leaf.value) ?? []) : [],
  )
  const filled = new Set(templated.flatMap((record) => record.names))
  // What other reads said of the same thing, by the same name.
  const kin = index.records.filter((record) => record.names.some((name) => filled.has(name)))
  const records = leaves
    .filter((leaf) => typeof leaf.value !== 'boolean')
    .map((leaf) => backByRecord(said, reached, leaf.arg, leaf.value as string | number))
    .filter((record) => record !== null)
  const people = leaves.some(
    (leaf) => nameTokens(leaf.arg).some((token) => PEOPLE.has(token)) || /\S@\S/.test(String(leaf.value)),
  )
  const carries = kind === null || GOES_OUT.has(kind) || !STAYS.has(kind) || people
  const moments = leaves.map((leaf) => readMoment(leaf.value)).filter((each) => each !== null)
  const fetches = effect.fetches === true
  const names = effect.names ?? new Map<string, string>()
  return {
    ...{ said, kind, fetches, names, index, reached, records, moments, carries },
    templated: [...templated, ...kin],
  }
}

function backLeaf(context: Context, leaf: Leaf): Verdict {
  const { said, index, reached, templated } = context
  const { arg, value } = leaf
  const tokens = nameTokens(arg)
  if (typeof value === 'boolean')
    return !value || tokens.some((token) => said.words.has(token)) ? { kind: 'open' } : unbacked(leaf)
  const moment = readMoment(value)
  if (moment) {
    const others = context.moments.filter((each) => each.at !== moment.at)
    const backing = backMoment({ said, index, others, records: context.records }, moment)
    if (backing === 'said') return { kind: 'said' }
    if (backing === 'open' && mayLeaveOpen(context, moment)) return { kind: 'open' }
    if (mayFill(context) && isMomentOfTexts(index, moment)) return { kind: 'open' }
    return backByRecord(said, reached, arg, value) ? { kind: 'said' } : unbacked(leaf)
  }
  const name = context.names.get(String(value))
  if (standsAsValue(said, tokens, value)) return { kind: 'said' }
  if (name !== undefined && standsAsValue(said, tokens, name)) return { kind: 'said' }
  // What is paid back is what came in (or what of it was too much), and no other sum of a record that the words reach.
  if (context.kind === 'pay' && isAmount(arg) && asksBack(said))
    return isPaidBack(said, index, value) || isDifferenceBack(said, index, value)
      ? { kind: 'said' }
      : unbacked(leaf)
  if (typeof value === 'string' && fillTemplate(said, index, value)) return { kind: 'said' }
  if (backByRecord(said, reached, arg, value, templated)) return { kind: 'said' }
  if (typeof value === 'string' && isOwnAccount(index, value)) return { kind: 'open' }
  if (isSmallChoice(said, tokens, value)) return { kind: 'open' }
  if (isMeant(context, leaf.arg, value)) return { kind: 'said' }
  if (typeof value === 'string' && mayFill(context) && isWordsOfTexts(index, value)) return { kind: 'open' }
  if (typeof value === 'string' && tokens.some((token) => FREE_TEXT.has(token))) {
    const named = reached.named.flat()
    const records = [...named, ...context.records, ...templated]
    const why = findUnbackedContent({ said, index, records, named, carries: context.carries }, value)
    return why === null
      ? { kind: 'open' }
      : { kind: 'unbacked', why: `The ${leaf.arg.slice(0, 60)}: ${why}.` }
  }
  return unbacked({ arg, value: name ?? value })
}

/** Something new for the person alone, to be filled from texts that they point at; its name must still be theirs. */
function mayFill({ said, kind, carries }: Context): boolean {
  return kind === 'create' && !carries && pointsAtTexts(said)
}

/** Not typed, but described so that it is the only one that can be meant. */
function isMeant(context: Context, arg: string, value: string | number): boolean {
  const { said, index, reached, kind, fetches } = context
  if (fetches) return typeof value === 'string' && LINK_ARG.test(arg) && isLinkOfNamedText(said, index, value)
  if (isDescribed({ said, index, kind }, arg, value)) return true
  const inAccounts = kind === 'pay' || kind === 'change'
  if (kind === 'pay' && typeof value === 'number' && isAmount(arg)) {
    const named = [...reached.named, ...reached.byIdentifier, ...reached.byPart]
    if (isDescribedAmount(said, named, value)) return true
  }
  if (kind === 'pay' && isPaidBack(said, index, value)) return true
  // A shortened name is enough to change or add to a thing of one's own, not to delete or give it away.
  return (inAccounts || kind === 'add') && isFieldByPart(said, reached, arg, value)
}

/** Whole in the words; a bare number that names a thing only where the words say that it does ("file 24", "ID '24'"). */
function standsAsValue(said: PersonWords, tokens: string[], value: string | number): boolean {
  const number = numberOf(String(value).trim())
  if (number !== null && tokens.some((token) => NAMING.has(token))) {
    if (!said.numbers.has(number) && !said.chunks.has(String(value))) return false
    const names = [...new Set([...tokens, ...NAMING])].map((token) => `${token}s?`).join('|')
    return new RegExp(`(?:^|[^\\p{L}])(?:${names})[\\s:#'"“‘.]{1,4}0*${number}(?![\\p{L}\\p{N}])`, 'iu').test(
      said.text,
    )
  }
  if (typeof value === 'number') return said.numbers.has(value)
  return standsInWords(said, value) || namesRecord(said, value)
}

/** A time that nobody said is the model's to choose in an own calendar; a day that nobody said also for a payment. */
function mayLeaveOpen(context: Context, moment: Moment): boolean {
  return !context.carries || moment.minutes === null
}

/** "read permissions" backs `permission: r`: a letter or a word of the words that stand beside the argument's name. */
function isSmallChoice(said: PersonWords, tokens: string[], value: string | number): boolean {
  if (typeof value !== 'string' || !/^[a-z]{1,12}$/.test(value)) return false
  const words = said.phrase.trim().split(' ')
  return words.some((word, at) => {
    if (!tokens.includes(singular(word))) return false
    return [words[at - 1], words[at + 1]].some(
      (near) => near !== undefined && (value.length === 1 ? near.startsWith(value) : near === value),
    )
  })
}

function unbacked(leaf: Leaf): Verdict {
  return {
    kind: 'unbacked',
    why: `“${String(leaf.value).slice(0, 120)}” (${leaf.arg.slice(0, 60)}) is nowhere in what you wrote.`,
  }
}

/** Every value with its name; empty ones say nothing. Null for too many. */
export function leavesOf(input: Json): Leaf[] | null {
  const leaves: Leaf[] = []
  const walk = (value: Json, names: string[]): boolean => {
    if (leaves.length > MOST_LEAVES) return false
    if (value === null || value === '') return true
    if (typeof value !== 'object') {
      leaves.push({ arg: names.join(' '), value })
      return true
    }
    if (Array.isArray(value)) return value.every((each) => walk(each, names))
    return Object.entries(value).every(([name, each]) => {
      // A key that no program would declare is a value in a key's place.
      if (!/^[A-Za-z_][A-Za-z0-9_-]{0,40}$/.test(name)) leaves.push({ arg: names.join(' '), value: name })
      return walk(each, [...names, name])
    })
  }
  return walk(input, []) ? leaves : null
}

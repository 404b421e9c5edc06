/** Nouns for one kind of thing, as persons and programs write them: a `recipient` is a person, a `room` a channel. */
import { nameTokens, singular } from './read-words.ts'

const KINDS: readonly ReadonlySet<string>[] = [
  'user member person people guest participant attendee colleague employee recipient sender author writer contact customer client friend payer payee',
  'channel room group thread chat',
  'file document doc',
  'event appointment meeting',
  'mail email letter',
  'message post comment',
].map((nouns) => new Set(nouns.split(' ')))

/** Do a noun of the person's and a name in code mean one kind of thing? */
export function isOneKind(noun: string, name: string): boolean {
  const word = singular(noun.toLowerCase())
  return nameTokens(name).some(
    (token) => token === word || KINDS.some((kind) => kind.has(token) && kind.has(word)),
  )
}

/** Keys under which a service says who wrote or sent a thing. */
export function isWriterKey(key: string): boolean {
  return /^(sender|from|author|posted_by|writer|payer)_?$/i.test(key)
}

/** Keys and arguments that say where a message stands or goes. */
export function isPlaceOfMessages(name: string): boolean {
  return nameTokens(name).some((token) => /^(channel|room|group|thread|recipient|to)$/.test(token))
}

/** What a run has read, in the form in which it is compared: records, lists, texts, and the calls that gave them. */
import type { Origin } from '../../contract/origin.ts'

export interface FieldOrigin {
  field: string
  origin: Origin
  /** The field that names an identifier for people, as the manifest declares it. */
  namedBy?: string
}
export interface OwnField {
  key: string
  values: (string | number)[]
  list: boolean
}
/** One structured record: only fields that are the person's own, and apart from them the texts that came with it. */
export interface OwnRecord {
  fields: OwnField[]
  names: string[]
  /** Outside texts inside this record. */
  carried: ReadText[]
  source: Origin
}
export interface ReadText {
  /** Words in lower case, folded, between blanks. */
  words: string
  identifiers: ReadonlySet<string>
  origin: Origin
}
/** The call that gave a read: its function, and each value that it was called with. None of them: all there is. */
export interface ReadCall {
  name: string
  args: (string | number)[]
}
/** A list as one read gave it: its records (their own fields), or its single values. */
export interface ReadList {
  call: ReadCall | null
  records: OwnRecord[]
  values: (string | number)[]
  own: boolean
}
export interface ReadIndex {
  records: OwnRecord[]
  lists: ReadList[]
  calls: ReadCall[]
  outside: ReadText[]
  own: ReadText[]
  /** More was read than is kept. */
  partial: boolean
}

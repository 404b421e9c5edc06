/**
 * Places that no tool writes to (and some that none reads), whatever folder the perimeter opens around them. Only a
 * perimeter line that names the place itself, or something in it, lifts the protection: a person must have meant it.
 */
export interface ProtectedPlace {
  /** In `because` as `built-in:id`. */
  id: string
  /** Plural noun in a sentence: "shell start-up files". */
  what: string
  /** `write` keeps tools from changing it, `read` also from reading it. */
  keeps: 'write' | 'read'
  /** Absolute, `~/…`, or `**` + `/name` (several names in a row too). All below is meant as well. */
  patterns: readonly string[]
  /** `read` only: names directly or deeper in it that may be read all the same. */
  readable?: readonly RegExp[]
  /** Contained programs may make and change it all the same. */
  openToPrograms?: true
  /** Ids of places that this one is protected for: whoever names it means those in it too. */
  holds?: readonly string[]
}

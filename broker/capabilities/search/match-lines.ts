/**
 * Finding lines. The matcher sees bytes only: it opens no file, so it can't be led to one. ripgrep is used where it is,
 * inside the OS sandbox with nothing mounted but itself: its expressions take time that grows with the text only, and
 * a fault in it reaches nothing.
 */
import type { Outcome } from '../../../contract/outcome.ts'

export interface LineQuery {
  pattern: string
  regex: boolean
  ignoreCase: boolean
  /** Matching lines wanted at most, over all texts. */
  limit: number
}
export interface LineMatch {
  /** Which text, in the order in which they came. */
  index: number
  /** From 1. */
  line: number
  text: string
}
export interface FoundLines {
  matches: LineMatch[]
  /** Whether it was given up before all texts were seen, other than for `limit`. */
  cut: boolean
}
export interface LineMatcher {
  /** `texts` is read as it comes; matches are in order. */
  match(query: LineQuery, texts: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Outcome<FoundLines>>
}

/** Longest line text in an answer, in UTF-16 units. */
const MAX_LINE = 500

/** The line as an answer tells it: a copy, since a part of a string keeps the whole text that it was cut from. */
export function lineText(line: string): string {
  return Buffer.from(line.slice(0, MAX_LINE)).toString()
}

/** Whether that is not all of it, or may not be. */
export const isCutLine = (text: string) => text.length >= MAX_LINE - 1

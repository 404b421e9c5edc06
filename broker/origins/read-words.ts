/**
 * How text is cut up for comparing. A phrase is words in a row, whole, whatever their case. An identifier is what only
 * a program or a key would type (an address, a number, a code, a link): it is compared letter by letter, so that a
 * look-alike character, another case or a piece of a longer one is another identifier.
 */

const BREAKS = /[\s"“”„‘’'`´(){}[\]<>,;|]+/u
const EDGE = /^[.:!?*•…–—-]+|[.:!?*•…–—-]+$/gu
const IDENTIFIER = /[\p{N}@_/\\#%=&+~^$€£]|[\p{L}\p{N}][.:][\p{L}\p{N}]|\p{Ll}\p{Lu}|[^\p{L}\p{M}.:!?*•…–—-]/u
const HIDDEN = /[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Variation_Selector}]--[\t\n\r]]/gv

/** Stretches between blanks, quotes, brackets and commas, without the punctuation of a sentence. */
export function chunksOf(text: string): string[] {
  return text
    .normalize('NFC')
    .split(BREAKS)
    .map((chunk) => chunk.replace(EDGE, ''))
    .filter((chunk) => chunk !== '')
}

export function isIdentifier(chunk: string): boolean {
  return IDENTIFIER.test(chunk)
}

export function identifiersOf(text: string): string[] {
  return chunksOf(text).filter(isIdentifier)
}

/** Words and numbers in lower case, in order. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  )
}

/** The form in which `includes` finds whole words only. */
export function phraseForm(text: string): string {
  return ` ${wordsOf(text).join(' ')} `
}

/** As a model may have read it: without what is not drawn, and with look-alike forms of one letter folded. */
export function foldedForm(text: string): string {
  return phraseForm(text.replace(HIDDEN, '').normalize('NFKC'))
}

/** Words of a name in code: `new_start_time`, `newStartTime` → new, start, time; plurals lose their s. */
export function nameTokens(name: string): string[] {
  return name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((token) => token !== '')
    .map(singular)
}

export function singular(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word
}

/** `$1,250.00`, `98.7`, `50€` as a number; null for anything else. */
export function numberOf(chunk: string): number | null {
  const bare = chunk.replace(/^[€$£¥]|[€$£¥]$/g, '')
  if (/^-?\d{1,15}(\.\d{1,6})?$/.test(bare)) return Number(bare)
  if (/^\d{1,3}(,\d{3})+(\.\d{1,6})?$/.test(bare)) return Number(bare.replaceAll(',', ''))
  return null
}

/** Words that carry nothing by themselves. */
export const PLAIN_WORDS: ReadonlySet<string> = new Set(
  'a an the and or of to in on at for from with by is are was be this that it its as i you we he she they me my your our hi hello hey dear thanks thank please regards best not no do so if will can all up about has have there here'.split(
    ' ',
  ),
)

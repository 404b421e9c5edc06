/**
 * In which form names are compared. What lets something through means the names that its file system takes for one and
 * no others. What keeps something out means every name that a person, or a file system, may take for the one that is
 * written: `é` can be one character or two, and nobody sees which.
 */
import type { Places } from '../../ports.ts'

export type NameForm =
  /** Character by character. */
  | 'exact'
  /** One form of what looks the same (NFC). */
  | 'composed'
  /** As file systems compare that don't tell case apart. */
  | 'folded'
  /** As any file system might: full case folding, without characters that can't be seen. */
  | 'wide'

export function formOf(form: NameForm): (name: string) => string {
  return FORMS[form]
}

/** For what lets through. */
export function allowingForm({ platform }: Pick<Places, 'platform'>): NameForm {
  return platform === 'linux' ? 'exact' : 'folded'
}

/** For what asks or keeps out. On Linux `Data` and `data` are two folders, and a person can tell them apart. */
export function keepingForm({ platform }: Pick<Places, 'platform'>): NameForm {
  return platform === 'linux' ? 'composed' : 'wide'
}

const FORMS: Record<NameForm, (name: string) => string> = {
  exact: (name) => name,
  composed: (name) => (/[^\0-\x7f]/.test(name) ? name.normalize('NFC') : name),
  folded: (name) => (isFolded(name) ? name : lower(name.normalize('NFC'))),
  wide(name) {
    if (isFolded(name)) return name
    const seen = name.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    return lower(seen.toUpperCase()).normalize('NFC')
  },
}

/** Small letters; a sigma is one wherever it stands. */
function lower(name: string): string {
  return name.toLowerCase().replaceAll('ς', 'σ')
}

/** Plain small letters, as most names are. */
function isFolded(name: string): boolean {
  return !/[^\0-@[-\x7f]/.test(name)
}

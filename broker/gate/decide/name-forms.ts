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

/** A path, with the form that each of its names is still to be brought into; null when all of them are in it. */
export interface FormedPath {
  text: string
  form: ((name: string) => string) | null
}

/** Of ASCII, as nearly all are, a path is brought into a form as a whole: its names need no second look. */
export function formPath(form: NameForm, path: string): FormedPath {
  if (form === 'exact') return { text: path, form: null }
  if (!isAscii(path)) return { text: path, form: FORMS[form] }
  return { text: form === 'composed' ? path : path.toLowerCase(), form: null }
}

const FORMS: Record<NameForm, (name: string) => string> = {
  exact: (name) => name,
  composed: (name) => (isAscii(name) ? name : name.normalize('NFC')),
  folded: (name) => (isAscii(name) ? name.toLowerCase() : lower(name.normalize('NFC'))),
  wide(name) {
    if (isAscii(name)) return name.toLowerCase()
    const seen = name.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    return lower(seen.toUpperCase()).normalize('NFC')
  },
}

/** Small letters; a sigma is one wherever it stands. */
function lower(name: string): string {
  return name.toLowerCase().replaceAll('ς', 'σ')
}

/** Such names have one form but for their case. */
function isAscii(name: string): boolean {
  return !/[^\0-\x7f]/.test(name)
}

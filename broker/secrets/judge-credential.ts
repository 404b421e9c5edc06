/** Whether what has the shape of a credential is one: random text, and none of what people write where one belongs. Pure. */
/** Letters in both cases and a digit: random text of some length has them, names of classes and files do not. */
export const isMixed = (text: string) => /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text)
export const hasDigit = (text: string) => /\d/.test(text)
export const isNoWord = (text: string) => /[A-Z\d]/.test(text)
export const isRandom = (text: string) =>
  bitsPerCharacter(text) > 2.9 && (hasDigit(text) ? /[A-Za-z]/.test(text) : isJumble(text))

/** Letters alone, in both cases without the humps of a name: it changes case often, also from capital to capital. */
function isJumble(text: string): boolean {
  const changes = text.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0
  return text.length >= 14 && changes > text.length / 4 && /[A-Z]{2}/.test(text)
}

/** What people write where a value belongs. */
const PLACEHOLDER =
  /^(?:\$|%|<|\{|\*+$|x+$|\.+$)|^your|your[_-]|example|placeholder|change.?me|replace|insert|dummy|redacted|removed|hidden|secret:|process\.env|environ|^(?:pass(?:word|wd|phrase)?|secret|pw|token|none|null|undefined|true|false|test|string)$/i
export const isPlaceholder = (value: string) => PLACEHOLDER.test(value)

const isUuid = (text: string) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

/** Code, paths, versions and hashes stand after such words too. */
export function isNamedValue(value: string): boolean {
  if (isPlaceholder(value) || !isRandom(value)) return false
  if (isUuid(value)) return false
  if (/^sha\d{1,3}[-:]|^(?:\d+\.)+\d+|^[./~]|^https?:|^\d{4}-\d\d-\d\d/.test(value)) return false
  // A name in code: words joined by dots, underscores or humps, a digit at most here and there.
  if (/^[A-Za-z_$]+(?:[._-][A-Za-z_$]+)*\d{0,2}$/.test(value) && !isJumble(value.replace(/\d+$/, '')))
    return false
  if (/^[\w$]+(?:\.[A-Za-z_$][\w$]*)+$|[A-Za-z]\.[A-Za-z]/.test(value)) return false
  return bitsPerCharacter(value) > (/^[0-9a-f]+$/.test(value) ? 2.9 : 3.1)
}

/** As people choose them: three kinds of signs, and neither a name in code nor a word with a number behind it. */
export function isPassword(value: string): boolean {
  if (isPlaceholder(value) || /^(?:[A-Z]?[a-z]+[_.-]?\d*|[A-Z]+\d*)+$/.test(value)) return false
  if (/^[./~]|^https?:|^\d{4}-\d\d|[A-Za-z]\.[A-Za-z]|^[$%&*@#]|\/.*\//.test(value)) return false
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[+~!?@#$%^&*]/].filter((kind) => kind.test(value)).length
  return kinds >= 3 && hasDigit(value) && new Set(value).size >= 6
}

/** Not the two lines alone, and not a template's. */
export function holdsKey(block: string): boolean {
  const body = block.replace(/^-----BEGIN[^\n-]*-----|-----END[\s\S]*$/g, '')
  return !body.includes('${') && /[A-Za-z0-9+/=]{24,}/.test(body.replace(/\\[nr]|\s/g, ''))
}

export function isRealAddress(match: string): boolean {
  const [, user = '', password = ''] = /:\/\/([^:@]*):([^@]*)@/.exec(match) ?? []
  if (user === password || isPlaceholder(password) || /^%[sdv]$|^\.+$|^(.)\1+$/.test(password)) return false
  if (/^[a-z]{1,4}$/.test(password)) return false
  // A port, not a password: `proxy://host:8080@…` is written by nobody, `…:22@` by mistake.
  return !/^\d{1,3}$/.test(password)
}

/** Of each ASCII character; all zero between two uses. */
const counts = new Uint32Array(128)

/** Shannon's measure over the characters of this text; 4 is the most that hex can have. */
export function bitsPerCharacter(text: string): number {
  const others = new Map<string, number>()
  for (const char of text) {
    const code = char.charCodeAt(0)
    if (code < 128) counts[code] = (counts[code] as number) + 1
    else others.set(char, (others.get(char) ?? 0) + 1)
  }
  let bits = 0
  const add = (count: number) => {
    bits -= (count / text.length) * Math.log2(count / text.length)
  }
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 127 || counts[code] === 0) continue
    add(counts[code] as number)
    counts[code] = 0
  }
  for (const count of others.values()) add(count)
  return bits
}

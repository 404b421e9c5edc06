/**
 * The sequences of characters under which one value travels: itself and reversed, in hex, in base64 at each alignment,
 * and one of these inside another; the numbers of its bytes; of a private key each line by itself.
 * Escapes, wrapped lines and separators are the matcher's (`match-sequence.ts`). Pure.
 */
export interface Sequence {
  /** Code points, without white space and invisible characters: the matcher skips those in the text too. */
  codes: number[]
  kind: 'plain' | 'hex' | 'base64'
  /** Base64: the character before or after holds bits of the value too. */
  edges: { before: boolean; after: boolean }
  /** Plain: a space of the value may be written as a plus. */
  spaced: boolean
}

export function encodeSecret(value: string): Sequence[] {
  const reversed = reverse(value)
  const forms = [
    ...formsOf(value),
    ...formsOf(reversed),
    // Composed or not, accents are the same to who reads them.
    ...(['NFC', 'NFD'] as const).map((form) => plain(value.normalize(form))),
    ...inUnits(value).flatMap(written),
    sequence('plain', Buffer.from(value, 'utf8').join(',')),
    ...twice(value),
    ...keyLines(value).flatMap(formsOf),
  ]
  return unlike(forms)
}

/**
 * A private key is its base64: half of its lines, quoted, numbered or cut, are as good as lost. How one of OpenSSH's
 * begins is the same for all.
 */
function keyLines(value: string): string[] {
  const blocks = value.match(/-----BEGIN [A-Z0-9 ]*PRIVATE KEY[\s\S]*?(?:-----END |$)/g) ?? []
  return blocks
    .flatMap((block) => block.split(/\s|\\+[nr]/))
    .filter((line) => /^[A-Za-z0-9+/]{40,}={0,2}$/.test(line) && !line.startsWith('b3BlbnNzaC1rZXk'))
}

/** In units of 16 bits, as Windows writes text and as others do: of ASCII that is the same but for the outermost zero. */
function inUnits(value: string): Buffer[] {
  const bytes = Buffer.from(value, 'utf16le')
  const isAscii = bytes.every((byte, at) => at % 2 === 0 || byte === 0)
  return isAscii ? [bytes.subarray(0, -1)] : [bytes, Buffer.from(bytes).swap16()]
}

function formsOf(text: string): Sequence[] {
  return [plain(text), ...written(Buffer.from(text, 'utf8'))]
}

function written(bytes: Buffer): Sequence[] {
  return [sequence('hex', bytes.toString('hex')), ...base64Forms(bytes)]
}

/** One encoding inside another: base64 of base64, of hex, of an escaped value; and what is encoded, reversed. */
function twice(value: string): Sequence[] {
  const hex = Buffer.from(value, 'utf8').toString('hex')
  const cores = base64Forms(Buffer.from(value, 'utf8'))
  const inner = [
    hex,
    hex.toUpperCase(),
    ...cores.flatMap(({ codes }) => inBothAlphabets(String.fromCodePoint(...codes))),
    ...[escapeForUrl(value), JSON.stringify(value).slice(1, -1)].filter((text) => text !== value),
  ]
  return [
    ...inner.flatMap((text) => written(Buffer.from(text, 'utf8'))),
    sequence('hex', reverse(hex)),
    ...cores.map(({ codes, edges, ...core }) => ({
      ...core,
      codes: codes.toReversed(),
      edges: { before: edges.after, after: edges.before },
    })),
  ]
}

const inBothAlphabets = (base64: string) =>
  /[+/]/.test(base64) ? [base64, base64.replaceAll('+', '-').replaceAll('/', '_')] : [base64]

const reverse = (text: string) => [...text].reverse().join('')

/** Half a character (a lone surrogate) has no escape. */
const escapeForUrl = (text: string) => encodeURIComponent(text.toWellFormed())

function unlike(forms: Sequence[]): Sequence[] {
  return [...new Map(forms.map((form) => [`${form.kind} ${form.codes.join()}`, form])).values()]
}

/** White space, control characters and what can't be seen. */
export function isInvisible(code: number): boolean {
  return (
    code <= 32 ||
    (code >= 0x7f && code <= 0xa0) ||
    code === 0xad ||
    code === 0x34f ||
    code === 0x115f ||
    code === 0x1160 ||
    (code >= 0x180b && code <= 0x180f) ||
    (code >= 0x2000 && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202f) ||
    (code >= 0x205f && code <= 0x206f) ||
    code === 0x2800 ||
    code === 0x3000 ||
    code === 0x3164 ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff ||
    code === 0xffa0 ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    (code >= 0xe0000 && code <= 0xe01ef)
  )
}

function plain(text: string): Sequence {
  return { ...sequence('plain', text), spaced: text.includes(' ') }
}

function sequence(kind: Sequence['kind'], text: string): Sequence {
  const codes = [...text].map((char) => char.codePointAt(0) ?? 0).filter((code) => !isInvisible(code))
  return { codes, kind, edges: { before: false, after: false }, spaced: false }
}

/** At each of three alignments, the characters that depend on the value alone. */
function base64Forms(bytes: Buffer): Sequence[] {
  return [0, 1, 2].map((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const from = [0, 2, 3][lead] ?? 0
    const after = ((lead + bytes.length) * 8) % 6 !== 0
    const core = text.slice(from, text.length - (after ? 1 : 0))
    return { ...sequence('base64', core), edges: { before: lead > 0, after } }
  })
}

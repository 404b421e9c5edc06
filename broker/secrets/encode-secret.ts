/**
 * The sequences of characters under which one value travels: itself and reversed, in hex, in base64 and base32 at each
 * alignment, and one of these inside another; the numbers of its bytes; of a private key each line by itself.
 * Escapes, wrapped lines and separators are the matcher's (`match-sequence.ts`). Pure.
 */
import { base32Forms } from './base32-forms.ts'
import { type Codes, type Edges, type Sequence, sequence } from './sequence.ts'

/**
 * What is encoded twice, or three times, is not looked for in longer values: each would be hundreds of forms as long.
 * The first is more than the longest private key that people have.
 */
const [LONGEST_TWICE, LONGEST_THRICE] = [5000, 600]

export function encodeSecret(value: string): Sequence[] {
  const reversed = reverse(value)
  const bytes = Buffer.from(value, 'utf8')
  const forms = [
    ...formsOf(value),
    ...formsOf(reversed),
    // Composed or not, accents are the same to who reads them; and so they look when read as Latin letters.
    ...[value.normalize('NFC'), value.normalize('NFD'), bytes.toString('latin1')].map(plain),
    ...inQuotes(value).map(plain),
    ...[value, reversed].flatMap(inUnits).flatMap(written),
    ...base64Forms(Buffer.from(reversed, 'utf8')).map(turned),
    ...otherBytes(value),
    ...base32Forms(bytes),
    sequence('numbers', bytes.join(',')),
    sequence('numbers', Array.from(value, (_, at) => value.charCodeAt(at)).join(',')),
    ...(value.length > LONGEST_TWICE ? [] : twice(value)),
    ...(value.length > LONGEST_THRICE ? [] : thrice(value)),
    ...keyLines(value).flatMap((line) => [plain(reverse(line)), ...formsOf(line)]),
  ]
  return unlike(forms)
}

/** A sign inside of quotes, as tables, databases and shells write it. One at an end is found as it is. */
function inQuotes(value: string): string[] {
  const inner = value.slice(1, -1)
  const doubled = [
    inner.replaceAll('"', '""'),
    ...["''", "'\\''", `'"'"'`].map((written) => inner.replaceAll("'", written)),
  ]
    .filter((text) => text !== inner)
    .map((text) => value.slice(0, 1) + text + value.slice(-1))
  const rest = value.slice(1)
  const marked = [rest.replace(/["$`]/g, '`$&'), rest.replace(/["&|<>^()%!]/g, '^$&')]
    .filter((text) => text !== rest)
    .map((text) => value.slice(0, 1) + text)
  return [...doubled, ...marked]
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

/** Beyond ASCII: in Latin-1, as `btoa` and old servers have it; reversed byte by byte, and by halves of characters. */
function otherBytes(value: string): Sequence[] {
  const bytes = Buffer.from(value, 'utf8')
  if (bytes.length === value.length) return []
  const isLatin = /^[\0-\xff]*$/.test(value)
  return [
    ...(isLatin ? written(Buffer.from(value, 'latin1')) : []),
    ...written(Buffer.from(bytes).reverse()),
    plain(value.split('').reverse().join('')),
  ]
}

function formsOf(text: string): Sequence[] {
  return [plain(text), ...written(Buffer.from(text, 'utf8'))]
}

function written(bytes: Buffer): Sequence[] {
  return [sequence('hex', bytes.toString('hex')), ...base64Forms(bytes)]
}

/** One encoding inside another, in either order; and what is encoded, reversed. */
function twice(value: string): Sequence[] {
  const bytes = Buffer.from(value, 'utf8')
  const hex = bytes.toString('hex')
  const cores = base64Forms(bytes)
  const inner = [
    hex,
    hex.toUpperCase(),
    ...[':', ' '].map((between) => hex.replace(/..(?=.)/g, `$&${between}`)),
    ...[...cores, ...cores.map(turned)].flatMap(({ codes }) => inBothAlphabets(ascii(codes))),
    reverse(hex),
    ...inUnits(value).flatMap((units) => base64Forms(units).map(({ codes }) => ascii(codes))),
    ...inUnits(value).map((units) => units.toString('hex')),
    ...inLines(bytes.toString('base64')),
    ...escapedForms(value),
  ]
  return [
    ...inner.flatMap((text) => written(Buffer.from(text, 'utf8'))),
    ...escapedForms(value).map((text) => plain(reverse(text))),
    sequence('hex', reverse(hex)),
    ...cores.map(turned),
  ]
}

/** Base64 three deep, and of two turned round. */
function thrice(value: string): Sequence[] {
  const texts = base64Forms(Buffer.from(value, 'utf8')).flatMap(({ codes }) => inBothAlphabets(ascii(codes)))
  const second = texts.flatMap((text) => base64Forms(Buffer.from(text)))
  return [...second.flatMap(({ codes }) => base64Forms(Buffer.from(ascii(codes)))), ...second.map(turned)]
}

function turned({ codes, edges, ...rest }: Sequence): Sequence {
  const other: Edges = { before: edges.after, after: edges.before }
  return { ...rest, codes: codes.toReversed(), edges: other }
}

/** As programs wrap it: once it is encoded again, the ends of the lines are part of what is encoded. */
function inLines(base64: string): string[] {
  return [76, 64].flatMap((width) =>
    base64.length <= width
      ? []
      : ['\n', '\r\n'].map((end) => base64.replace(new RegExp(`.{${width}}(?=.)`, 'g'), `$&${end}`)),
  )
}

/** Where it needs it, and each character. Half a character (a lone surrogate) has no escape. */
function escapedForms(value: string): string[] {
  const bytes = [...Buffer.from(value, 'utf8')].map((byte) => byte.toString(16).padStart(2, '0'))
  const units = Array.from(value, (_, at) => value.charCodeAt(at).toString(16).padStart(4, '0'))
  const percent = bytes.map((byte) => `%${byte}`).join('')
  const unicode = units.map((unit) => `\\u${unit}`).join('')
  const points = [...value].map((char) => char.codePointAt(0) as number)
  const json = JSON.stringify(value).slice(1, -1)
  return [
    encodeURIComponent(value.toWellFormed()),
    json,
    // As Python and PHP write it, unless they are told to leave letters as they are.
    json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    value.replace(/[&<>"']/g, (sign) => HTML[sign] as string),
    percent,
    percent.toUpperCase(),
    unicode,
    units.map((unit) => `\\u${unit.toUpperCase()}`).join(''),
    points.map((code) => `&#${code};`).join(''),
    points.map((code) => `&#x${code.toString(16)};`).join(''),
  ].filter((text) => text !== value)
}
const HTML: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const inBothAlphabets = (base64: string) =>
  /[+/]/.test(base64) ? [base64, base64.replaceAll('+', '-').replaceAll('/', '_')] : [base64]

const reverse = (text: string) =>
  ASCII.test(text) ? Buffer.from(text, 'latin1').reverse().toString('latin1') : [...text].reverse().join('')
const ASCII = /^[\0-\x7f]*$/

function unlike(forms: Sequence[]): Sequence[] {
  const key = ({ kind, codes }: Sequence) =>
    kind + Buffer.from(codes.buffer, codes.byteOffset, codes.byteLength).toString('latin1')
  return [...new Map(forms.map((form) => [key(form), form])).values()]
}

const ascii = (codes: Codes) => Buffer.from(codes).toString('latin1')

const plain = (text: string): Sequence => sequence('plain', text)

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

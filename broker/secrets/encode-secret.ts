/** One value in the encodings in which it usually travels. Pure. */

export interface EncodedForm {
  form: string
  /** Written in lower case and compared without regard to case (hex, percent escapes). */
  fold: boolean
}

export function encodeSecret(value: string): EncodedForm[] {
  const bytes = Buffer.from(value, 'utf8')
  const exact = (form: string): EncodedForm => ({ form, fold: false })
  const folded = (form: string): EncodedForm => ({ form: form.toLowerCase(), fold: true })
  const hex = bytes.toString('hex')
  const pairs = hex.match(/../g) ?? []
  const units = [...value].flatMap((char) =>
    Array.from({ length: char.length }, (_, i) => char.charCodeAt(i)),
  )
  const forms = [
    exact(value),
    exact([...value].reverse().join('')),
    exact(encodeURIComponent(value)),
    exact(encodeURIComponent(value).replaceAll('%20', '+')),
    folded(pairs.map((pair) => `%${pair}`).join('')),
    folded(hex),
    folded(pairs.join(':')),
    folded(pairs.join(' ')),
    folded(pairs.map((pair) => `\\x${pair}`).join('')),
    folded(units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')),
    exact(JSON.stringify(value).slice(1, -1)),
    exact(JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/')),
    exact(escapeHtml(value)),
    exact([...value].map((char) => `&#${char.codePointAt(0)};`).join('')),
    folded([...value].map((char) => `&#x${char.codePointAt(0)?.toString(16)};`).join('')),
    ...base64Forms(bytes).map(exact),
    ...base64Forms(Buffer.from([...value].reverse().join(''), 'utf8')).map(exact),
  ]
  return forms
}

/** At each of three alignments, the characters that depend on the value alone; in both alphabets. */
function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = []
  for (const lead of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const from = [0, 2, 3][lead] ?? 0
    const spare = ((lead + bytes.length) * 8) % 6 === 0 ? 0 : 1
    const core = text.slice(from, text.length - spare)
    forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}

function escapeHtml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

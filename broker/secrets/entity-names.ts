/** Characters that HTML writes by name: ASCII's own, and those of Latin letters, which PHP and others write so too. */
const ASCII = {
  amp: 38,
  apos: 39,
  ast: 42,
  bsol: 92,
  colon: 58,
  comma: 44,
  commat: 64,
  dollar: 36,
  equals: 61,
  excl: 33,
  grave: 96,
  gt: 62,
  hat: 94,
  hyphen: 45,
  dash: 45,
  diacriticalgrave: 96,
  lbrace: 123,
  lbrack: 91,
  lcub: 123,
  lowbar: 95,
  lpar: 40,
  lsqb: 91,
  lt: 60,
  midast: 42,
  nbsp: 0xa0,
  newline: 10,
  num: 35,
  percnt: 37,
  period: 46,
  plus: 43,
  quest: 63,
  quot: 34,
  rbrace: 125,
  rbrack: 93,
  rcub: 125,
  rpar: 41,
  rsqb: 93,
  semi: 59,
  sol: 47,
  tab: 9,
  underbar: 95,
  verbar: 124,
  vert: 124,
  verticalline: 124,
}
/** From 0xA0 on; case tells them apart. */
const LATIN =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
const WIDE = {
  ...{ euro: 0x20ac, hellip: 0x2026, ndash: 0x2013, mdash: 0x2014, bull: 0x2022, trade: 0x2122 },
  ...{ lsquo: 0x2018, rsquo: 0x2019, ldquo: 0x201c, rdquo: 0x201d },
}

const named = new Map<string, number>([
  ...Object.entries(ASCII),
  ...Object.entries(WIDE),
  ...LATIN.split(' ').map((name, at) => [name, 0xa0 + at] as const),
])

export const LONGEST_NAME = 16
/** These may end without a semicolon. */
export const OPEN_NAMES = ['amp', 'lt', 'gt', 'quot'] as const

/** The code of the character with this name; signs of ASCII in any case. */
export const entityCode = (name: string): number | undefined =>
  named.get(name) ?? (name in ASCII || /[A-Z]/.test(name) ? asciiCode(name.toLowerCase()) : undefined)
const asciiCode = (name: string) => (Object.hasOwn(ASCII, name) ? named.get(name) : undefined)

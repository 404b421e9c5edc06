/**
 * Credentials that nobody registered, by their published shapes: what is missing in @secretlint's preset
 * (`preset-rules.ts`), and the most usual ones of it again, so that they are found before the preset is loaded and in
 * forms that it takes for unfinished. Only what has a fixed mark is here: a guess by randomness alone would cry wolf.
 * Sources: the providers' own documents on token formats.
 */
import { PLACED } from './credential-places.ts'
import { PREFIXED } from './credential-prefixes.ts'
import type { CredentialRule } from './credential-rule.ts'
import {
  holdsKey,
  isMixed,
  isNamedValue,
  isPassword,
  isPlaceholder,
  isRandom,
  isRealAddress,
} from './judge-credential.ts'

/** Known by how they are built. */
const BUILT: CredentialRule[] = [
  {
    what: 'Terraform token',
    shape: /(?<=(?<![A-Za-z0-9])[A-Za-z0-9]{14})\.atlasv1\.[A-Za-z0-9_=-]{60,70}/y,
    marks: ['.atlasv1.'],
    back: /[A-Za-z0-9]/,
  },
  {
    what: 'Mailchimp key',
    shape: /(?<=(?<![A-Za-z0-9])[a-f0-9]{32})-us\d{1,2}(?![A-Za-z0-9])/y,
    marks: ['-us'],
    back: /[a-f0-9]/,
  },
  {
    what: 'JSON Web Token',
    shape: /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,16000}\.[A-Za-z0-9_-]{10,4000}/y,
    marks: ['eyJ'],
    run: { of: /[A-Za-z0-9_-]+/y, most: 4003 },
  },
  {
    // Its first part names how it is encrypted, and is JSON as well.
    what: 'encrypted JSON Web Token',
    shape:
      /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{20,2000}\.[A-Za-z0-9_-]{0,1000}\.[A-Za-z0-9_-]{10,40}\.[A-Za-z0-9_-]{10,16000}\.[A-Za-z0-9_-]{20,60}/y,
    marks: ['eyJ'],
    run: { of: /[A-Za-z0-9_-]+/y, most: 2003 },
  },
  {
    // Azure writes its service into the key, at a set distance from the end.
    what: 'Azure key',
    shape:
      /(?<=(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{76})(?:\+ASt|\+ABa|\+AMC)[A-Za-z0-9+/]{6}==(?![A-Za-z0-9+/=])/y,
    marks: ['+ASt', '+ABa', '+AMC'],
    back: /[A-Za-z0-9+/]/,
  },
  {
    what: 'Azure key',
    shape:
      /(?:(?<=(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42})(?:\+ACR|AzSe)[A-Za-z0-9+/]{6}|(?<=(?<![A-Za-z0-9])[A-Za-z0-9]{76})AZDO[A-Za-z0-9]{4}|(?<=(?<![A-Za-z0-9])[A-Za-z0-9]{52})JQQJ9[A-Za-z0-9]{27})(?![A-Za-z0-9+/=])/y,
    marks: ['+ACR', 'AzSe', 'AZDO', 'JQQJ9'],
    back: /[A-Za-z0-9+/]/,
  },
  {
    what: 'Azure key',
    shape:
      /(?:(?<=(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{76})\+ACDb[A-Za-z0-9+/]{5}|(?<=(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{44})AzFu[A-Za-z0-9_-]{6})==(?![A-Za-z0-9+/=])/y,
    marks: ['+ACDb', 'AzFu'],
    back: /[A-Za-z0-9+/_-]/,
  },
  {
    what: 'Azure key',
    shape:
      /(?<=(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{33})(?:\+ASb|\+AEh|\+ARm|AIoT|AzCa)[A-Za-z0-9+/]{5}=(?![A-Za-z0-9+/=])/y,
    marks: ['+ASb', '+AEh', '+ARm', 'AIoT', 'AzCa'],
    back: /[A-Za-z0-9+/]/,
  },
  {
    what: 'Azure key',
    shape: /(?<=(?<![A-Za-z0-9])[A-Za-z0-9]{52})JQQJ99[A-Za-z0-9]{26}(?![A-Za-z0-9])/y,
    marks: ['JQQJ99'],
    back: /[A-Za-z0-9]/,
  },
  {
    what: 'Azure DevOps token',
    shape: /(?<=(?<![A-Za-z0-9])[A-Za-z0-9]{76})AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])/y,
    marks: ['AZDO'],
    back: /[A-Za-z0-9]/,
  },
  {
    what: 'private key',
    shape: privateKeyShape(),
    marks: ['-----BEGIN'],
    check: holdsKey,
  },
  {
    // In base64 once more, as Kubernetes and CI keep it: “-----BEGIN”, then “PRIVATE KEY” at any of three alignments.
    what: 'private key',
    shape:
      /LS0tLS1CRUdJTi[A-Za-z0-9+/_-]{0,40}?(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)[A-Za-z0-9+/_=-]{8,30000}(?:(?:\s|\\{1,8}[nr]){1,24}[A-Za-z0-9+/_-]{40,200}={0,2}){0,600}/y,
    marks: ['LS0tLS1CRUdJTi'],
  },
  {
    what: 'private key',
    // Up to its last line, or as many lines of the private part as there are.
    shape:
      /PuTTY-User-Key-File-\d:(?:(?!PuTTY-User-Key-File-)[\s\S]){20,4000}?(?:Private-MAC: [a-f0-9]{40,64}|Private-Lines: \d{1,3}(?:\s{1,2}[A-Za-z0-9+/]{40,64}={0,2}){1,100}(?!\s{0,2}[A-Za-z0-9+/]{40}|\s{1,2}[A-Za-z0-9+/=]{1,64}\s{1,2}Private-MAC))/y,
    marks: ['PuTTY-User'],
  },
  {
    what: 'Telegram token',
    shape: /(?<=(?<![A-Za-z0-9_])(?:bot)?\d{7,9})\d:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/y,
    marks: digitMarks(':', 'abcdefghijklmnopqrstuvwxyz0123456789_-'),
    back: /\d/,
    check: (token) => /[a-z]/.test(token) && /[A-Z]/.test(token),
  },
  {
    what: 'Discord token',
    shape: /(?<![A-Za-z0-9_.-])mfa\.[A-Za-z0-9_-]{80,100}(?![A-Za-z0-9_.-])/y,
    marks: ['mfa.'],
  },
  {
    // The first part is a number in base64, which begins with M, N or O.
    what: 'Discord token',
    shape:
      /(?<![A-Za-z0-9_.-])[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_-]|\.\w)/y,
    marks: snowflakeMarks(),
    check: (token) => isMixed(token) && isSnowflake(token.slice(0, token.indexOf('.'))),
  },
  {
    what: 'Discord webhook',
    shape: /(?<=discord(?:app)?\.com\/api(?:\/v\d{1,2})?)\/webhooks\/\d{15,22}\/[A-Za-z0-9_-]{40,100}/y,
    marks: ['/webhooks/'],
  },
  {
    what: 'Azure client secret',
    shape: /(?<=(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3})\dQ~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~-])/y,
    marks: digitMarks('Q', '~'),
    back: /[A-Za-z0-9_~.-]/,
  },
  {
    what: 'Azure key',
    shape: /(?:Account|Access)Key\s*["']?\s*[=:]\s*["']?(?<value>[A-Za-z0-9+/]{42,86}={1,2})/iy,
    marks: ['accesskey', 'accountkey'],
    check: isMixed,
  },
  {
    what: 'Azure signature',
    shape: /(?<=[?&;]|SharedAccess)(?:sig|Signature)=(?<value>[A-Za-z0-9%+/_-]{40,100}={0,2})/y,
    marks: ['sig=', 'Signature='],
    check: isMixed,
  },
  {
    what: 'password in an address',
    shape:
      /(?<=[A-Za-z][A-Za-z0-9+.-]):\/\/(?<user>[^\s/:@"'`<>\\]{0,100}):(?<password>[^\s/:@"'`<>{}$[\]\\]{3,200})@[A-Za-z0-9.[\]:_-]+(?:\/[^\s"'`<>\\]{0,200})?/y,
    marks: ['://'],
    back: /[A-Za-z0-9+.-]/,
    check: isRealAddress,
  },
  {
    what: 'password in a connection string',
    shape:
      /(?=(?:Password|Pwd)\s{0,3}=\s{0,3}[^;\s"'`]{3})(?<=\b(?:Server|Data Source|Host|Addr(?:ess)?|Endpoint|User ?Id|Uid|Username|User)\s{0,3}=[^\n"'`]{1,300};\s{0,3})(?:Password|Pwd)\s{0,3}=\s{0,3}(?<value>[^;\s"'`]{3,200})/iy,
    marks: ['password', 'pwd'],
    check: (value) => !isPlaceholder(value),
  },
]

/** A quote as it is, or as a text in JSON or HTML has it. */
const QUOTE = '(?:\\\\{0,7}["\'`]|&(?:quot|apos|#34|#0?39|#x2[27]);)'
/** Between a name and what is set to it. */
const SET = `${QUOTE}?\\s{0,3}(?:=>|:=|=|:|,)\\s{0,3}${QUOTE}?`
const WORDS =
  'token|secret(?:_key_base)?|passw(?:or)?d|passphrase|pwd|(?<=[_-])pass(?![A-Za-z])|(?<=(?:api|app|application|admin|secret|access|encryption|private|preshared|account|signing|master|auth)[_-]?)key'

/** A word says what the value is; the value must look random. */
const NAMED: CredentialRule[] = [
  {
    what: 'AWS secret key',
    shape: new RegExp(
      `aws.{0,20}?(?:secret|sk|key)${SET}(?<value>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])`,
      'iy',
    ),
    marks: ['aws'],
    check: isMixed,
  },
  {
    what: 'AWS secret key',
    shape: new RegExp(`secret_?(?:access_?)?key${SET}(?<value>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])`, 'iy'),
    marks: ['secret'],
    check: isMixed,
  },
  {
    what: 'Twilio token',
    shape:
      /twilio.{0,40}?(?:token|secret|auth|key|pass\w*)["'\s]{0,3}(?:[:=]|=>|,)\s{0,3}["']?(?<value>[a-f0-9]{32})(?![A-Za-z0-9])/iy,
    marks: ['twilio'],
    check: isRandom,
  },
  {
    what: 'Twilio token',
    shape: /(?<![A-Za-z0-9])AC[a-f0-9]{32}[:"',\s]{1,4}(?<value>[a-f0-9]{32})(?![A-Za-z0-9])/y,
    marks: hexMarks('AC'),
    check: isRandom,
  },
  {
    what: 'Heroku key',
    shape:
      /heroku.{0,40}?["'\s]{0,3}(?:[:=]|=>)\s{0,3}["']?(?<value>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/iy,
    marks: ['heroku'],
  },
  {
    what: 'authorization header',
    shape:
      /authorization(?:\\{0,7}["']|&quot;)?\s{0,3}[:=,]\s{0,3}(?:\\{0,7}["']|&quot;)?(?:Bearer|token|Basic|SSWS|Bot|GenieKey|Api-?Key)\s{1,3}(?<value>[A-Za-z0-9+/_.~-]{16,4000}={0,2})/iy,
    marks: ['authorization'],
    check: (value) => isRandom(value) && !isPlaceholder(value),
  },
  {
    what: 'npm token',
    shape: /_(?:authToken|auth|password)\s{0,3}=\s{0,3}["']?(?<value>[A-Za-z0-9+/_=-]{16,500})/y,
    marks: ['_auth', '_password'],
    check: (value) => isRandom(value) && !isPlaceholder(value),
  },
  {
    what: 'named credential',
    shape: new RegExp(
      `(?:${WORDS})${QUOTE}?\\s{0,3}(?:=>|:=|=|:)\\s{0,3}(?<quote>${QUOTE}?)(?<value>[A-Za-z0-9+/_.~!@#$%^&*-]{12,200}={0,2})\\k<quote>(?=$|[\\s,;)\\]}<"'\`&|\\\\])`,
      'imy',
    ),
    marks: ['key', 'token', 'secret', 'pass', 'pwd'],
    check: isNamedValue,
  },
  {
    // What people think of themselves is shorter than what a machine makes.
    what: 'password',
    shape: new RegExp(
      `(?:passw(?:or)?d|passphrase|pwd|(?<=[_-])pass(?![A-Za-z]))${QUOTE}?\\s{0,3}(?:=>|:=|=|:)\\s{0,3}(?<quote>${QUOTE}?)(?<value>[A-Za-z0-9+/_.~!?@#$%^&*-]{8,40})\\k<quote>(?=$|[\\s,;)\\]}<"'\`&|\\\\])`,
      'imy',
    ),
    marks: ['pass', 'pwd'],
    check: isPassword,
  },
  {
    // Such numbers name all kinds of things: here it is in capitals that this one is to be kept.
    what: 'named credential',
    shape: new RegExp(
      `(?<=[A-Z0-9]_)(?:TOKEN|SECRET(?:_KEY)?|API_?KEY|ACCESS_KEY)${SET}(?<value>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![A-Za-z0-9-])`,
      'y',
    ),
    marks: ['TOKEN', 'SECRET', 'API_KEY', 'APIKEY', 'ACCESS_KEY'],
    check: isRandom,
  },
]

export const CREDENTIAL_RULES: readonly CredentialRule[] = [...PREFIXED, ...BUILT, ...NAMED, ...PLACED]

/**
 * Up to its last line; or what there is of it: to the end of the text, or as many lines as hold base64, whatever a
 * program writes before and after each (a number, a sign of change or of quoting). What `head` shows of a key is a key.
 * Never past the next beginning: many of them in a row must not be looked through over and over.
 */
function privateKeyShape(): RegExp {
  const space = '(?: |%20|\\+)'
  const words = `(?:[A-Z0-9]{2,12}${space}){0,2}PRIVATE${space}KEY(?:${space}BLOCK)?-----`
  const lineEnd = '[^\\n\\\\]{0,12}(?:\\r?\\n|(?:\\\\+r)?\\\\+n|(?:%0D)?%0A)'
  const header = `${lineEnd}[^\\n]{0,12}?[A-Z][A-Za-z-]{2,20}:(?: |%20)[^\\n\\\\%]{0,80}|${lineEnd}(?=[^\\n]{0,12}[\\n\\\\%])`
  // Each as it was first read, and in no other way: six lines that can be read in twelve ways are three million.
  const headers = `(?:(?=(${header}))\\1){0,6}`
  const line = `${lineEnd}[^\\n]{0,40}?[A-Za-z0-9+/]{40,200}={0,2}`
  const cutLine = `(?:${lineEnd}[^\\n]{0,100}(?![\\s\\S]))?`
  return new RegExp(
    `-----BEGIN${space}${words}(?:(?:(?!-----BEGIN)[\\s\\S]){24,20000}?-----END${space}${words}|(?:[A-Za-z0-9+/=\\s]|\\\\[nr]){24,20000}(?![\\s\\S])|${headers}(?:${line}){1,400}${cutLine})`,
    'y',
  )
}

function digitMarks(between: string, after: string): string[] {
  return [...'0123456789'].flatMap((digit) => [...after].map((char) => digit + between + char))
}
function hexMarks(before: string): string[] {
  return [...'0123456789abcdef'].map((digit) => before + digit)
}
const isSnowflake = (base64: string) =>
  /^\d{15,21}$/.test(Buffer.from(base64, 'base64url').toString('latin1'))

/** How the digits of an identifier begin in base64. */
function snowflakeMarks(): string[] {
  return [...'1234567890'].flatMap((a) =>
    [...'0123456789'].map((b) => Buffer.from(`${a}${b}0`).toString('base64').slice(0, 3)),
  )
}

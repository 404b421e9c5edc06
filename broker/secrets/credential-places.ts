/** Credentials that are known by the file or command in which they stand: their own shape says nothing. */
import type { CredentialRule } from './credential-rule.ts'
import { hasDigit, isPlaceholder } from './judge-credential.ts'

export const PLACED: CredentialRule[] = [
  {
    what: 'password in .netrc',
    shape:
      /(?<![A-Za-z0-9_-])machine\s{1,8}[A-Za-z0-9.:-]{1,200}\s{1,8}login\s{1,8}\S{1,200}\s{1,8}(?:account\s{1,8}\S{1,200}\s{1,8})?password\s{1,8}(?<value>[^\s"'`]{4,300})/y,
    marks: ['machine'],
    check: (value) => !isPlaceholder(value),
  },
  {
    what: 'registry password',
    shape: /\\{0,8}"auth\\{0,8}"\s{0,3}:\s{0,3}\\{0,8}"(?<value>[A-Za-z0-9+/]{8,2000}={0,2})(?=\\{0,8}")/y,
    marks: ['"auth"', '"auth\\'],
    check: holdsNameAndPassword,
  },
  {
    what: 'password of curl',
    shape:
      /(?<![A-Za-z0-9_-])curl\s[^\n]{0,300}?(?:\s-u|\s--user)(?:\s{1,3}|=)["']?[^\s:"'$<{]{1,100}:(?<value>[^\s"'`$<{]{6,200})/y,
    marks: ['curl'],
    check: (value) => !isPlaceholder(value) && hasDigit(value),
  },
  {
    // The whole of it: what stands beside the one number gives it back. It is looked for up to the next mark only, so
    // that a text of many marks takes no longer than another.
    what: 'private JSON Web Key',
    shape:
      /"kty"(?:(?=(?:(?!"kty")[^{}]){0,6000}?"d"\s{0,3}:\s{0,3}"[A-Za-z0-9_-]{20,2000}")|(?<="d"\s{0,3}:\s{0,3}"[A-Za-z0-9_-]{20,2000}"(?:(?!"kty")[^{}]){0,6000}"kty"))[^{}]{0,8000}/y,
    marks: ['"kty"'],
    back: /[^{}]/,
  },
]

function holdsNameAndPassword(base64: string): boolean {
  const [, password = ''] =
    /^[!-9;-~]{1,200}:([!-~]{4,})$/.exec(Buffer.from(base64, 'base64').toString('latin1')) ?? []
  return password !== '' && !isPlaceholder(password)
}

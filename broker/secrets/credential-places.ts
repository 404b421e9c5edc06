/** Credentials that are known by the file or command in which they stand: their own shape says nothing. */
import type { CredentialRule } from './credential-rule.ts'
import { hasDigit, isNamedValue, isPlaceholder, isRandom } from './judge-credential.ts'

/** White space as it is, or as JSON writes it once or over and over. */
const SPACE = '(?:\\s|\\\\{1,4}[nrt]|\\n[+>] ?)'
const MANY = `${SPACE}{1,8}`
/** Lines of a manifest: a name with base64 behind it. */
const DATA =
  '(?<value>(?:[ \\t]{1,8}[\\w.-]{1,100}:[ \\t]{1,4}[A-Za-z0-9+/]{4,8000}={0,2}[ \\t]{0,4}(?:\\r?\\n|$)){1,60})'

export const PLACED: CredentialRule[] = [
  {
    what: 'password in .netrc',
    shape: new RegExp(
      `(?<![A-Za-z0-9_-])machine${MANY}[A-Za-z0-9.:-]{1,200}${MANY}login${MANY}[^\\s\\\\]{1,200}${MANY}(?:account${MANY}[^\\s\\\\]{1,200}${MANY})?password${MANY}(?<value>[^\\s"'\`\\\\]{4,300})`,
      'y',
    ),
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
      /(?<![A-Za-z0-9_-])curl(?=\s)[^\n]{0,300}?(?:\s-u|\s--user)(?:\s{1,3}|=)["']?[^\s:"'$<{]{1,100}:(?<value>[^\s"'`$<{]{6,200})/y,
    marks: ['curl'],
    check: (value) => !isPlaceholder(value) && /[A-Z\d]/.test(value),
  },
  {
    what: 'password of a command',
    shape:
      /(?<=\s)--(?:password|passwd|pass|token|secret|api-?key|(?:auth|access)-token|client-secret)(?:\s{1,3}|=)(?<quote>["'`]?)(?<value>[^\s"'`<>$\\]{10,200})\k<quote>(?=[\s"'`,;)\\]|$)/y,
    marks: ['--pas', '--tok', '--sec', '--api', '--auth-t', '--access-t', '--client-s'],
    check: isNamedValue,
  },
  {
    what: 'password of sshpass',
    shape: /(?<![A-Za-z0-9_-])sshpass\s{1,3}-p\s{0,3}["']?(?<value>[^\s"'`$<]{6,200})/y,
    marks: ['sshpass'],
    check: (value) => !isPlaceholder(value) && isRandom(value),
  },
  {
    what: 'password of a database',
    shape:
      /(?<![A-Za-z0-9_-])(?:mysql|mariadb)(?:dump|admin|-dump|-admin|import|check)?(?=\s)[^\n]{0,200}?\s-p(?<value>[^\s"'`$<=-][^\s"'`$<]{5,100})/y,
    marks: ['mysql', 'mariadb'],
    check: (value) => !isPlaceholder(value) && hasDigit(value),
  },
  {
    what: 'password in .pgpass',
    shape: /(?<=^[\w.*-]{1,200}):(?:5432|6432):[\w*.-]{1,100}:[\w*.-]{1,100}:(?<value>[^\s"'`$<:]{6,200})$/my,
    marks: [':5432:', ':6432:'],
    back: /[\w.*-]/,
    check: (value) => !isPlaceholder(value),
  },
  {
    what: 'password in XML',
    shape:
      /(?:<|&lt;)(?:password|passwd|pwd|passphrase|secret|api_?key|token|access_?token|client_?secret)(?:>|&gt;)(?<value>[^\s<>&]{10,200})(?:<|&lt;)\//iy,
    marks: ['<pas', '<pwd', '<sec', '<api', '<tok', '<acc', '<cli', '&lt;'],
    check: isNamedValue,
  },
  {
    what: 'data of a Kubernetes secret',
    shape: new RegExp(
      `(?<![^\\n])data:[ \\t]{0,4}\\r?\\n${DATA}(?:immutable:[^\\n]{0,20}\\n)?(?=kind:[ \\t]{0,4}Secret\\b)`,
      'y',
    ),
    marks: ['data:'],
  },
  {
    what: 'data of a Kubernetes secret',
    shape: new RegExp(
      `(?=data:[ \\t]{0,4}\\r?\\n[ \\t]{1,8}[\\w.-]{1,100}:[ \\t]{1,4}[A-Za-z0-9+/]{4})(?<=(?<![^\\n])kind:[ \\t]{1,4}Secret\\b(?:(?!\\n---)[\\s\\S]){0,600}\\n)data:[ \\t]{0,4}\\r?\\n${DATA}`,
      'y',
    ),
    marks: ['data:'],
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

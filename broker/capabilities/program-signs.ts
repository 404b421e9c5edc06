/**
 * By what its content begins with, a desktop may take a file for a program or a shortcut although its name and its mode
 * say nothing of it: KDE runs what begins like a desktop entry, Wine what begins like a program of Windows.
 */

/** Bytes of a file's beginning that tell. */
export const SIGN_BYTES = 512

/** ELF; Mach-O in both orders of bytes and both widths, and several in one, as which Java's classes begin too. */
const PROGRAMS = ['7f454c46', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe', 'bebafeca']

/** At the beginning of a line; where a desktop looks for a desktop entry (32 bytes), anywhere. */
const SHORTCUT = /^[\s\ufeff]*\[(?:(?:KDE )?Desktop (?:Entry|Action)|InternetShortcut)/im
const ENTRY = /\[Desktop Entry\]/
const ENTRY_BYTES = 32 + '[Desktop Entry]'.length

export function beginsAsProgram(head: Buffer): boolean {
  if (PROGRAMS.includes(head.toString('hex', 0, 4))) return true
  if (head.toString('latin1', 0, 2) === 'MZ') return head.includes(0)
  return SHORTCUT.test(head.toString('utf8')) || ENTRY.test(head.toString('latin1', 0, ENTRY_BYTES))
}

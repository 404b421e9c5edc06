/**
 * The text of a path, before the disk is touched: absolute, made of parts, free of forms that mean different things
 * to different readers. What is refused here is refused by its spelling alone, so the refusal says nothing of what
 * exists. `..` is kept: what it means depends on symlinks, and those are resolved on the disk.
 */
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import { LIMITS } from '../../../contract/words.ts'

export interface PathTextOptions {
  /** The person's home folder, absolute: what `~` stands for. */
  home: string
  platform: NodeJS.Platform
  /** What relative paths start from; without it they are refused. */
  cwd?: string
}

/** Longest name that common file systems take, in bytes. */
export const MAX_NAME_BYTES = 255

const SLASH = 0x2f
const DOT = 0x2e
const DRIVE = /^[A-Za-z]:([\\/]|$)/
/** What is found under such a name after a crash is cleared away: nothing of anybody's may be put there. */
const HALF_MADE = /(^|[\\/])\.sallyport-[0-9a-f]{16}\.tmp([\\/]|$)/
/** Names that Windows takes for devices, in any folder and with any extension. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i

/**
 * @returns the absolute path with `/` (or `\` on Windows) between parts, without `.` and empty parts
 */
export function parsePathText(text: string, options: PathTextOptions): Outcome<string> {
  if (isHalfMade(text)) return bad('Names like this are kept for what Sallyport has only half made.')
  if (options.platform !== 'win32' && isPlain(text)) return ok(text)
  if (text.includes('\0')) return bad('A path can’t hold a NUL character.')
  if (!text.isWellFormed()) return bad('A path must be valid Unicode.')
  return options.platform === 'win32' ? parseWindows(text, options) : parsePosix(text, options)
}

/** What Sallyport is just making: it is gone in a moment, or has its own name then. */
export function isHalfMade(path: string): boolean {
  return path.includes('.sallyport-') && HALF_MADE.test(path)
}

/** Written as only a folder's can be, with a slash at its end: `a/` or `a/.`, a folder or nothing. */
export function isFolderText(text: string, platform: NodeJS.Platform): boolean {
  return (platform === 'win32' ? /[\\/]\.?$/ : /\/\.?$/).test(text)
}

/** As most paths are: absolute, of ASCII, no part empty or of dots. It is given back as it is. */
function isPlain(text: string): boolean {
  if (text.charCodeAt(0) !== SLASH || text.length >= LIMITS.path) return false
  for (let at = 1, start = 1; ; at++) {
    const code = at < text.length ? text.charCodeAt(at) : SLASH
    if (code === 0 || code > 127) return false
    if (code !== SLASH) continue
    if (at === start || at - start > MAX_NAME_BYTES || isDots(text, start, at)) return false
    if (at === text.length) return true
    start = at + 1
  }
}

function isDots(text: string, start: number, end: number): boolean {
  return (
    text.charCodeAt(start) === DOT &&
    (end - start === 1 || (end - start === 2 && text.charCodeAt(start + 1) === DOT))
  )
}

function parsePosix(text: string, options: PathTextOptions): Outcome<string> {
  if (DRIVE.test(text) || text.startsWith('\\\\')) {
    return bad('Drive letters and \\\\server paths are Windows forms; this computer has none.')
  }
  const absolute = expand(text, options, '/')
  if (absolute === null) return bad(NOT_ABSOLUTE)
  const parts = absolute.split('/').filter((part) => part !== '' && part !== '.')
  return sized(`/${parts.join('/')}`, parts)
}

function parseWindows(text: string, options: PathTextOptions): Outcome<string> {
  const plain = text.replaceAll('/', '\\')
  if (plain.startsWith('\\\\'))
    return bad('Network (\\\\server) and device (\\\\?\\, \\\\.\\) paths are not supported.')
  const absolute = expand(plain, options, '\\')
  if (absolute === null || !DRIVE.test(absolute)) return bad(NOT_ABSOLUTE)
  const parts = absolute
    .slice(2)
    .split('\\')
    .filter((part) => part !== '' && part !== '.')
  for (const part of parts) {
    if (part === '..') continue
    if (/[<>:"|?*\p{Cc}]/u.test(part))
      return bad('This path holds a character that Windows reserves (a stream name, perhaps).')
    if (/[. ]$/.test(part)) return bad('A name that ends in a dot or a space means another file on Windows.')
    if (WINDOWS_DEVICE.test(part)) return bad('This is the name of a device, not of a file.')
    if (/~\d/.test(part)) return bad('Short (8.3) names are refused: write the whole name.')
  }
  return sized(`${absolute.slice(0, 1).toUpperCase()}:\\${parts.join('\\')}`, parts)
}

const NOT_ABSOLUTE = 'The path must be absolute, or start with ~/.'

function expand(text: string, options: PathTextOptions, separator: string): string | null {
  if (text === '~') return options.home
  if (text.startsWith(`~${separator}`)) return `${options.home}${text.slice(1)}`
  if (text.startsWith('~')) return null
  if (separator === '/' ? text.startsWith('/') : DRIVE.test(text)) return text
  return options.cwd === undefined ? null : `${options.cwd}${separator}${text}`
}

/** Each turn of a way is looked at for each of the up to a thousand paths of one request. Nobody means so many. */
const MAX_UPS = 100

function sized(path: string, parts: string[]): Outcome<string> {
  // One byte of PATH_MAX belongs to the closing zero.
  if (Buffer.byteLength(path) >= LIMITS.path) return bad('The path is longer than 4095 bytes.')
  if (parts.filter((part) => part === '..').length > MAX_UPS)
    return bad(`The path turns back with “..” more than ${MAX_UPS} times.`)
  if (parts.some((part) => Buffer.byteLength(part) > MAX_NAME_BYTES))
    return bad('A name in the path is longer than 255 bytes.')
  return ok(path)
}

function bad(why: string) {
  return refused('invalid-request', `The path was refused. ${why}`)
}

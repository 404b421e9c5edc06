/**
 * Perimeter lines as a person chooses them: one plain choice for the two levels of a folder or host, one line of text
 * for a host or a command. Pure.
 */
import type { CommandLine, FolderLine, HostLine, Level } from '../../contract/perimeter.ts'

export interface LevelChoice {
  value: string
  label: string
}

const FOLDER_LEVELS: { value: string; label: string; read: Level; write: Level }[] = [
  { value: 'read', label: 'Read only', read: 'allow', write: 'deny' },
  { value: 'ask', label: 'Read, ask before changes', read: 'allow', write: 'ask' },
  { value: 'change', label: 'Read and change', read: 'allow', write: 'allow' },
  { value: 'ask-all', label: 'Ask before reading and changes', read: 'ask', write: 'ask' },
  { value: 'none', label: 'Nothing: keep out', read: 'deny', write: 'deny' },
]
const HOST_LEVELS: { value: string; label: string; read: Level; send: Level }[] = [
  { value: 'read', label: 'Read only', read: 'allow', send: 'deny' },
  { value: 'ask', label: 'Read, ask before sending', read: 'allow', send: 'ask' },
  { value: 'send', label: 'Read and send', read: 'allow', send: 'allow' },
  { value: 'ask-all', label: 'Ask each time', read: 'ask', send: 'ask' },
  { value: 'none', label: 'Nothing: keep out', read: 'deny', send: 'deny' },
]
export const PLAIN_LEVELS: { value: Level; label: string }[] = [
  { value: 'allow', label: 'Quietly' },
  { value: 'ask', label: 'Ask each time' },
  { value: 'deny', label: 'Never' },
]
const LEVEL_WORDS: Record<Level, string> = { allow: 'quietly', ask: 'after asking', deny: 'never' }

/** Choices for a folder; a mix that has no plain name keeps a choice of its own. */
export function folderChoices(line: FolderLine): LevelChoice[] {
  const own = folderLevel(line) === 'own'
  const mix = { value: 'own', label: `Read ${LEVEL_WORDS[line.read]}, change ${LEVEL_WORDS[line.write]}` }
  return own ? [...FOLDER_LEVELS, mix] : FOLDER_LEVELS
}
export function folderLevel({ read, write }: FolderLine): string {
  return FOLDER_LEVELS.find((level) => level.read === read && level.write === write)?.value ?? 'own'
}
export function setFolderLevel(line: FolderLine, value: string): FolderLine {
  const level = FOLDER_LEVELS.find((choice) => choice.value === value)
  return level ? { ...line, read: level.read, write: level.write } : line
}

const READING = ['GET', 'HEAD']
const SENDING = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

export function hostChoices(line: HostLine): LevelChoice[] {
  const mix = { value: 'own', label: `Read ${LEVEL_WORDS[line.read]}, send ${LEVEL_WORDS[line.send]}` }
  return hostLevel(line) === 'own' ? [...HOST_LEVELS, mix] : HOST_LEVELS
}
export function hostLevel({ read, send }: HostLine): string {
  return HOST_LEVELS.find((level) => level.read === read && level.send === send)?.value ?? 'own'
}
/** Methods follow the level: who may not send has no method to send with. */
export function setHostLevel(line: HostLine, value: string): HostLine {
  const level = HOST_LEVELS.find((choice) => choice.value === value)
  if (!level) return line
  return { ...line, read: level.read, send: level.send, methods: level.send === 'deny' ? READING : SENDING }
}

export function writeHost({ scheme, host, port, pathPrefix }: HostLine): string {
  return `${scheme === 'https' ? '' : `${scheme}://`}${host}${port === undefined ? '' : `:${port}`}${
    pathPrefix === '/' ? '' : pathPrefix
  }`
}

/** `api.example.org`, `*.example.org`, `http://127.0.0.1:8080/v1`. Null when it is no host. */
export function readHost(text: string): Pick<HostLine, 'scheme' | 'host' | 'port' | 'pathPrefix'> | null {
  const match = /^(?:(https?|wss?):\/\/)?([^\s/:@]+|\[[0-9a-fA-F:.]+\])(?::(\d{1,5}))?(\/\S*)?$/.exec(
    text.trim(),
  )
  if (!match) return null
  const [, scheme = 'https', host = '', portText, pathPrefix = '/'] = match
  const port = portText === undefined ? undefined : Number(portText)
  if (port !== undefined && (port < 1 || port > 65_535)) return null
  if (!/^(\*|(\*\.)?[\p{L}\p{N}_.-]+|\[[0-9a-fA-F:.]+\])$/u.test(host)) return null
  return { scheme: scheme as HostLine['scheme'], host: host.toLowerCase(), port, pathPrefix }
}

export function writeCommand({ program, args }: CommandLine): string {
  return [program, ...args].map((word) => (/^[^\s"']+$/.test(word) ? word : JSON.stringify(word))).join(' ')
}

/** `git status`, `"/opt/my tool/run" --fast`: program and leading arguments. Null when a quote stays open. */
export function readCommand(text: string): Pick<CommandLine, 'program' | 'args'> | null {
  const words: string[] = []
  let rest = text.trim()
  while (rest !== '') {
    const match = /^(?:"((?:[^"\\]|\\.)*)"|([^\s"']+))(?:\s+|$)/.exec(rest)
    if (!match) return null
    words.push(match[2] ?? (match[1] ?? '').replace(/\\(.)/g, '$1'))
    rest = rest.slice(match[0].length)
  }
  const [program, ...args] = words
  return program ? { program, args } : null
}

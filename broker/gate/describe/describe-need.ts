/**
 * What would be done, as a plain sentence in three parts: "Write" · "notes.md" · "in ~/Notes". For questions and log
 * entries of requests that bring no sentence of their own. Made from canonical resources only, never from what a
 * tool wrote; whoever draws it shows the parts through `show-text.ts`.
 */

import { commandLine } from '../../../contract/command-line.ts'
import type { Need, PathResource, UrlResource } from '../../../contract/resource.ts'
import { shortPath } from '../../../contract/short-path.ts'
import type { Capability } from '../../../contract/words.ts'
import type { Prepared } from '../../ports.ts'

export type Sentence = Prepared['sentence']

const FILE_VERB: Partial<Record<Capability, string>> = {
  'fs.read': 'Read',
  'fs.list': 'List',
  'fs.write': 'Write',
  'fs.delete': 'Move to the trash',
  open: 'Open',
}
const PORT: Record<string, number> = { https: 443, wss: 443, http: 80, ws: 80 }

/** @param home the person's home folder, drawn as `~` */
export function describeNeed(need: Need, home: string): Sentence {
  const { capability, resource } = need
  switch (resource.kind) {
    case 'path':
      return describePath(capability, resource, home)
    case 'url':
      return describeUrl(capability, resource)
    case 'command':
      return {
        verb: 'Run',
        object: commandLine([nameOf(resource.program), ...resource.args]),
        tail: `in ${shortPath(resource.cwd, home)}${resource.readOnly ? ', reading only' : ''}`,
      }
    case 'secret':
      return { verb: 'Use', object: `the secret ${resource.name}`, tail: `for ${resource.to}` }
    case 'model':
      return {
        verb: 'Call',
        object: `the model ${resource.model}`,
        tail: resource.origin === 'built-in' ? '' : `at ${resource.origin}`,
      }
    case 'plain':
      return describePlain(capability, resource.text)
  }
}

/** One sentence for all needs of a request; files of one capability are counted. */
export function describeNeeds(needs: readonly Need[], home: string): Sentence {
  const [first, ...rest] = needs
  if (!first) return { verb: 'Do', object: 'nothing', tail: '' }
  if (rest.length === 0) return describeNeed(first, home)
  const files = needs.flatMap(({ capability, resource }) =>
    resource.kind === 'path' && capability === first.capability ? [resource.path] : [],
  )
  if (files.length < needs.length) {
    const sentence = describeNeed(first, home)
    return {
      ...sentence,
      tail: [sentence.tail, `and ${rest.length} more`].filter((part) => part !== '').join(' '),
    }
  }
  const folders = [...new Set(files.map(parentOf))]
  const where =
    folders.length === 1 ? `in ${shortPath(folders[0] ?? '', home)}` : `in ${folders.length} folders`
  return { verb: FILE_VERB[first.capability] ?? 'Use', object: `${files.length} files`, tail: where }
}

/** "Write notes.md in ~/Notes". */
export function sentenceText({ verb, object, tail }: Sentence): string {
  return [verb, object, tail].filter((part) => part !== '').join(' ')
}

function describePath(capability: Capability, { path }: PathResource, home: string): Sentence {
  const verb = FILE_VERB[capability] ?? 'Use'
  const parent = parentOf(path)
  // A folder is named whole: "List ~/Notes". The root and the home folder have no parent worth naming.
  if (capability === 'fs.list' || path === home || parent === path)
    return { verb, object: shortPath(path, home), tail: '' }
  return { verb, object: nameOf(path), tail: `in ${shortPath(parent, home)}` }
}

function describeUrl(capability: Capability, { method, scheme, host, port, url }: UrlResource): Sentence {
  const place = `${scheme === 'https' ? '' : `${scheme}://`}${host}${PORT[scheme] === port ? '' : `:${port}`}`
  const path = url.slice(url.indexOf('/', url.indexOf('://') + 3)).split('?')[0] ?? '/'
  const object = path === '/' || !path.startsWith('/') ? place : `${place}${path}`
  if (capability === 'open') return { verb: 'Open', object, tail: 'in your browser' }
  const reads = method === 'GET' || method === 'HEAD'
  return { verb: reads ? 'Read' : 'Send to', object, tail: reads ? '' : `(${method})` }
}

function describePlain(capability: Capability, text: string): Sentence {
  switch (capability) {
    case 'clipboard.read':
      return { verb: 'Read', object: 'the clipboard', tail: text === '' ? '' : `(${text})` }
    case 'clipboard.write':
      return { verb: 'Put', object: text === '' ? 'text' : text, tail: 'on the clipboard' }
    case 'notify':
      return { verb: 'Show', object: 'a notification', tail: text === '' ? '' : `“${text}”` }
    default:
      return { verb: FILE_VERB[capability] ?? 'Use', object: text, tail: '' }
  }
}

function parentOf(path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  return cut > 0 ? path.slice(0, cut) : path.slice(0, cut + 1) || path
}

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1) || path
}

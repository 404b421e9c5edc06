import type { ShownField } from '../../contract/show-text.ts'

/**
 * How a line of the exact request is drawn. Where it names one path, address or word of a command, every sign counts
 * and a space at an end is drawn; anything else may have lines and spaces of its own.
 */
export function fieldOf({ label, long }: { label: string; long: boolean }): ShownField {
  if (long) return 'argument'
  // In a question that lists several requests each label begins with the request's number.
  const word = label
    .toLowerCase()
    .replace(/^\d+\. /, '')
    .replace(/ \d+$/, '')
  if (/^(request|url|address|host|wanted for|sent to|opens|for)$/.test(word)) return 'url'
  if (/^(path|file|folder|folder or file|in folder|from|to)$/.test(word)) return 'path'
  if (/^(program|command|argument|arguments)$/.test(word)) return 'command'
  return 'argument'
}

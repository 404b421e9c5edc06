/** Names the author's own lines in a stack: positions in the bundle are looked up in its source map. */
import { SourceMap } from 'node:module'

const FRAME = /^( *at )(?:(.*) \()?([^()\s]+?):(\d+):(\d+)\)?$/
/** What runs first in each realm; no file of a package can be called so. */
export const GUEST_NAME = '<sallyport>'
/** Frames of ours, which tell an author nothing, and where we are installed is nobody's business. */
const OURS = /^ *at .*(<sallyport>|<isolated-vm)/
const OWN_FILE = `${import.meta.filename}:`

export function mapStack(stack: string, maps: Record<string, string>): string {
  const parsed = new Map<string, SourceMap | null>()
  const lines = stack.split('\n').filter((line) => !OURS.test(line) && !line.includes(OWN_FILE))
  return lines.map((line) => mapLine(line, maps, parsed)).join('\n')
}

function mapLine(line: string, maps: Record<string, string>, parsed: Map<string, SourceMap | null>): string {
  const match = FRAME.exec(line)
  if (!match) return line
  const [, at, fn, file, row, column] = match as unknown as [
    string,
    string,
    string | undefined,
    string,
    string,
    string,
  ]
  const map = mapOf(file, maps, parsed)
  const entry = map?.findEntry(Number(row) - 1, Number(column) - 1)
  if (!entry || !('originalSource' in entry) || !entry.originalSource) return line
  const place = `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
  return fn ? `${at}${fn} (${place})` : `${at}${place}`
}

function mapOf(
  file: string,
  maps: Record<string, string>,
  parsed: Map<string, SourceMap | null>,
): SourceMap | null {
  const known = parsed.get(file)
  if (known !== undefined) return known
  let map: SourceMap | null = null
  try {
    const text = Object.hasOwn(maps, file) ? maps[file] : undefined
    if (text) map = new SourceMap(JSON.parse(text))
  } catch {
    // A map that is no map: the bundle's own positions are shown.
  }
  parsed.set(file, map)
  return map
}

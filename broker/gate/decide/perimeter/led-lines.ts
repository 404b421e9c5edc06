/**
 * Lines whose way leads through a link that an agent may change. Such a link is a door whose key the agent holds: pointed
 * elsewhere, it would open what nobody had opened. So the line is followed only where it leads to no less open ground
 * than the link lies in (where another agent holds the key: than the line itself says), and then it names no protected
 * place by that; elsewhere it only closes.
 */
import type { FolderLine } from '../../../../contract/perimeter.ts'
import type { Places } from '../../../ports.ts'
import { keepingForm } from '../name-forms.ts'
import { PathTrie } from '../path-trie.ts'
import { writtenPlace } from '../place-paths.ts'

export interface LedLine {
  line: FolderLine
  written: string
  resolved: string
  /** Null where no link on the way is an agent's to change. */
  led: { follow: boolean; names: number; byOthers: boolean } | null
}
/** Whether any agent may change what lies there. */
export type AnyMayChange = (place: string) => boolean

interface Standing {
  at: number
  line: FolderLine
  depth: number
}
const LEVELS = ['allow', 'ask', 'deny']

export function ledLines(
  lines: readonly FolderLine[],
  places: Places,
  anyMayChange: AnyMayChange,
): LedLine[] {
  // Names that only look alike count as one: to meet too many is the safe side.
  const trie = new PathTrie<Standing[]>({ form: keepingForm(places), windows: places.platform === 'win32' })
  const ways = lines.map((line) => {
    const written = writtenPlace(line.path, places)
    const { leadsTo, links } = places.followWay(written)
    return { line, written, resolved: leadsTo, links }
  })
  ways.forEach(({ line, resolved }, at) => {
    const standing = { at, line, depth: trie.segments(resolved).length }
    trie.update(resolved, (old) => [...(old ?? []), standing])
  })
  const standingAt = (place: string) => {
    const found: Standing[][] = []
    trie.collect(place, found)
    return found.flat()
  }

  const ownGrounds = (link: string) => standingAt(link).filter(({ line }) => line.write !== 'deny')
  const changeable = ways.map(({ links }) => links.flatMap(ownGrounds))
  const others = ways.map(({ links }) =>
    links.some((link) => ownGrounds(link).length === 0 && anyMayChange(link)),
  )
  const isLed = ({ at }: Pick<Standing, 'at'>) => changeable[at]?.length !== 0 || others[at] === true

  return ways.map((way, at) => {
    if (!isLed({ at })) return { ...way, led: null }
    const around = standingAt(way.resolved).filter((standing) => standing.at !== at)
    // Lines that are led there, too, say nothing for each other: the agent may have led them all.
    const own = around.filter((standing) => !isLed(standing))
    const names = Math.max(0, ...own.map(({ depth }) => depth))
    const near = around.filter(({ depth }) => depth >= names)
    const grounds = (changeable[at] ?? []).filter((ground) => !isLed(ground))
    const isOpen = (ground: Standing) =>
      own.some((standing) => standing.at === ground.at) &&
      near.every(({ line }) => isNoStricter(line, ground.line))
    const byOthers = others[at] === true
    const followsOwn = changeable[at]?.length === 0 || (grounds.length > 0 && grounds.every(isOpen))
    const followsOthers =
      !byOthers || (own.length > 0 && near.every(({ line }) => isNoStricter(line, way.line)))
    return { ...way, led: { follow: followsOwn && followsOthers, names, byOthers } }
  })
}

function isNoStricter(a: FolderLine, b: FolderLine): boolean {
  const strictness = (level: FolderLine['read']) => LEVELS.indexOf(level)
  return strictness(a.read) <= strictness(b.read) && strictness(a.write) <= strictness(b.write)
}

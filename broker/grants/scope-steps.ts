/**
 * The ladder: from exactly what is asked outward, at most to the perimeter's line. Each step spells out all that it
 * grants. An empty ladder means that nothing longer than once can be said exactly; whether a longer yes is honest is
 * for others to judge.
 */
import type { GrantScope } from '../../contract/grant.ts'
import type { Need, UrlResource } from '../../contract/resource.ts'
import type { GrantPart, LadderStep } from '../ports.ts'
import { pathWithQuery, readsInManyWays, takesItself } from './match-scope.ts'
import { scopeWords } from './scope-words.ts'

export interface LadderOptions {
  home: string
  /** How far the perimeter's line goes for this need: a folder, or a path prefix; null when it can't be said. */
  ceiling(need: Need): string | null
}

/** More parts than a person can read in one breath aren't offered. */
const MOST_PARTS = 4
const MOST_STEPS = 6

export function scopeSteps(needs: readonly Need[], options: LadderOptions): LadderStep[] {
  const ladders: GrantPart[][][] = []
  for (const group of groupNeeds(needs)) {
    const ladder = ladderOf(group, options)
    if (ladder.length === 0) return []
    ladders.push(ladder)
  }
  const steps: LadderStep[] = []
  const length = Math.max(0, ...ladders.map((ladder) => ladder.length))
  for (let at = 0; at < length; at++) {
    const parts = ladders.flatMap((ladder) => ladder[Math.min(at, ladder.length - 1)] ?? [])
    if (parts.length > MOST_PARTS) continue
    const spoken = parts.map((part) => ({
      ...part,
      words: scopeWords(part.capability, part.scope, options.home),
    }))
    const words = spoken.map((part) => part.words).join('; ')
    if (words.length <= 600 && steps[steps.length - 1]?.words !== words) steps.push({ parts: spoken, words })
  }
  return thin(steps)
}

/** The first steps and the last: the nearest are the likeliest, the last is the whole line. */
function thin(steps: LadderStep[]): LadderStep[] {
  return steps.length <= MOST_STEPS ? steps : [...steps.slice(0, MOST_STEPS - 1), ...steps.slice(-1)]
}

/** Needs that climb together: files of one capability; each other need by itself. */
function groupNeeds(needs: readonly Need[]): Need[][] {
  const groups = new Map<string, Need[]>()
  for (const need of needs) {
    const key = need.resource.kind === 'path' ? `path ${need.capability}` : JSON.stringify(need)
    const group = groups.get(key)
    if (group) group.push(need)
    else groups.set(key, [need])
  }
  return [...groups.values()]
}

function ladderOf(group: Need[], options: LadderOptions): GrantPart[][] {
  const [first] = group
  if (!first) return []
  const { capability, resource } = first
  const only = (scope: GrantScope): GrantPart[][] => [[{ capability, scope }]]
  switch (resource.kind) {
    case 'path':
      return climbFolders(group, options)
    case 'url':
      return climbUrl(resource, options.ceiling(first)).map((scope) => [{ capability, scope }])
    case 'command': {
      const exact = {
        kind: 'command' as const,
        program: resource.program,
        args: resource.args,
        exactArgs: true,
        cwd: resource.cwd,
        cwdBelow: false,
        ...(resource.readOnly ? { readOnly: true as const } : {}),
      }
      // What can run anything is never granted (`index-grants.ts`); a remembered no may name it, exactly.
      return resource.opaque ? only(exact) : [...only(exact), ...only({ ...exact, cwdBelow: true })]
    }
    case 'secret':
      return only({ kind: 'secret', name: resource.name, to: resource.to })
    case 'model':
      return only({
        kind: 'model',
        provider: resource.provider,
        model: resource.model,
        origin: resource.origin,
      })
    case 'plain':
      return only({ kind: 'capability' })
  }
}

function climbFolders(group: Need[], options: LadderOptions): GrantPart[][] {
  const capability = group[0]?.capability ?? 'fs.read'
  const isTaken = ({ resource }: Need) => resource.kind === 'path' && resource.taken === true
  const staysOut = !takesItself(capability) || group.some(isTaken)
  const climbs = group.map((need) => {
    const path = need.resource.kind === 'path' ? need.resource.path : ''
    const folders = foldersUp(path, options.ceiling(need))
    const keeps = takesItself(capability) && !isTaken(need)
    return { path, folders: keeps ? folders : folders.filter((folder) => folder !== path) }
  })
  const part = (path: string, below: boolean): GrantPart => ({
    capability,
    scope: { kind: 'path', path, below },
  })
  const steps = [[...new Set(climbs.map(({ path }) => path))].map((path) => part(path, false))]
  const height = Math.max(...climbs.map(({ folders }) => folders.length))
  for (let at = 0; at < height; at++) {
    // Who can't climb at all (no line covers its folder) stays exact.
    const reached = climbs.map(({ path, folders }) => ({
      path: folders[Math.min(at, folders.length - 1)] ?? path,
      below: folders.length > 0,
    }))
    steps.push(outermost(reached, staysOut).map(({ path, below }) => part(path, below)))
  }
  return steps.filter((parts) => parts.length <= MOST_PARTS)
}

/** Its folder, that folder's folder, and so on up to the ceiling; empty when the ceiling is not above it. */
function foldersUp(path: string, ceiling: string | null): string[] {
  if (ceiling === null) return []
  const folders: string[] = []
  let at = path
  while (at !== ceiling) {
    const cut = Math.max(at.lastIndexOf('/'), at.lastIndexOf('\\'))
    if (cut < 0 || at.length <= ceiling.length) return []
    at = at.slice(0, cut) || '/'
    folders.push(at)
    if (at === '/' && ceiling !== '/') return []
  }
  return folders.length === 0 ? [ceiling] : folders
}

/** @param staysOut what is said of a folder's content does not cover the folder */
function outermost(
  reached: { path: string; below: boolean }[],
  staysOut: boolean,
): { path: string; below: boolean }[] {
  const distinct = [...new Map(reached.map((each) => [`${each.below} ${each.path}`, each])).values()]
  const inside = (path: string, folder: string) =>
    path.startsWith(/[\\/]$/.test(folder) ? folder : `${folder}/`) || path.startsWith(`${folder}\\`)
  return distinct.filter(
    ({ path, below }) =>
      !distinct.some((other) => {
        if (!other.below) return false
        return other.path === path ? !below && !staysOut : inside(path, other.path)
      }),
  )
}

function climbUrl(resource: UrlResource, ceiling: string | null): GrantScope[] {
  const whole = pathWithQuery(resource.url)
  const base = {
    kind: 'url' as const,
    scheme: resource.scheme,
    host: resource.host,
    port: resource.port,
    methods: [resource.method],
  }
  const scopes: GrantScope[] = [{ ...base, path: whole, below: false }]
  if (ceiling === null || readsInManyWays(whole)) return scopes
  const floor = ceiling === '/' ? '' : ceiling.replace(/\/$/, '')
  let path = whole.split('?')[0]?.replace(/\/$/, '') ?? ''
  if (path !== floor && !path.startsWith(`${floor}/`)) return scopes
  for (;;) {
    scopes.push({ ...base, path: path === '' ? '/' : path, below: true })
    if (path === floor) return scopes
    path = path.slice(0, path.lastIndexOf('/'))
  }
}

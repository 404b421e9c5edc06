/** Live grants by principal, tool, capability and resource: finding the one that covers a need costs no more with ten thousand. */
import type { Grant, GrantScope } from '../../contract/grant.ts'
import type { Need } from '../../contract/resource.ts'
import type { GrantAsked, GrantIndex } from '../ports.ts'
import { countsInRun, isLive } from './grant-ends.ts'
import { covers, mayMean, pathWithQuery, readsInManyWays } from './match-scope.ts'

export interface ChangingGrantIndex extends GrantIndex {
  add(grant: Grant): void
  remove(grant: Grant): void
}

/**
 * Answers with the first grant that it finds to cover: any of them is the person’s word. A yes is about names character
 * by character, a no about all that look the same.
 */
export function indexGrants(): ChangingGrantIndex {
  const buckets = new Map<string, Set<Grant>>()
  /** How many grants are about each place or one below it. */
  const places = new Map<string, number>()
  function count({ effect, scope }: Grant, by: 1 | -1) {
    if (scope.kind !== 'path') return
    for (const place of upward(nameIn(effect, scope.path))) {
      const now = (places.get(place) ?? 0) + by
      if (now > 0) places.set(place, now)
      else places.delete(place)
    }
  }
  /** A path that can be read in many ways gets past no remembered no of its host; it is rare, so all are looked at. */
  function findMeant(owner: string, asked: GrantAsked): Grant | null {
    const { resource } = asked.need
    if (resource.kind !== 'url' || !readsInManyWays(pathWithQuery(resource.url))) return null
    for (const [key, bucket] of buckets) {
      if (!key.startsWith(`${owner}\nurl `)) continue
      for (const grant of bucket) if (mayMean(grant.scope, asked.need) && stands(grant, asked)) return grant
    }
    return null
  }
  const slot = (grant: Grant) =>
    `${ownerKey(grant.effect, grant.principalId, grant.tool.hash, grant.capability)}\n${scopeKey(formed(grant.effect, grant.scope))}`
  return {
    add(grant) {
      const key = slot(grant)
      const bucket = buckets.get(key)
      if (!bucket?.has(grant)) count(grant, 1)
      if (bucket) bucket.add(grant)
      else buckets.set(key, new Set([grant]))
    },
    remove(grant) {
      const key = slot(grant)
      const bucket = buckets.get(key)
      if (bucket?.delete(grant)) count(grant, -1)
      if (bucket?.size === 0) buckets.delete(key)
    },
    find(effect, given) {
      if (buckets.size === 0) return null
      const { resource } = given.need
      const asked = { ...given, need: { ...given.need, resource: formed(effect, resource) } }
      const owner = ownerKey(effect, asked.principalId, asked.tool?.hash ?? '', asked.need.capability)
      for (const key of needKeys(asked.need)) {
        for (const grant of buckets.get(`${owner}\n${key}`) ?? []) if (counts(grant, asked)) return grant
      }
      return effect === 'deny' ? findMeant(owner, asked) : null
    },
    isAboutPlace: (path) => places.has(trimmed(path)) || places.has(trimmed(nameIn('deny', path))),
    places: () => places.keys(),
  }
}

function counts(grant: Grant, asked: GrantAsked): boolean {
  const { resource } = asked.need
  // What can run anything is allowed once and never longer; a remembered no may well stand.
  if (grant.effect === 'allow' && resource.kind === 'command' && resource.opaque) return false
  return stands(grant, asked) && covers(formed(grant.effect, grant.scope), asked.need, grant.effect)
}

function formed<T extends { kind: string }>(effect: Grant['effect'], about: T & { path?: string }): T {
  if (effect === 'allow' || about.kind !== 'path' || about.path === undefined) return about
  return { ...about, path: nameIn(effect, about.path) }
}

function nameIn(effect: Grant['effect'], path: string): string {
  return effect === 'deny' ? path.normalize('NFC') : path
}

function stands(grant: Grant, { now, runId }: GrantAsked): boolean {
  return isLive(grant, now) && countsInRun(grant, runId)
}

function ownerKey(effect: string, principalId: string, hash: string, capability: string): string {
  return `${effect}\n${principalId}\n${hash}\n${capability}`
}

function scopeKey(scope: GrantScope): string {
  switch (scope.kind) {
    case 'path':
      return `path ${trimmed(scope.path)}`
    case 'url':
      return `url ${scope.scheme} ${scope.host} ${scope.port} ${trimmed(scope.path)}`
    case 'command':
      return `command ${scope.program}`
    case 'secret':
      return `secret ${scope.name} ${scope.to}`
    case 'model':
      return `model ${scope.provider} ${scope.model} ${scope.origin}`
    case 'capability':
      return 'capability'
  }
}

/** Every key under which a scope that covers this need can lie: the resource itself, then each folder above it. */
function* needKeys(need: Need): Generator<string> {
  const { resource } = need
  switch (resource.kind) {
    case 'path':
      for (const path of upward(resource.path)) yield `path ${path}`
      return
    case 'url': {
      const place = `url ${resource.scheme} ${resource.host} ${resource.port}`
      const whole = pathWithQuery(resource.url)
      yield `${place} ${trimmed(whole)}`
      for (const path of upward(whole.split('?')[0] ?? '/')) yield `${place} ${path}`
      return
    }
    case 'command':
      yield `command ${resource.program}`
      return
    case 'secret':
      yield `secret ${resource.name} ${resource.to}`
      return
    case 'model':
      yield `model ${resource.provider} ${resource.model} ${resource.origin}`
      return
    case 'plain':
      yield 'capability'
  }
}

function* upward(path: string): Generator<string> {
  let at = trimmed(path)
  for (;;) {
    yield at
    const cut = Math.max(at.lastIndexOf('/'), at.lastIndexOf('\\'))
    if (cut < 0 || at === '') return
    at = at.slice(0, cut)
  }
}

/** Without a trailing separator: `/a/` and `/a` lie in one slot; `covers` tells them apart. */
function trimmed(path: string): string {
  return path.replace(/[\\/]+$/, '')
}

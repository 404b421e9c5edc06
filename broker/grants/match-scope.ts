/**
 * What a scope covers: exactly, or below at a boundary, never by a prefix of text. `within` tells whether one scope
 * lies inside another, for narrowing. A folder "and below" takes in the folder, with one exception: leave for what is
 * in a folder is no leave to take the folder itself away, to the trash or to another place.
 */
import type { GrantScope } from '../../contract/grant.ts'
import type { Need, Resource, UrlResource } from '../../contract/resource.ts'
import type { Capability } from '../../contract/words.ts'

/** @param effect of the grant: a no about what lies in a folder keeps the folder, too */
export function covers(scope: GrantScope, need: Need, effect: 'allow' | 'deny' = 'allow'): boolean {
  const { resource } = need
  switch (scope.kind) {
    case 'path':
      return (
        resource.kind === 'path' &&
        (scope.path === resource.path
          ? !scope.below || effect === 'deny' || (takesItself(need.capability) && !resource.taken)
          : scope.below && isBelow(scope.path, resource.path))
      )
    case 'url':
      return resource.kind === 'url' && coversUrl(scope, resource)
    case 'command':
      return resource.kind === 'command' && coversCommand(scope, resource)
    case 'secret':
      return resource.kind === 'secret' && scope.name === resource.name && scope.to === resource.to
    case 'model':
      return (
        resource.kind === 'model' &&
        scope.provider === resource.provider &&
        scope.model === resource.model &&
        scope.origin === resource.origin
      )
    case 'capability':
      return resource.kind === 'plain'
  }
}

/** What a no says of a path that a server may read otherwise than it is written: anything there may be what it is about. */
export function mayMean(scope: GrantScope, { resource }: Need): boolean {
  return (
    scope.kind === 'url' &&
    resource.kind === 'url' &&
    scope.below &&
    isAtAddress(scope, resource) &&
    readsInManyWays(pathWithQuery(resource.url))
  )
}

/** A part of a grant covers a need of its own capability only. */
export function partCovers(part: { capability: Need['capability']; scope: GrantScope }, need: Need): boolean {
  return part.capability === need.capability && covers(part.scope, need)
}

function coversUrl(scope: Extract<GrantScope, { kind: 'url' }>, resource: UrlResource): boolean {
  if (!isAtAddress(scope, resource)) return false
  const path = pathWithQuery(resource.url)
  if (path === scope.path) return true
  return scope.below && !readsInManyWays(path) && isUrlBelow(scope.path, path)
}

function isAtAddress(scope: Extract<GrantScope, { kind: 'url' }>, resource: UrlResource): boolean {
  return (
    scope.scheme === resource.scheme &&
    scope.host === resource.host &&
    scope.port === resource.port &&
    scope.methods.includes(resource.method)
  )
}

function coversCommand(
  scope: Extract<GrantScope, { kind: 'command' }>,
  resource: Extract<Resource, { kind: 'command' }>,
): boolean {
  if (scope.program !== resource.program || (scope.readOnly && !resource.readOnly)) return false
  if (scope.cwd !== resource.cwd && !(scope.cwdBelow && isBelow(scope.cwd, resource.cwd))) return false
  const leads = scope.args.every((word, at) => word === resource.args[at])
  return (
    leads &&
    (scope.exactArgs ? scope.args.length === resource.args.length : scope.args.length <= resource.args.length)
  )
}

export function takesItself(capability: Capability): boolean {
  return capability !== 'fs.delete'
}

/** True for a path strictly below a folder, on either kind of separator. */
export function isBelow(folder: string, path: string): boolean {
  if (!path.startsWith(folder) || path.length <= folder.length) return false
  return /[\\/]$/.test(folder) || /^[\\/]/.test(path.slice(folder.length))
}

/** Path and query as they stand in a canonical URL. */
export function pathWithQuery(url: string): string {
  const at = url.indexOf('/', url.indexOf('://') + 3)
  return at < 0 ? '/' : url.slice(at)
}

function isUrlBelow(prefix: string, path: string): boolean {
  if (prefix.includes('?') || !path.startsWith(prefix)) return false
  return prefix.endsWith('/') || /^[/?]/.test(path.slice(prefix.length))
}

/** A path that a server may read otherwise than it is written lies below nothing. */
export function readsInManyWays(path: string): boolean {
  return /%(?:2f|5c|2e|25|00)|(?:^|\/)\.{1,2};|\/\/|\\/i.test(path.split('?')[0] ?? '')
}

/** True when everything that `inner` covers is covered by `outer`, both of grants for one capability. */
export function within(inner: GrantScope, outer: GrantScope, capability: Capability): boolean {
  if (inner.kind === 'path' && outer.kind === 'path') {
    if (inner.path === outer.path)
      return inner.below === outer.below || (outer.below && takesItself(capability))
    return outer.below && isBelow(outer.path, inner.path)
  }
  if (inner.kind === 'url' && outer.kind === 'url') {
    const place = inner.scheme === outer.scheme && inner.host === outer.host && inner.port === outer.port
    if (!place || !inner.methods.every((method) => outer.methods.includes(method))) return false
    if (inner.path === outer.path) return outer.below || !inner.below
    return outer.below && !readsInManyWays(inner.path) && isUrlBelow(outer.path, inner.path)
  }
  if (inner.kind === 'command' && outer.kind === 'command') {
    const place =
      inner.cwd === outer.cwd
        ? outer.cwdBelow || !inner.cwdBelow
        : outer.cwdBelow && isBelow(outer.cwd, inner.cwd)
    const leads = outer.args.every((word, at) => word === inner.args[at])
    const length = outer.exactArgs
      ? inner.exactArgs && inner.args.length === outer.args.length
      : inner.args.length >= outer.args.length
    const reach = !outer.readOnly || inner.readOnly === true
    return inner.program === outer.program && place && leads && length && reach
  }
  return JSON.stringify(inner) === JSON.stringify(outer)
}

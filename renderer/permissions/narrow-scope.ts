/** Ways to make a grant's scope smaller, never wider. Pure; the broker checks again. */
import type { GrantScope } from '../../contract/grant.ts'

export interface Narrower {
  words: string
  scope: GrantScope
}

/** Smaller scopes of the same kind, in plain words; empty when the scope is exact already. */
export function narrowerScopes(scope: GrantScope): Narrower[] {
  switch (scope.kind) {
    case 'path':
      return scope.below ? [{ words: 'Only this, nothing below it', scope: { ...scope, below: false } }] : []
    case 'url':
      return narrowerUrls(scope)
    case 'command':
      return [
        ...(scope.exactArgs
          ? []
          : [{ words: 'Only with exactly these arguments', scope: { ...scope, exactArgs: true } }]),
        ...(scope.cwdBelow
          ? [{ words: 'Only in this folder, not below it', scope: { ...scope, cwdBelow: false } }]
          : []),
        ...(scope.readOnly
          ? []
          : [
              {
                words: 'Only reading: it can change nothing and reach no host',
                scope: { ...scope, readOnly: true as const },
              },
            ]),
      ]
    case 'secret':
    case 'model':
    case 'capability':
      return []
  }
}

function narrowerUrls(scope: Extract<GrantScope, { kind: 'url' }>): Narrower[] {
  const reading = scope.methods.filter((method) => method === 'GET' || method === 'HEAD')
  return [
    ...(scope.below
      ? [{ words: 'Only this address, nothing below it', scope: { ...scope, below: false } }]
      : []),
    ...(reading.length > 0 && reading.length < scope.methods.length
      ? [{ words: 'Only reading (GET, HEAD)', scope: { ...scope, methods: reading } }]
      : []),
    ...(scope.methods.length > 1
      ? scope.methods
          .filter((method) => reading.length !== 1 || method !== reading[0])
          .map((method) => ({ words: `Only ${method}`, scope: { ...scope, methods: [method] } }))
      : []),
  ]
}

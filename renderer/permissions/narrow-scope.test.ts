import { expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import type { Grant, GrantScope } from '../../contract/grant.ts'
import { narrowerScopes } from './narrow-scope.ts'
import { isInForce } from './permissions-store.ts'

/** Does `outer` cover everything that `inner` covers? */
function covers(outer: GrantScope, inner: GrantScope): boolean {
  if (outer.kind === 'path' && inner.kind === 'path')
    return outer.path === inner.path && (outer.below || !inner.below)
  if (outer.kind === 'url' && inner.kind === 'url')
    return (
      outer.host === inner.host &&
      outer.path === inner.path &&
      (outer.below || !inner.below) &&
      inner.methods.every((method) => outer.methods.includes(method))
    )
  if (outer.kind === 'command' && inner.kind === 'command')
    return (
      outer.program === inner.program &&
      (!outer.exactArgs || inner.exactArgs) &&
      (outer.cwdBelow || !inner.cwdBelow) &&
      (!outer.readOnly || inner.readOnly === true)
    )
  return false
}

const scope: fc.Arbitrary<GrantScope> = fc.oneof(
  fc.record({ kind: fc.constant('path' as const), path: fc.constant<string>('/a'), below: fc.boolean() }),
  fc.record({
    kind: fc.constant('url' as const),
    scheme: fc.constant('https' as const),
    host: fc.constant<string>('example.org'),
    port: fc.constant<number>(443),
    methods: fc.uniqueArray(fc.constantFrom<string[]>('GET', 'HEAD', 'POST', 'DELETE'), { minLength: 1 }),
    path: fc.constant<string>('/v1'),
    below: fc.boolean(),
  }),
  fc.record(
    {
      kind: fc.constant('command' as const),
      program: fc.constant<string>('/usr/bin/git'),
      args: fc.constant<string[]>(['status']),
      exactArgs: fc.boolean(),
      cwd: fc.constant<string>('/a'),
      cwdBelow: fc.boolean(),
      readOnly: fc.constant(true as const),
    },
    { requiredKeys: ['kind', 'program', 'args', 'exactArgs', 'cwd', 'cwdBelow'] },
  ),
)

it('every way to narrow is smaller, never wider and never the same', () => {
  fc.assert(
    fc.property(scope, (outer) => {
      for (const { scope: inner } of narrowerScopes(outer)) {
        expect(covers(outer, inner)).toBe(true)
        expect(covers(inner, outer)).toBe(false)
      }
    }),
  )
})

it('offers no choice twice', () => {
  fc.assert(
    fc.property(scope, (outer) => {
      const choices = narrowerScopes(outer).map((narrower) => JSON.stringify(narrower.scope))
      expect(new Set(choices).size).toBe(choices.length)
    }),
  )
})

it('a grant is in force until it is revoked, its time has come, or it was unused for too long', () => {
  const day = 86_400_000
  const grant = (more: Partial<Grant>) => ({ revokedAt: null, madeAt: 0, lastUse: null, ...more }) as Grant
  expect(isInForce(grant({ end: { kind: 'until', at: 10 } }), 9)).toBe(true)
  expect(isInForce(grant({ end: { kind: 'until', at: 10 } }), 10)).toBe(false)
  expect(isInForce(grant({ end: { kind: 'unused', days: 14 } }), 14 * day)).toBe(false)
  expect(isInForce(grant({ end: { kind: 'unused', days: 14 }, lastUse: day }), 14 * day)).toBe(true)
  expect(isInForce(grant({ end: { kind: 'run', runId: 'run_1' }, revokedAt: 5 }), 6)).toBe(false)
})

import { expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import type { Json } from '../../contract/words.ts'
import { groupCalls } from './group-calls.ts'

const call = (name: string, input: Json, fault?: string) => ({
  id: JSON.stringify([name, input]),
  name,
  input,
  fault: fault ?? null,
})
const sizes = (calls: ReturnType<typeof call>[]) => groupCalls(calls as never).map((group) => group.length)

it('calls of one function on different things go together', () => {
  const moves = Array.from({ length: 12 }, (_, at) => call('move', { from: `/in/f${at}`, to: `/out/f${at}` }))
  expect(sizes(moves)).toEqual([12])
  expect(sizes([call('move', { from: '/a', to: '/b' }), call('copy', { from: '/c', to: '/d' })])).toEqual([
    1, 1,
  ])
})
it('calls that share a thing keep their order', () => {
  expect(sizes([call('move', { from: '/a', to: '/b' }), call('move', { from: '/b', to: '/c' })])).toEqual([
    1, 1,
  ])
  expect(
    sizes([call('append', { path: '/a', text: '1' }), call('append', { path: '/a', text: '2' })]),
  ).toEqual([1, 1])
  expect(sizes([call('remove', { path: '/a/b' }), call('remove', { path: '/a' })])).toEqual([1, 1])
})
it('a call that could not be read stands alone, and no group grows without bound', () => {
  expect(sizes([call('move', { from: '/a' }), call('move', { from: '/b' }, 'bad JSON')])).toEqual([1, 1])
  expect(Math.max(...sizes(Array.from({ length: 100 }, (_, at) => call('move', { from: `/f${at}` }))))).toBe(
    20,
  )
})
it('no call is lost, doubled or moved', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: fc.constantFrom('a', 'b'), path: fc.constantFrom('/x', '/y', '/x/z', '') })),
      (given) => {
        const calls = given.map(({ name, path }) => call(name, { path }))
        expect(groupCalls(calls as never).flat()).toEqual(calls)
      },
    ),
  )
})

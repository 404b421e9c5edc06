import { expect, test } from 'vitest'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'

const prepared = () =>
  plainPrepared({
    operation: 'fs.readFile',
    capability: 'fs.read',
    needs: [],
    exact: [],
    binding: 'x',
    sentence: { verb: 'Read', object: 'x', tail: '' },
  })

test('what is held of a request is given for that very request, to who holds it', () => {
  const [one, other] = [createPreparedHold<number>(), createPreparedHold<number>()]
  const [first, second] = [one.keep(prepared(), 1), one.keep(prepared(), 2)]
  expect([one.of(first), one.of(second)]).toEqual([1, 2])
  for (const unknown of [
    prepared(),
    { ...first },
    Object.create(first),
    structuredClone({ ...first, dispose: null }),
  ])
    expect(() => one.of(unknown)).toThrow('not prepared here')
  expect(() => other.of(first)).toThrow('not prepared here')
})

test('nothing of what is held can be seen or changed on the way', () => {
  const hold = createPreparedHold<string>()
  const kept = hold.keep(prepared(), 'held')
  expect(Reflect.ownKeys(kept)).toEqual(Reflect.ownKeys(prepared()))
  for (const key of Reflect.ownKeys(kept)) Reflect.set(kept, key, 'changed')
  expect(hold.of(kept)).toBe('held')
})

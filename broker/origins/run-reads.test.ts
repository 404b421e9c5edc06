import v8 from 'node:v8'
import vm from 'node:vm'
import { expect, it } from 'vitest'
import { createRunReads } from './run-reads.ts'

v8.setFlagsFromString('--expose-gc')
const collect = vm.runInNewContext('gc') as () => void
const outside = [{ field: '', origin: { kind: 'outside' as const, source: 'x' } }]

it('a run that reads more than is kept costs no more', async () => {
  const reads = createRunReads()
  const kept: WeakRef<object>[] = []
  for (let read = 0; read < 200; read++) {
    const value = { data: `${read}`.padEnd(1024 * 1024, 'word ') }
    kept.push(new WeakRef(value))
    reads.note(value, outside)
  }
  await new Promise((resolve) => setTimeout(resolve, 10))
  collect()
  expect(kept.filter((value) => value.deref()).length).toBeLessThan(10)
  // What is not kept counts as if it stood in every value.
  expect(reads.index().partial).toBe(true)
  expect(reads.index().outside.length).toBeGreaterThan(0)
})

it('says that something is missing only when it is', () => {
  const reads = createRunReads()
  for (let read = 0; read < 7; read++) reads.note({ data: 'word '.repeat(200_000) }, outside)
  expect(reads.index().partial).toBe(false)
  reads.note(
    Array.from({ length: 250_000 }, () => 'x'),
    outside,
  )
  expect(reads.index().partial).toBe(true)
  const other = createRunReads()
  other.lose()
  expect(other.index().partial).toBe(true)
})

/** What is made ready for values once is what all threads look with, and what is made of earlier values is the same. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import { encodeNew, makeNeedleData, type NeedleData } from './needles.ts'
import { createScanAside } from './scan-aside.ts'
import { type ScanThread, startScanThread } from './scan-thread.ts'
import { createScanThreads } from './scan-threads.ts'

const open: { end(): void }[] = []
afterAll(() => {
  for (const each of open) each.end()
})

const valuesOf = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => ({
    what: `secret:s${from + n}`,
    value: createHash('sha256')
      .update(`${from + n}`)
      .digest('base64url')
      .slice(0, 12),
  }))

/** All looks on threads, which say what they were told. */
function watched(told: string[], change = (thread: ScanThread): ScanThread => thread) {
  const start = () => {
    const thread = startScanThread()
    return change({
      ...thread,
      watch(...given) {
        told.push('watch')
        thread.watch(...given)
      },
      make(...given) {
        told.push('make')
        return thread.make(...given)
      },
      attach(...given) {
        told.push('attach')
        thread.attach(...given)
      },
    })
  }
  const scanner = createScanAside({
    threads: createScanThreads({ start }),
    most: { characters: 0, ms: 8 },
  })
  open.push(scanner)
  return scanner
}

test('a thread that starts attaches what was made ready, and makes nothing itself', async () => {
  const told: string[] = []
  const scanner = watched(told)
  const values = valuesOf(1)
  scanner.watch(values)
  const looks = [1, 2].map(() => scanner.redactKnown(`a ${values[0]?.value} b`))
  for (const looked of await Promise.all(looks)) expect(looked.text).toBe('a [secret:s0 removed] b')
  expect(told).toEqual(['attach', 'attach'])
})

test('for very many values one thread makes ready, and again when one of them changes', async () => {
  const told: string[] = []
  const scanner = watched(told)
  const values = valuesOf(220)
  scanner.watch(values)
  const last = Buffer.from(values.at(-1)?.value ?? '').toString('base64')
  const looks = [1, 2, 3].map(() => scanner.redactKnown(`a ${last} b`))
  for (const looked of await Promise.all(looks)) expect(looked.hits).toMatchObject([{ what: 'secret:s219' }])
  expect(told[0]).toBe('make')
  expect(told).not.toContain('watch')
  scanner.watch([...values.slice(0, -1), ...valuesOf(1, 500)])
  const next = valuesOf(1, 500)[0]?.value
  expect((await scanner.redactKnown(`a ${next} b`)).text).toBe('a [secret:s500 removed] b')
  expect((await scanner.redactKnown(`a ${values[0]?.value} b`)).text).toBe('a [secret:s0 removed] b')
  expect((await scanner.redactKnown(`a ${last} b`)).hits).toEqual([])
  expect(told.filter((each) => each === 'make')).toHaveLength(2)
})

test('when that thread ends before it has, this one makes ready', async () => {
  const scanner = createScanAside({
    threads: createScanThreads({
      start() {
        const thread = startScanThread()
        return {
          ...thread,
          make(...given) {
            const made = thread.make(...given)
            thread.end()
            return made
          },
        }
      },
    }),
  })
  open.push(scanner)
  const values = valuesOf(220)
  scanner.watch(values)
  const text = `a ${values[7]?.value} b`
  expect(scanner.brief(text).redacted).toBe('a [secret:s7 removed] b')
  while (scanner.redactKnown('nothing') instanceof Promise) await sleep(10)
  expect(scanner.redactKnown(text)).toMatchObject({ text: 'a [secret:s7 removed] b' })
})

test('what is made of forms that were known is what is made anew', () => {
  const value = fc.oneof(
    fc.string({ minLength: 6, maxLength: 20 }),
    fc.string({ minLength: 6, maxLength: 12, unit: 'binary' }),
  )
  const some = fc.uniqueArray(value, { maxLength: 4 })
  fc.assert(
    fc.property(some, some, (before, after) => {
      const named = (values: readonly string[]) => values.map((each, n) => ({ what: `${n}`, value: each }))
      const known = encodeNew({ values: named(before), data: atOnce(makeNeedleData(named(before))) })
      const mixed = named([...new Set([...before.slice(1), ...after])])
      expect(hashed(atOnce(makeNeedleData(mixed, known)))).toEqual(hashed(atOnce(makeNeedleData(mixed))))
    }),
    runs(20),
  )
})

function atOnce(steps: Generator<void, NeedleData>): NeedleData {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Each array in a few letters: comparing a hundred thousand numbers one by one takes seconds. */
const hashed = (data: NeedleData) =>
  JSON.stringify(data, (_, part: unknown) =>
    part instanceof Uint8Array || part instanceof Int32Array
      ? createHash('sha1')
          .update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
          .digest('hex')
      : part,
  )

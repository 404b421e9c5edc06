import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import type { Json } from '../../contract/words.ts'
import type { Soon } from '../ports.ts'
import { createLeakScanner } from './leak-scanner.ts'
import { UNREAD } from './merge-hits.ts'
import { createScanAside } from './scan-aside.ts'
import { type ScanThread, startScanThread } from './scan-thread.ts'
import { createScanThreads } from './scan-threads.ts'

const VALUES = [
  { what: 'secret:one', value: 'sk-live-aBcDeFgH12345678' },
  { what: 'secret:two', value: 'correct horse battery staple' },
  { what: 'canary:files', value: '%&=\\x41Ab1+c_d' },
]
const NOTHING_HERE = { characters: 0, ms: 8 }
const open: { end(): void }[] = []
afterAll(() => {
  for (const each of open) each.end()
})

/** All of it on the thread. */
function aside(start?: () => ScanThread) {
  const scanner = createScanAside({
    most: NOTHING_HERE,
    ...(start ? { threads: createScanThreads({ start }) } : {}),
  })
  scanner.watch(VALUES)
  open.push(scanner)
  return scanner
}
const here = createLeakScanner()
here.watch(VALUES)
const isLater = (given: Soon<unknown>) => given instanceof Promise

const written = fc.constantFrom(
  ...VALUES.flatMap(({ value }) => [
    value,
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('hex'),
    [...value].map((char) => `%${char.charCodeAt(0).toString(16)}`).join(''),
    value.slice(0, -1),
  ]),
  `ghp_${'a1B2c3D4e5F6'.repeat(3)}`,
  '%5C',
  '\\\\',
  '&#x',
)
const text = fc.array(fc.oneof(written, fc.string())).map((parts) => parts.join(' '))
const json = fc.jsonValue({ stringUnit: 'binary' }).map((value) => value as Json)

describe('on a thread and at once the result is the same', () => {
  const scanner = aside()

  test('of texts', async () => {
    await here.ready()
    await fc.assert(
      fc.asyncProperty(text, async (each) => {
        const later = scanner.scan(each)
        expect(isLater(later)).toBe(each.length > 0)
        expect(await later).toEqual(here.scan(each))
        expect(await scanner.redactKnown(each)).toEqual(here.redactKnown(each))
      }),
      runs(60),
    )
  })

  test('of JSON', async () => {
    const value = fc.tuple(json, fc.dictionary(text, fc.array(text, { maxLength: 3 }), { maxKeys: 4 }))
    await fc.assert(
      fc.asyncProperty(value, async (each) => {
        expect(await scanner.redactJson(each)).toEqual(here.redactJson(each))
        expect(await scanner.scanJson(each)).toEqual(here.scanJson(each))
      }),
      runs(60),
    )
  })

  test('of streams in pieces, also when nobody waits for one before the next', async () => {
    const pieces = fc.array(fc.oneof(written, fc.string()), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(pieces, fc.boolean(), async (each, credentials) => {
        const [there, atOnce] = [scanner.stream({ credentials }), here.stream({ credentials })]
        const pushed = [...each.map((piece) => there.push(piece)), there.end()]
        expect(await Promise.all(pushed)).toEqual([...each.map((piece) => atOnce.push(piece)), atOnce.end()])
        expect(there.hits()).toEqual(atOnce.hits())
      }),
      runs(60),
    )
  })
})

test('a short text is looked at here; a long one, or a short one that takes long, is not', async () => {
  const scanner = createScanAside()
  open.push(scanner)
  scanner.watch(VALUES)
  expect(isLater(scanner.redactKnown('sk-live-aBcDeFgH1234567 and more of the kind'))).toBe(false)
  const long = `${'long '.repeat(40_000)}${VALUES[0]?.value}`
  const later = scanner.redactKnown(long)
  expect(isLater(later)).toBe(true)
  expect((await later).text.endsWith('[secret:one removed]')).toBe(true)
  const slow = scanner.redactKnown('\\'.repeat(60_000))
  expect(isLater(slow)).toBe(true)
  expect(await slow).toMatchObject({ hits: [] })
})

test('many looks in one turn of the loop count together', async () => {
  const scanner = createScanAside()
  open.push(scanner)
  scanner.watch(VALUES)
  await here.ready()
  const page = 'A line of a page that holds nothing. '.repeat(1000)
  const looks = Array.from({ length: 100 }, () => scanner.redactKnown(page))
  expect(isLater(looks[0] as Soon<unknown>)).toBe(false)
  expect(isLater(looks.at(-1) as Soon<unknown>)).toBe(true)
  await Promise.all(looks)
  await sleep(1)
  expect(isLater(scanner.redactKnown(page))).toBe(false)
})

describe('a value that is added while a text is looked through is found in it', () => {
  const added = { what: 'secret:new', value: 'Zq9-this-was-just-added' }
  test.each([
    ['a text', (scanner: ReturnType<typeof aside>) => scanner.redactKnown(`x ${added.value} y`)],
    ['JSON', (scanner: ReturnType<typeof aside>) => scanner.redactJson([{ key: added.value }])],
    [
      'a stream',
      async (scanner: ReturnType<typeof aside>) => {
        const stream = scanner.stream()
        const out = (await stream.push(`x ${added.value} `)) + (await stream.end())
        return { out, hits: stream.hits() }
      },
    ],
  ])('%s', async (_, look) => {
    const scanner = aside()
    const later = look(scanner)
    scanner.watch([...VALUES, added])
    const found = await later
    expect(JSON.stringify(found)).not.toContain(added.value)
    expect(found.hits).toMatchObject([{ what: 'secret:new' }])
  })
})

describe('what is not looked through in time does not pass', () => {
  const HUGE = '\\'.repeat(400_000)
  const impatient = () => startScanThread({ jobMs: 1, perMillionMs: 0 })

  test('a text is one hit as a whole', async () => {
    const found = await aside(impatient).redactKnown(HUGE)
    expect(found).toEqual({
      text: `[${UNREAD} removed]`,
      hits: [{ what: UNREAD, start: 0, end: HUGE.length }],
    })
  })
  test('of JSON each text is one', async () => {
    const found = await aside(impatient).scanJson({ a: 1, long: HUGE, list: ['and this text'] })
    expect(found.value).toEqual({ a: 1, long: `[${UNREAD} removed]`, list: [`[${UNREAD} removed]`] })
  })
  test('of a stream nothing comes any more', async () => {
    const stream = aside(impatient).stream()
    const out = [await stream.push(HUGE), await stream.push('the rest'), await stream.end()]
    expect(out).toEqual([`[${UNREAD} removed]`, '', ''])
    expect(stream.hits()).toMatchObject([{ what: UNREAD, start: 0, end: HUGE.length }])
  })
  test('nor when the thread breaks in the middle; the next look has another thread', async () => {
    let started = 0
    const scanner = aside(() => {
      const thread = startScanThread()
      if (++started > 1) return thread
      return {
        ...thread,
        async look(job) {
          const looked = thread.look(job)
          await sleep(1)
          thread.end()
          return looked
        },
      }
    })
    expect((await scanner.redactKnown(HUGE)).hits).toMatchObject([{ what: UNREAD }])
    expect((await scanner.redactKnown(`a ${VALUES[0]?.value}`)).text).toBe('a [secret:one removed]')
    expect(started).toBe(2)
  })
  test('a line that can’t wait counts as not looked through when it takes long', async () => {
    const scanner = aside()
    expect(scanner.brief(`a ${VALUES[0]?.value}`).redacted).toBe('a [secret:one removed]')
    expect(scanner.brief('x'.repeat(9000)).hits).toMatchObject([{ what: UNREAD }])
  })
})

test('a thread with nothing to do ends after a while, and another does the next job', async () => {
  let [started, ended] = [0, 0]
  const start = () => {
    started++
    const thread = startScanThread()
    const end = () => {
      ended++
      thread.end()
    }
    return { ...thread, end }
  }
  const threads = createScanThreads({ start, idleMs: 1 })
  const job = { how: 'known', open: false, texts: ['some text'] } as const
  expect(await threads.look({ ...job, texts: [...job.texts] })).toMatchObject({ hits: null })
  while (ended === 0) await sleep(5)
  expect(await threads.look({ ...job, texts: [...job.texts] })).toMatchObject({ hits: null })
  expect(started).toBe(2)
  threads.end()
})

test('the smallest job that waits is next', async () => {
  const begun: number[] = []
  const start = () => {
    const thread = startScanThread()
    const look: ScanThread['look'] = (job) => {
      begun.push(job.texts.join('').length)
      return thread.look(job)
    }
    return { ...thread, look }
  }
  const threads = createScanThreads({ start })
  open.push(threads)
  const sizes = [2_000, 2_000, 1_000, 500, 10]
  await Promise.all(
    sizes.map((size) => threads.look({ how: 'known', open: false, texts: ['x'.repeat(size)] })),
  )
  expect(begun).toEqual([2_000, 2_000, 10, 500, 1_000])
})

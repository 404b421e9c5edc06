import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { fc, runs } from '../build/properties.ts'
import { readGroups } from './read-lines.ts'

async function readAll(chunks: string[]) {
  const groups = []
  for await (const group of readGroups(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))))
    groups.push(group)
  return groups
}

describe('JSON lines from the standard input', () => {
  it('come whole and in order however they are cut, the last one without its end too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.json(), { maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        async (lines, cut) => {
          const text = lines.join('\n')
          const bytes = Buffer.from(text)
          const chunks: Buffer[] = []
          for (let at = 0; at < bytes.length; at += cut) chunks.push(bytes.subarray(at, at + cut))
          const got = []
          for await (const group of readGroups(Readable.from(chunks))) got.push(...group)
          expect(got.map((line) => line.value)).toEqual(lines.map((line) => JSON.parse(line)))
        },
      ),
      runs(50),
    )
  })

  it('say their number when they are no JSON, and nothing in the engine’s words', async () => {
    const [group] = await readAll(['{"id":1}\n{oops\n'])
    expect(group?.map(({ fault }) => fault)).toEqual([null, 'Line 2 is no JSON.'])
  })

  it('are handed over in groups that fit a message', async () => {
    const groups = await readAll([`${'{"a":1}\n'.repeat(450)}`])
    expect(groups.map((group) => group.length)).toEqual([200, 200, 50])
    const large = `{"text":"${'x'.repeat(1_500_000)}"}\n`
    expect((await readAll([large, large])).map((group) => group.length)).toEqual([1, 1])
  })

  it('that are too long have their fault, with the id that they begin with, and the next ones go on', async () => {
    const long = 'x'.repeat(10_000_000)
    const lines = [
      `{"id":"long","text":"${long}"}`,
      '{"id":2}',
      long,
      `{"text":"${long}","id":"at the end"}`,
      '{"id":"last"}',
    ]
    const groups = await readAll([lines.join('\n')])
    const got = groups.flat()
    expect(got.map(({ id }) => id)).toEqual(['long', 2, null, null, 'last'])
    expect(got.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5])
    for (const at of [0, 2, 3]) expect(got[at]?.fault).toContain('is too long')
    expect(got[1]?.fault).toBeNull()
  })

  it('that are nested without end have their fault; brackets inside of texts do not count', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const lines = [
      `{"id":"deep","text":${deep}}`,
      `{"id":"flat","text":"${'['.repeat(500)}"}`,
      `{"id":"quote","text":"\\"${'{'.repeat(500)}"}`,
      '['.repeat(3_000_000),
      '{"id":"last"}',
    ]
    const got = (await readAll([lines.join('\n')])).flat()
    expect(got.map(({ id, fault }) => [id, fault !== null])).toEqual([
      ['deep', true],
      ['flat', false],
      ['quote', false],
      [null, true],
      ['last', false],
    ])
  })

  it('are counted as an editor counts them, with those that are empty, however they end', async () => {
    for (const end of ['\n', '\r\n']) {
      const got = (await readAll([['{"id":1}', '', '', '{oops', '  ', '{"id":2}'].join(end)])).flat()
      expect(got.map(({ number, fault }) => [number, fault])).toEqual([
        [1, null],
        [4, 'Line 4 is no JSON.'],
        [6, null],
      ])
    }
  })

  it('may begin with the mark of their encoding, as some editors write it; elsewhere it is no JSON', async () => {
    const got = (await readAll(['\ufeff{"id":1}\n\ufeff{"id":2}\n'])).flat()
    expect(got.map(({ id, fault }) => [id, fault])).toEqual([
      [1, null],
      [2, 'Line 2 is no JSON.'],
    ])
  })

  it('keep their id whatever else is wrong with them', async () => {
    const lines = [
      '{"id":"a"}',
      '{"id":5}',
      '{"id":{}}',
      'null',
      '7',
      '"x"',
      '{"id":1e400}',
      '{"id":"cut off","capability":',
      '{ "id" : -7.5 , oops',
      '{"id":"a\\u0000\\ud800",',
      '{"other":{"id":"no"},"id":"late",',
      '{"id":"unended',
      '{"__proto__":{"id":"no"}}',
    ]
    const got = (await readAll([lines.join('\n')])).flat()
    expect(got.map(({ id }) => id)).toEqual([
      ...['a', 5, null, null, null, null, null, 'cut off', -7.5, 'a\u0000\ud800', null, null, null],
    ])
  })

  it('of any kind are answered for one by one, never an exception', async () => {
    const piece = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom('{"id":"x",', '"', '\\', '[[', '\u0000', '\ud800'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const lines = pieces.map((each) => each.replaceAll('\n', ' ')).filter((each) => each.trim() !== '')
        const got = (await readAll([lines.join('\n')])).flat()
        expect(got).toHaveLength(lines.length)
      }),
      runs(200),
    )
  })
})

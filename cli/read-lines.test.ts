import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CliError } from './exit-code.ts'
import { idOf, readGroups } from './read-lines.ts'

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
      { numRuns: 50 },
    )
  })

  it('say their number when they are no JSON', async () => {
    const [group] = await readAll(['{"id":1}\n\n{oops\n'])
    expect(group?.map(({ fault }) => fault)).toEqual([null, expect.stringContaining('Line 2 is no JSON')])
  })

  it('are handed over in groups that fit a message', async () => {
    const groups = await readAll([`${'{"a":1}\n'.repeat(450)}`])
    expect(groups.map((group) => group.length)).toEqual([200, 200, 50])
    const large = `{"text":"${'x'.repeat(1_500_000)}"}\n`
    expect((await readAll([large, large])).map((group) => group.length)).toEqual([1, 1])
  })

  it('end the command when one is longer than a message may be', async () => {
    await expect(readAll(['x'.repeat(5 * 1024 * 1024)])).rejects.toThrow(CliError)
  })

  it('keep their id whatever else is wrong with them', () => {
    expect([{ id: 'a' }, { id: 5 }, { id: {} }, null, 7, 'x'].map(idOf)).toEqual([
      'a',
      5,
      null,
      null,
      null,
      null,
    ])
  })
})

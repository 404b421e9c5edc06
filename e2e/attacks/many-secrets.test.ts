/**
 * Hundreds of stored values, long and short: getting ready to look for them keeps nobody waiting, and nothing passes
 * meanwhile that holds one. What counts is the processor time between two turns, as in `loop-holders.test.ts`.
 */
import { createHash } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { createScanAside } from '../../broker/secrets/scan-aside.ts'
import { longestTurn } from '../harness/longest-turn.ts'

/** What the broker promises, ms. */
const LONGEST_TURN = 100
const LENGTHS = [9, 12, 24, 32, 48, 90, 250, 1_200]

const open: { end(): void }[] = []
afterAll(() => {
  for (const each of open) each.end()
})

const textOf = (seed: number, length: number) => {
  let text = ''
  for (let part = 0; text.length < length; part++)
    text += createHash('sha512').update(`${seed} ${part}`).digest('base64url')
  return text.slice(0, length)
}
const valuesOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    what: `secret:s${n}`,
    value: textOf(n, LENGTHS[n % LENGTHS.length] as number),
  }))

test.each([300, 1_000])('everybody else has a turn while %d values are got ready', {
  timeout: 180_000,
}, async (count) => {
  const scanner = createScanAside()
  open.push(scanner)
  const values = valuesOf(count)
  const last = values.at(-1)?.value as string
  const written = [last, Buffer.from(last).toString('base64')]
  const longest = await longestTurn(async () => {
    scanner.watch(values)
    // At once and without waiting, as people's own lines are; and as a tool's texts are, by every thread there is.
    expect(scanner.brief(`a ${last} b`).redacted).toBe(`a [secret:s${count - 1} removed] b`)
    const texts = written.map((text) => scanner.redactKnown(`a ${text} b`))
    for (const text of texts) expect((await text).hits).toHaveLength(1)
    // Until all is looked at here again.
    while (scanner.redactKnown('a line without one') instanceof Promise)
      await new Promise((resolve) => setTimeout(resolve, 20))
  })
  expect(longest).toBeLessThan(LONGEST_TURN)
  expect(await scanner.redactKnown(`a ${written[1]} b`)).toMatchObject({
    hits: [{ what: `secret:s${count - 1}` }],
  })
})

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { createWordMatcher } from './match-words.ts'

const MB = 1024 * 1024
const held = () => {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

it('keeps of each text only the line that is told, not the text', async () => {
  setFlagsFromString('--expose-gc')
  const gc: () => void = runInNewContext('gc')
  async function* texts() {
    for (let at = 0; at < 12; at++) yield Buffer.from(`word ${at}\n${'x'.repeat(8 * MB)}`)
  }
  gc()
  const before = held()
  const found = await createWordMatcher().match(
    { pattern: 'x', regex: false, ignoreCase: false, limit: 100 },
    texts(),
    new AbortController().signal,
  )
  gc()
  expect(held() - before).toBeLessThan(48 * MB)
  expect(found.kind === 'ok' && found.value.matches.map(({ line, text }) => [line, text.length])).toEqual(
    Array.from({ length: 12 }, () => [2, 500]),
  )
})

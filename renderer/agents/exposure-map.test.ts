import { expect, it } from 'vitest'
import type { ExposureLine } from '../../contract/agent.ts'
import { placeLines } from './exposure-map.tsx'

const line = (group: ExposureLine['group'], target: string): ExposureLine => ({
  group,
  target,
  words: '',
  level: 'ask',
  from: '',
  locked: '',
})

it('gives every line a place of its own, in groups, and says where there is none', () => {
  const { rows, head, none, height } = placeLines([
    line('hosts', 'b'),
    line('folders', 'a'),
    line('folders', 'c'),
  ])
  expect(rows.map(({ line: { target } }) => target)).toEqual(['a', 'c', 'b'])
  expect(head.map(({ label }) => label)).toEqual(['Folders', 'Web', 'Commands', 'Secrets', 'Tools'])
  expect(none.map(({ text }) => text)).toEqual(['No command', 'No secret', 'No tool'])
  const all = [...rows, ...head, ...none].map(({ y }) => y).sort((a, b) => a - b)
  expect(new Set(all).size).toBe(all.length)
  expect(all.at(-1)).toBeLessThan(height)
})

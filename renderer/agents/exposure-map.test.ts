import { expect, it } from 'vitest'
import type { ExposureLine } from '../../contract/agent.ts'
import { groupLines } from './exposure-map.tsx'

const line = (group: ExposureLine['group'], target: string): ExposureLine => ({
  group,
  target,
  words: '',
  level: 'ask',
  from: '',
  locked: '',
})

it('gives every line its group, and says where there is none', () => {
  const groups = groupLines([line('hosts', 'b'), line('folders', 'a'), line('folders', 'c')])
  expect(groups.map(({ label }) => label)).toEqual(['Folders', 'Web', 'Commands', 'Secrets', 'Tools'])
  expect(groups.flatMap(({ lines }) => lines.map(({ target }) => target))).toEqual(['a', 'c', 'b'])
  expect(groups.flatMap(({ lines, none }) => (lines.length === 0 ? [none] : []))).toEqual([
    'No command',
    'No secret',
    'No tool',
  ])
})

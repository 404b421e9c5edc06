import { expect, it } from 'vitest'
import { firstPart } from './reasons.tsx'

it('leaves a reason that can be read at a glance as it is', () => {
  expect(firstPart('Changes in ~/Documents ask first.')).toBeNull()
})

it('cuts a long reason at the end of a part of it, and says that there is more', () => {
  const long = `This is not backed by your words; “${'a'.repeat(90)}” is nowhere in what you wrote; “${'b'.repeat(90)}” neither.`
  expect(firstPart(long)).toBe(
    `This is not backed by your words; “${'a'.repeat(90)}” is nowhere in what you wrote …`,
  )
  expect(firstPart('word '.repeat(60))?.endsWith('word …')).toBe(true)
})

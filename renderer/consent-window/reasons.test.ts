import { expect, it } from 'vitest'
import { firstPart, isSaidAbove } from './reasons.tsx'

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

it('knows a reason that stands there in full already, whatever its first letter and its end', () => {
  const because = [
    {
      rule: 'flow',
      text: `This is not backed by your own words: “${'a'.repeat(90)}” (to) is nowhere; ${'b'.repeat(90)} neither.`,
    },
    { rule: 'two', text: 'Changing files here asks first.' },
    { rule: 'three', text: 'A third one.' },
  ].map((each) => ({ ...each, layer: 'flow' as const }))
  expect(isSaidAbove({ because }, `“${'a'.repeat(90)}” (to) is nowhere.`)).toBe(true)
  expect(isSaidAbove({ because }, 'changing files here asks first')).toBe(true)
  // Cut off at a glance, or behind a press: it is said where it is needed.
  expect(isSaidAbove({ because }, `${'B'.repeat(90)} neither.`)).toBe(false)
  expect(isSaidAbove({ because }, 'A third one.')).toBe(false)
  expect(isSaidAbove({ because }, 'git can run anything.')).toBe(false)
})

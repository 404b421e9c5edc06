import { expect, it } from 'vitest'
import { SCRIPTED_QUESTIONS } from '../dev/scripted-questions.ts'
import { boxesOf } from './exact-request.tsx'

it('the change or the new text is enough to be seen, unless the change is only shown in part: then both are', () => {
  const { write, large } = SCRIPTED_QUESTIONS
  if (!write || !large) throw new Error('no such question')
  expect(boxesOf(write)).toEqual(['lines', 'text'])
  expect(large.diffPart).toBe(true)
  expect(boxesOf(large)).toEqual(['lines', 'line 1', 'diff'])
})

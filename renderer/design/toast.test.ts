import { expect, it } from 'vitest'
import { createToastStore } from './toast.tsx'

it('says the same once, as the newest, and at most four things at a time', () => {
  const store = createToastStore()
  const { push } = store.getState()
  const shown = () => store.getState().toasts.map(({ text }) => text)
  for (const text of ['a', 'b', 'a', 'a']) push({ tone: 'alert', title: 'A burst of denials', text })
  expect(shown()).toEqual(['b', 'a'])
  for (const text of ['c', 'd', 'e']) push({ tone: 'alert', title: 'A burst of denials', text })
  expect(shown()).toEqual(['a', 'c', 'd', 'e'])
  push({ tone: 'done', title: 'A burst of denials', text: 'e' })
  expect(shown()).toEqual(['c', 'd', 'e', 'e'])
})

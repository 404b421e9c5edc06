import { expect, it } from 'vitest'
import { classOfFunction, verbsAsked } from './verb-classes.ts'

const asked = (text: string) => [...verbsAsked(text)].sort()

it('asking forms count', () => {
  expect(asked('Please email Ann')).toContain('send')
  expect(asked('go ahead and make a reservation')).toContain('reserve')
  expect(asked('Don’t forget to invite Ann')).toContain('invite')
  expect(asked('send the difference back to her')).toContain('pay')
})
it('telling, denying, planning and quoting ask for nothing', () => {
  expect(asked('Who was invited? What did Ann post? Give me the email addresses.')).toEqual([])
  expect(asked('Do not delete it, and never send it')).toEqual([])
  expect(asked('I’ll book it later')).toEqual([])
  expect(asked("What does 'delete all files' mean?")).toEqual([])
  expect(asked('Tell me more, and show me the mail')).toEqual([])
})
it('a function’s class is the first verb in its name, and money makes it a payment', () => {
  expect(classOfFunction('send_mail')).toBe('send')
  expect(classOfFunction('sendMoney')).toBe('pay')
  expect(classOfFunction('fs.trash')).toBe('delete')
  expect(classOfFunction('add_member')).toBe('add')
  expect(classOfFunction('frobnicate')).toBeNull()
})

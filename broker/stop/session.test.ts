import { expect, it } from 'vitest'
import { createSession } from './session.ts'

function open(shellKnows = false) {
  const changes: boolean[] = []
  return { changes, session: createSession((locked) => void changes.push(locked), shellKnows) }
}

it('is locked when the shell or whoever locks the screen says so, and tells each change once', () => {
  const { session, changes } = open()
  expect([session.locked(), session.knownBy()]).toEqual([false, null])
  session.setLocked(true)
  session.setSeen({ locked: true, by: 'logind' })
  session.setLocked(false)
  expect(session.locked()).toBe(true)
  session.setSeen({ locked: false, by: 'logind' })
  expect([session.locked(), session.knownBy()]).toEqual([false, 'logind'])
  expect(changes).toEqual([true, false])
})

it('knows of no lock by silence only where the shell is told by its system', () => {
  expect(open().session.knownBy()).toBe(null)
  expect(open(true).session.knownBy()).toBe('the desktop')
  const { session } = open()
  session.setSeen({ locked: true, by: 'the screen saver' })
  session.setSeen({ locked: null, by: '' })
  expect([session.locked(), session.knownBy()]).toEqual([false, null])
})

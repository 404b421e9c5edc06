import { expect, it } from 'vitest'
import { listParts, type PartFacts } from './list-parts.ts'

const facts = (screen: PartFacts['screen']): PartFacts => ({
  lane: { ...{ processes: 0, busy: 0, spare: 0, crashed: 0, pids: [] }, osSandbox: 'bubblewrap', text: '' },
  keychain: { state: 'ready', name: '', text: '' },
  log: { state: 'ok', text: '' },
  consent: { available: true, where: 'terminal' },
  socket: { open: true, text: '' },
  commands: { available: true, text: '' },
  policy: { failedClosed: false, faults: 0, text: '' },
  platform: 'linux',
  root: false,
  screen,
})
const screenOf = (screen: PartFacts['screen']) => listParts(facts(screen)).find(({ id }) => id === 'screen')

it('says who tells of the screen’s lock, or that nobody does and what that means', () => {
  expect(screenOf({ knownBy: 'logind' })).toMatchObject({
    state: 'ok',
    text: expect.stringContaining('logind'),
  })
  expect(screenOf({ knownBy: null })).toMatchObject({
    state: 'weak',
    text: expect.stringContaining('counts as unlocked'),
    remedy: expect.stringContaining('logind'),
  })
  expect(screenOf(null)).toBeUndefined()
})

import { expect, it } from 'vitest'
import { listParts, type PartFacts } from './list-parts.ts'

const lane: PartFacts['lane'] = {
  ...{ processes: 0, busy: 0, spare: 0, crashed: 0, pids: [] },
  ...{ osSandbox: 'bubblewrap', text: '', mayNot: false },
}
const facts = (screen: PartFacts['screen']): PartFacts => ({
  lane,
  keychain: { state: 'ready', name: '', text: '' },
  log: { state: 'ok', text: '' },
  consent: { available: true, where: 'terminal' },
  socket: { open: true, text: '' },
  commands: { available: true, text: '', lacks: 'nothing' },
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

it('says how to let bubblewrap start where it is installed and may not, and to install it where it is not there', () => {
  const remedies = (mayNot: boolean, lacks: 'programs' | 'permission') =>
    listParts({
      ...facts(null),
      lane: { ...lane, osSandbox: 'none', mayNot },
      commands: { available: false, text: '', lacks },
    })
      .filter(({ id }) => id === 'isolate' || id === 'commands')
      .map(({ remedy }) => remedy)
  for (const remedy of remedies(true, 'permission')) {
    expect(remedy).toContain('namespaces')
    expect(remedy).not.toContain('apt-get install')
  }
  for (const remedy of remedies(false, 'programs')) expect(remedy).toContain('Install bubblewrap')
})

import { describe, expect, it } from 'vitest'
import { PAGE_URLS } from '../resolve-page.ts'
import { judgeSender, type SenderFacts } from './judge-sender.ts'

const main: SenderFacts = { kind: 'main', mainFrame: true, url: PAGE_URLS.main }
const consent: SenderFacts = { kind: 'consent', mainFrame: true, url: PAGE_URLS.consent }

describe('who sends a message', () => {
  it('is believed on its own channel, wherever its page has scrolled to', () => {
    expect(judgeSender(main, ['main'])).toBeNull()
    expect(judgeSender({ ...main, url: `${PAGE_URLS.main}#/activity?run=1` }, ['main'])).toBeNull()
    expect(judgeSender(consent, ['consent'])).toBeNull()
  })

  it.each<[string, SenderFacts | null, ('main' | 'consent')[]]>([
    ['a frame that is gone', null, ['main']],
    ['a window that is not ours', { ...main, kind: null }, ['main', 'consent']],
    ['the main window on the consent channel', main, ['consent']],
    ['the consent window on the main channel', consent, ['main']],
    ['a frame inside the window', { ...main, mainFrame: false }, ['main']],
    ['a page from elsewhere', { ...main, url: 'https://evil.example/index.html' }, ['main']],
    [
      'a page that only looks like ours',
      { ...main, url: 'app://sallyport.evil.example/index.html' },
      ['main'],
    ],
    ['the consent page in the main window', { ...main, url: PAGE_URLS.consent }, ['main']],
    ['the main page in the consent window', { ...consent, url: PAGE_URLS.main }, ['consent']],
    ['an empty page', { ...main, url: 'about:blank' }, ['main']],
    ['no address', { ...main, url: '' }, ['main']],
  ])('is not believed: %s', (_what, facts, allowed) => {
    expect(judgeSender(facts, allowed)).toMatch(/it came from|is gone/)
  })
})

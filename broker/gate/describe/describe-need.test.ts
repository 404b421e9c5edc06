import { describe, expect, it } from 'vitest'
import type { Need } from '../../../contract/resource.ts'
import { command, path, url } from '../decide/testing/known-computer.ts'
import { describeNeed, describeNeeds, sentenceText } from './describe-need.ts'

const HOME = '/home/ada'
const say = (need: Need) => sentenceText(describeNeed(need, HOME))

describe('a need in words', () => {
  it.each<[Need, string]>([
    [path('fs.read', '/home/ada/Notes/a b.md'), 'Read a b.md in ~/Notes'],
    [path('fs.list', '/home/ada/Notes'), 'List ~/Notes'],
    [path('fs.list', '/home/ada'), 'List ~'],
    [path('fs.list', '/'), 'List /'],
    [path('fs.read', '/etc'), 'Read etc in /'],
    [path('fs.delete', '/srv/x'), 'Move to the trash x in /srv'],
    [path('fs.write', '/home/adam/x'), 'Write x in /home/adam'],
    [path('open', '/home/ada/x.pdf'), 'Open x.pdf in ~'],
    [url('https://example.org/'), 'Read example.org'],
    [url('https://example.org/a/b?token=1'), 'Read example.org/a/b'],
    [url('http://127.0.0.1:8080/x', 'POST'), 'Send to http://127.0.0.1:8080/x (POST)'],
    [{ ...url('https://example.org/a'), capability: 'open' }, 'Open example.org/a in your browser'],
    [command('/usr/bin/git', ['commit', '-m', 'two words']), 'Run git commit -m "two words" in ~/work'],
    [
      { capability: 'secret.use', resource: { kind: 'secret', name: 'token', to: 'https://x:443' } },
      'Use the secret token for https://x:443',
    ],
    [
      {
        capability: 'model.call',
        resource: { kind: 'model', provider: 'tour', model: 'guided tour', origin: 'built-in' },
      },
      'Call the model guided tour',
    ],
    [
      { capability: 'clipboard.read', resource: { kind: 'plain', text: 'text, 12 characters' } },
      'Read the clipboard (text, 12 characters)',
    ],
    [
      { capability: 'clipboard.write', resource: { kind: 'plain', text: '12 characters' } },
      'Put 12 characters on the clipboard',
    ],
    [{ capability: 'notify', resource: { kind: 'plain', text: 'Done' } }, 'Show a notification “Done”'],
  ])('%j', (need, words) => {
    expect(say(need)).toBe(words)
  })
  it('counts files of one request, and says where they are', () => {
    const files = (...paths: string[]) => paths.map((each) => path('fs.write', each))
    const all = (needs: Need[]) => sentenceText(describeNeeds(needs, HOME))
    expect(all(files('/home/ada/a/1', '/home/ada/a/2'))).toBe('Write 2 files in ~/a')
    expect(all(files('/home/ada/a/1', '/home/ada/b/2', '/home/ada/c/3'))).toBe('Write 3 files in 3 folders')
    expect(all([url('https://example.org/x', 'POST'), path('fs.read', '/home/ada/a')])).toBe(
      'Send to example.org/x (POST) and 1 more',
    )
  })
})

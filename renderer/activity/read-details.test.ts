import { describe, expect, it } from 'vitest'
import type { Json } from '../../contract/words.ts'
import { readDetails, readOrigins } from './read-details.ts'

describe('an entry’s details', () => {
  it('are shown line by line, with words for names', () => {
    expect(
      readDetails({ url: 'https://x.org/', bytesOut: 12, to: ['a', 'b'], nothing: null, origins: [] }),
    ).toEqual([
      { label: 'url', text: 'https://x.org/' },
      { label: 'went out', text: '12 bytes' },
      { label: 'to', text: 'a\nb' },
    ])
  })
})

it('writes each resource in its own exact form', () => {
  const needs: Json = [
    { capability: 'fs.read', resource: { kind: 'path', path: '/a b' } },
    { capability: 'net.request', resource: { kind: 'url', method: 'POST', url: 'https://x.org/y' } },
    {
      capability: 'command.run',
      resource: { kind: 'command', program: '/usr/bin/git', args: ['push'], cwd: '/w' },
    },
    { capability: 'fs.read', resource: { kind: 'odd' } },
  ]
  expect(readDetails({ needs })).toEqual([
    {
      label: 'touches',
      text: '/a b\nPOST https://x.org/y\n/usr/bin/git push\nin /w\n{"capability":"fs.read","resource":{"kind":"odd"}}',
    },
  ])
})

describe('origins in the record', () => {
  it('are read from a list or a record', () => {
    const outside = { kind: 'outside', source: 'invoice.html', at: 5 }
    expect(readOrigins({ origins: [{ what: 'address', ...outside }] })).toEqual([
      { what: 'address', origin: outside },
    ])
    expect(readOrigins({ origins: { address: outside } })).toEqual([{ what: 'address', origin: outside }])
    expect(readOrigins({ origins: [{ label: 'address', origin: outside }] })).toEqual([
      { what: 'address', origin: outside },
    ])
  })
  it('that are no origins are left out', () => {
    expect(readOrigins({ origins: 'hm' })).toEqual([])
    expect(readOrigins({ origins: [1, { kind: 'saint', source: 'x' }, null] })).toEqual([])
  })
})

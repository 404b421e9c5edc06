import { describe, expect, it } from 'vitest'
import { fc } from '../../build/properties.ts'
import type { FolderLine, HostLine, Level } from '../../contract/perimeter.ts'
import {
  folderChoices,
  folderLevel,
  hostLevel,
  readCommand,
  readHost,
  setFolderLevel,
  setHostLevel,
  writeCommand,
  writeHost,
} from './perimeter-words.ts'

const folder = (read: Level, write: Level): FolderLine => ({ path: '~/x', read, write })
const host: HostLine = {
  scheme: 'https',
  host: 'example.org',
  methods: ['GET', 'HEAD'],
  pathPrefix: '/',
  read: 'allow',
  send: 'deny',
}

describe('a folder’s level', () => {
  it('has a plain name for the usual choices', () => {
    expect(folderLevel(folder('allow', 'deny'))).toBe('read')
    expect(setFolderLevel(folder('allow', 'deny'), 'change')).toEqual(folder('allow', 'allow'))
  })
  it('keeps a mix that has no plain name until another is chosen', () => {
    const mix = folder('ask', 'deny')
    expect(folderLevel(mix)).toBe('own')
    expect(folderChoices(mix).at(-1)?.label).toBe('Read after asking, change never')
    expect(setFolderLevel(mix, 'own')).toEqual(mix)
  })
})

describe('a host', () => {
  it('is read as people write it', () => {
    expect(readHost('API.example.org')).toEqual({
      scheme: 'https',
      host: 'api.example.org',
      port: undefined,
      pathPrefix: '/',
    })
    expect(readHost('http://127.0.0.1:8080/v1')).toEqual({
      scheme: 'http',
      host: '127.0.0.1',
      port: 8080,
      pathPrefix: '/v1',
    })
    expect(readHost('*.example.org')?.host).toBe('*.example.org')
    expect(readHost('[::1]:3000')).toMatchObject({ host: '[::1]', port: 3000 })
  })
  it('is refused when it hides something or is none', () => {
    for (const text of [
      '',
      'user@evil.example',
      'a b',
      'ftp://x.org',
      'x.org:99999',
      'https://',
      '*.*',
      'a*b.org',
    ])
      expect(readHost(text), text).toBeNull()
  })
  it('reads back what it writes', () => {
    for (const text of ['example.org', 'http://127.0.0.1:8080/v1', '*.example.org', 'wss://x.org/live'])
      expect(writeHost({ ...host, ...readHost(text) })).toBe(text)
  })
  it('has methods to send with only when it may send', () => {
    expect(setHostLevel(host, 'ask').methods).toContain('POST')
    expect(setHostLevel(setHostLevel(host, 'send'), 'read').methods).toEqual(['GET', 'HEAD'])
    expect(hostLevel(setHostLevel(host, 'ask-all'))).toBe('ask-all')
  })
})

describe('a command', () => {
  it('is read into program and arguments, never through a shell', () => {
    expect(readCommand('git status')).toEqual({ program: 'git', args: ['status'] })
    expect(readCommand('"/opt/my tool/run" --fast')).toEqual({
      program: '/opt/my tool/run',
      args: ['--fast'],
    })
    expect(readCommand('say "open')).toBeNull()
    expect(readCommand('  ')).toBeNull()
  })
  it('reads back what it writes, whatever the words are', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '')
    fc.assert(
      fc.property(word, fc.array(fc.string()), (program, args) => {
        const line = { program, args, run: 'ask' as const }
        const back = readCommand(writeCommand(line))
        if (/[\n\r\t\b\f\v\u2028\u2029]|[^\x20-\x7e]/.test(program + args.join(''))) return
        expect(back).toEqual({ program, args })
      }),
    )
  })
})

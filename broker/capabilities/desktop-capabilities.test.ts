import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ok, refused } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { SecretRules } from '../../contract/secret.ts'
import { mintPermit } from '../gate/permit.ts'
import type { Desktop, SecretVault } from '../ports.ts'
import { createClipboardReadCapability } from './clipboard-read.ts'
import { createClipboardWriteCapability } from './clipboard-write.ts'
import { createFileRoom } from './files/file-room.ts'
import { createNotifyCapability } from './notify.ts'
import { createOpenCapability } from './open-target.ts'
import { createSecretRequestCapability } from './secret-request.ts'
import { type PlayedGate, playGate } from './testing/play-gate.ts'

let done: Parameters<Desktop['do']>[0][]
let clipboard: string
let available: boolean
let now: number
let kept: { rules: SecretRules; value: string }[]
let letUse: string[]
let gate: PlayedGate
let top: string

const desktop: Desktop = {
  unable: () => (available ? null : refused('unavailable', 'no desktop')),
  async do(action) {
    if (!available) return refused('unavailable', 'no desktop')
    done.push(action)
    return ok(action.do === 'clipboard.read' ? clipboard : '')
  },
}
const vault: Pick<SecretVault, 'add' | 'info'> = {
  info: () => null,
  async add(rules, value) {
    kept.push({ rules, value })
    return ok({
      ...rules,
      createdAt: 0,
      rotatedAt: null,
      lastUse: null,
      uses: 0,
      revokedAt: null,
      present: true,
      formerUntil: null,
    })
  },
}

beforeEach(() => {
  done = []
  kept = []
  letUse = []
  clipboard = 'copied'
  available = true
  now = 1_000_000
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-desktop-')))
  const files = createFileRoom({ ownPaths: [], home: top })
  gate = playGate(
    [
      createClipboardReadCapability({ desktop }),
      createClipboardWriteCapability({ desktop }),
      createNotifyCapability({ desktop, clock: () => now }),
      createOpenCapability({ desktop, files }),
      createSecretRequestCapability({ vault, letUse: (_id, name) => letUse.push(name) }),
    ],
    mintPermit,
  )
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

const asking = { perimeter: Perimeter.parse({ clipboard: { read: 'ask', write: 'ask' } }) }

describe('the clipboard', () => {
  test('the question says how much is read, and that is what is handed over', async () => {
    const prepared = await gate.prepare('clipboard.read', {}, asking)
    if (prepared.kind !== 'ok') throw new Error('not prepared')
    expect(prepared.value.exact[0]?.text).toBe('Text on the clipboard: 6 characters, 1 line')
    clipboard = 'a password, copied meanwhile'
    expect(await gate.perform(prepared.value)).toMatchObject({
      kind: 'ok',
      value: {
        value: { text: 'copied' },
        origins: [{ field: '', origin: { kind: 'outside' } }],
        private: true,
      },
    })
  })

  test('another text of the same size is another request, the same text is the same', async () => {
    const bindings: string[] = []
    for (clipboard of ['first!', 'second', 'first!']) {
      const prepared = await gate.prepare('clipboard.read', {}, asking)
      if (prepared.kind !== 'ok') throw new Error('not prepared')
      bindings.push(prepared.value.binding)
    }
    expect(bindings[0]).not.toBe(bindings[1])
    expect(bindings[0]).toBe(bindings[2])
  })

  test('that can’t be looked at is not asked about', async () => {
    available = false
    expect(await gate.prepare('clipboard.read', {}, asking)).toMatchObject({
      kind: 'refused',
      code: 'unavailable',
    })
  })

  test('is not even looked at where the perimeter says no', async () => {
    await gate.prepare('clipboard.read', {})
    expect(done).toEqual([])
  })

  test('gets exactly the shown text', async () => {
    expect(await gate.pass('clipboard.write', { text: 'x\ny' })).toMatchObject({
      kind: 'ok',
      value: { value: { bytes: 3 } },
    })
    expect(done).toEqual([{ do: 'clipboard.write', text: 'x\ny' }])
  })

  test('without a desktop says so', async () => {
    available = false
    expect(await gate.pass('clipboard.write', { text: 'x' })).toMatchObject({
      kind: 'refused',
      code: 'unavailable',
    })
    expect(await gate.pass('clipboard.read', {}, asking)).toMatchObject({
      kind: 'refused',
      code: 'unavailable',
    })
  })
})

describe('notifications', () => {
  test('carry the agent’s name, and nothing hidden', async () => {
    await gate.pass('notify', { title: 'Done\u202e', body: 'a\nb' })
    expect(done).toEqual([
      { do: 'notify', title: 'Test: Done⟨U+202E⟩', body: expect.stringMatching(/^a\S* ?b$/) },
    ])
  })

  test('draw what hides in the agent’s name, too', async () => {
    const principal = { id: 'agent_2', kind: 'agent' as const, name: 'Sys\u202etem\nupdate' }
    await gate.pass('notify', { title: 'Done' }, { principal })
    expect(done).toMatchObject([{ title: expect.stringMatching(/^Sys⟨U\+202E⟩tem\S* ?update: Done$/) }])
  })

  test('are limited for each agent', async () => {
    const show = () => gate.pass('notify', { title: 'x' })
    for (let i = 0; i < 5; i++) expect(await show()).toMatchObject({ kind: 'ok' })
    expect(await show()).toMatchObject({ kind: 'refused', code: 'budget' })
    expect(
      await gate.pass('notify', { title: 'x' }, { principal: { id: 'agent_2', kind: 'agent', name: 'Two' } }),
    ).toMatchObject({ kind: 'ok' })
    now += 61_000
    expect(await show()).toMatchObject({ kind: 'ok' })
    available = false
    expect(await show()).toMatchObject({ kind: 'refused', code: 'unavailable' })
  })
})

describe('opening', () => {
  test('addresses go to the browser in their one form', async () => {
    expect(await gate.pass('open', { target: 'https://EXAMPLE.org/a#b' })).toMatchObject({ kind: 'ok' })
    expect(done).toEqual([{ do: 'open', target: 'https://example.org/a', kind: 'url' }])
  })

  test.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/share',
    'vscode://x',
    'mailto:a@b',
  ])('%s is refused', async (target) => {
    expect(await gate.pass('open', { target })).toMatchObject({ kind: 'refused', code: 'invalid-request' })
    expect(done).toEqual([])
  })

  test('files are opened, programs and shortcuts are not', async () => {
    fs.writeFileSync(`${top}/a.pdf`, '')
    expect(await gate.pass('open', { target: `${top}/a.pdf` })).toMatchObject({ kind: 'ok' })
    fs.writeFileSync(`${top}/run`, '', { mode: 0o755 })
    fs.writeFileSync(`${top}/a.desktop`, '')
    fs.symlinkSync('a.desktop', `${top}/innocent.pdf`)
    const endings = [
      'wsb',
      'RDP',
      'rb',
      'appinstaller',
      'afploc',
      'themepack',
      'shortcut',
      'msixbundle',
      'vhdx',
    ]
    for (const ending of endings) fs.writeFileSync(`${top}/b.${ending}`, '')
    for (const name of ['run', 'a.desktop', 'innocent.pdf', ...endings.map((ending) => `b.${ending}`)])
      expect(await gate.pass('open', { target: `${top}/${name}` }), name).toMatchObject({ kind: 'refused' })
    // Whatever their mode says: other systems go by the name.
    for (const name of [
      'a.EXE',
      'a.exe.',
      'a.desktop ',
      'a.pyz',
      'a.pyc',
      'a.psm1',
      'a.xpi',
      'a.applescript',
      'a.zsh',
      'a.AppImage',
    ]) {
      fs.writeFileSync(`${top}/${name}`, '')
      expect(await gate.pass('open', { target: `${top}/${name}` }), name).toMatchObject({ kind: 'refused' })
    }
    expect(await gate.pass('open', { target: `${top}/none` })).toMatchObject({
      kind: 'failed',
      code: 'not-found',
    })
    fs.writeFileSync(`${top}/desktop`, '')
    expect(await gate.pass('open', { target: `${top}/desktop` })).toMatchObject({ kind: 'ok' })
    expect(done).toHaveLength(2)
  })

  test('what a desktop takes for a program or a shortcut by its content is not opened, whatever it is called', async () => {
    const entry = '[Desktop Entry]\nType=Application\nExec=sh\n'
    const contents: [name: string, content: string | Buffer][] = [
      ['notes', entry],
      ['notes.txt', entry],
      ['commented', `# a comment\n\n${entry}`],
      ['marked', `\ufeff${entry}`],
      ['spaced', `\r\n  ${entry}`],
      ['old', '[KDE Desktop Entry]\nType=Link\nURL=file:///bin/sh\n'],
      ['address', '[InternetShortcut]\r\nURL=file:///bin/sh\r\n'],
      ['report', fs.readFileSync('/bin/true')],
      ['report.odd', fs.readFileSync('/bin/true')],
      ['setup', Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1')],
      ['mac', Buffer.from('cffaedfe07000001', 'hex')],
    ]
    for (const [name, content] of contents) {
      fs.writeFileSync(`${top}/${name}`, content)
      expect(await gate.pass('open', { target: `${top}/${name}` }), name).toMatchObject({
        kind: 'refused',
        person: `“${name}” is a program or a shortcut: the desktop would run it, not show it. It was not opened.`,
      })
    }
    expect(done).toEqual([])
    const harmless = [
      'A page that explains how a file begins that is a [Desktop Entry]\n',
      'MZ is what it begins with.',
      '',
      '# Notes\n\n[Desktop]\n',
    ]
    for (const [at, content] of harmless.entries()) {
      fs.writeFileSync(`${top}/harmless-${at}`, content)
      expect(await gate.pass('open', { target: `${top}/harmless-${at}` }), content).toMatchObject({
        kind: 'ok',
      })
    }
  })

  test('a program is refused without a question where its name says it', async () => {
    fs.writeFileSync(`${top}/a.desktop`, '')
    fs.writeFileSync(`${top}/a.pdf`, '')
    const unable = async (name: string) => {
      const prepared = await gate.prepare('open', { target: `${top}/${name}` })
      if (prepared.kind !== 'ok') throw new Error(prepared.person)
      prepared.value.dispose()
      return prepared.value.unable?.() ?? null
    }
    expect(await unable('a.desktop')).toMatchObject({ kind: 'refused', code: 'invalid-request' })
    expect(await unable('a.pdf')).toBe(null)
  })

  test('a file that was made a program since it was asked for is not opened', async () => {
    fs.writeFileSync(`${top}/later`, '#!/bin/sh\n')
    const changes = [
      () => fs.chmodSync(`${top}/later`, 0o755),
      () => fs.writeFileSync(`${top}/later`, '[Desktop Entry]\nType=Application\n', { mode: 0o644 }),
      () => {
        fs.rmSync(`${top}/later`)
        fs.writeFileSync(`${top}/later`, 'another')
      },
      () => {
        fs.rmSync(`${top}/later`)
        fs.symlinkSync('/bin/true', `${top}/later`)
      },
    ]
    for (const change of changes) {
      fs.rmSync(`${top}/later`)
      fs.writeFileSync(`${top}/later`, '#!/bin/sh\n')
      const prepared = await gate.prepare('open', { target: `${top}/later` })
      if (prepared.kind !== 'ok') throw new Error('not prepared')
      change()
      expect((await gate.perform(prepared.value)).kind, String(change)).not.toBe('ok')
      expect(done).toEqual([])
      prepared.value.dispose()
    }
  })
})

describe('asking for a secret', () => {
  const ask = (context: object) =>
    gate.pass(
      'secret.request',
      { name: 'token', purpose: 'to read issues', hosts: ['api.example.com'] },
      context,
    )

  test('keeps what the person typed, bound to the hosts that they left, and tells only the name', async () => {
    const outcome = await ask({
      secretAnswer: { value: 'hidden value', hosts: ['api.example.com', 'http://127.0.0.1:8080/v1'] },
    })
    expect(outcome).toMatchObject({
      kind: 'ok',
      value: { value: { name: 'token', reference: '{{secret:token}}' } },
    })
    expect(JSON.stringify(outcome)).not.toContain('hidden value')
    expect(kept[0]?.value).toBe('hidden value')
    expect(letUse).toEqual(['token'])
    expect(kept[0]?.rules.bindings).toMatchObject([
      { scheme: 'https', host: 'api.example.com', pathPrefix: '/' },
      { scheme: 'http', host: '127.0.0.1', port: 8080, pathPrefix: '/v1' },
    ])
    expect(kept[0]?.rules.bindings[0]).not.toHaveProperty('port')
  })

  test('shows each host as a person writes it, with the path below which alone it is wanted', async () => {
    const hosts = ['api.example.com', 'https://api.example.com:443/v1', 'http://127.0.0.1:8080']
    const args = { name: 'token', purpose: 'to read issues', hosts }
    const request = { operation: 'secret.request' as const, args }
    const capability = createSecretRequestCapability({ vault: { add: fail, info: fail } })
    const prepared = await capability.prepare(request, {} as never)
    expect(prepared).toMatchObject({
      value: {
        secret: {
          hosts: ['https://api.example.com', 'https://api.example.com/v1', 'http://127.0.0.1:8080'],
        },
      },
    })
  })

  test('without an answer, or with no host left, keeps nothing', async () => {
    expect(await ask({})).toMatchObject({ kind: 'refused', code: 'no-answer' })
    expect(await ask({ secretAnswer: { value: 'x', hosts: [] } })).toMatchObject({ kind: 'refused' })
    expect(kept).toEqual([])
    expect(letUse).toEqual([])
  })
})

function fail(): never {
  throw new Error('not asked for')
}

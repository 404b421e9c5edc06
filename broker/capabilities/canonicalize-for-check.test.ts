import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Capability, Json } from '../../contract/words.ts'
import { canonicalizeForCheck } from './canonicalize-for-check.ts'

describe('canonical forms for check', () => {
  let top: string
  beforeEach(() => {
    top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-check-')))
  })
  afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

  const check = async (capability: Capability, resource: Record<string, Json>, cwd = top) => {
    const outcome = await canonicalizeForCheck(capability, resource, cwd)
    return outcome.kind === 'ok' ? outcome.value[0]?.resource : outcome
  }

  test('a path is resolved on the disk, from the caller’s folder', async () => {
    fs.mkdirSync(`${top}/real`)
    fs.writeFileSync(`${top}/real/a`, '')
    fs.symlinkSync('real', `${top}/link`)
    expect(await check('fs.read', { path: 'link/../link/a' })).toMatchObject({
      kind: 'path',
      path: `${top}/real/a`,
    })
    expect(await check('fs.write', { path: `${top}/link/new` })).toMatchObject({
      kind: 'path',
      path: `${top}/real/new`,
    })
    expect(await check('fs.delete', { path: `${top}/link` })).toEqual({ kind: 'path', path: `${top}/link` })
  })

  test('an address gets its one form', async () => {
    expect(
      await check('net.request', { method: 'get', url: 'HTTPS://Example.ORG.:443/a/../b?q#f' }),
    ).toMatchObject({
      kind: 'url',
      method: 'GET',
      url: 'https://example.org/b?q',
      host: 'example.org',
      port: 443,
      privateAddress: false,
    })
  })

  test('what would be opened is an address or a file by the same signs as when it is done', async () => {
    expect(await check('open', { target: 'https://Example.org' })).toMatchObject({
      url: 'https://example.org/',
    })
    expect(await check('open', { target: 'letter.txt' })).toMatchObject({ path: `${top}/letter.txt` })
    for (const target of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'mailto:a@example.org',
      'data:text/html,x',
    ])
      expect(await check('open', { target }), target).toMatchObject({
        kind: 'refused',
        code: 'invalid-request',
      })
  })

  test('a command gets its program, its folder, and whether it can be looked into', async () => {
    expect(await check('command.run', { argv: ['sh', '-c', 'x'] })).toMatchObject({
      kind: 'command',
      program: fs.realpathSync('/bin/sh'),
      args: ['-c', 'x'],
      cwd: top,
      opaque: true,
    })
    expect(await check('command.run', { argv: ['no-such-program-here'] })).toMatchObject({
      program: 'no-such-program-here',
      opaque: false,
    })
  })

  test('a secret’s target is an origin with its port, or a resolved program', async () => {
    expect(await check('secret.use', { name: 'token', to: 'https://api.example.com' })).toEqual({
      kind: 'secret',
      name: 'token',
      to: 'https://api.example.com:443',
    })
    expect(await check('secret.use', { name: 'token', to: 'command:sh' })).toEqual({
      kind: 'secret',
      name: 'token',
      to: `command:${fs.realpathSync('/bin/sh')}`,
    })
  })

  test('what does not fit is refused, not thrown', async () => {
    for (const [capability, resource] of [
      ['fs.read', {}],
      ['fs.read', { path: 'a\0b' }],
      ['fs.read', { path: '/proc/self/mem' }],
      ['net.request', { url: 'file:///etc/passwd' }],
      ['command.run', { argv: ['ls', 'a\0b'] }],
      ['command.run', { argv: ['ls', 'a\ud800'] }],
      ['command.run', { argv: [] }],
    ] as [Capability, Record<string, Json>][]) {
      expect(await check(capability, resource), capability).toMatchObject({
        kind: 'refused',
        code: 'invalid-request',
      })
    }
  })

  test('hundreds a second', async () => {
    const began = performance.now()
    for (let i = 0; i < 300; i++) await check('fs.read', { path: `${top}/some/file-${i}` })
    expect(performance.now() - began).toBeLessThan(3_000)
  })
})

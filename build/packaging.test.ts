// The packaging of every system is checked here, also of those that this machine can't build for.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundledPackages } from '../scripts/third-party-notices.mjs'
import config from './electron-builder.config.mjs'

const fromBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder'))
const { validateConfiguration } = fromBuilder('app-builder-lib/out/util/config/config')
const { DebugLogger } = fromBuilder('builder-util')
const validate = (checked: unknown) => validateConfiguration(checked, new DebugLogger(false))

describe('the packaging configuration', () => {
  it("fits electron-builder's schema for Linux, macOS and Windows", async () => {
    await validate(config)
    expect(Object.keys(config)).toEqual(expect.arrayContaining(['linux', 'deb', 'mac', 'win', 'nsis']))
  })

  it.each([
    'linux',
    'mac',
    'win',
    'nsis',
    'deb',
    'electronFuses',
  ] as const)('would be refused with an unknown setting under %s', async (part) => {
    await expect(validate({ ...config, [part]: { ...config[part], notASetting: 1 } })).rejects.toThrow(
      `configuration.${part}`,
    )
  })

  it('names only files that exist', () => {
    const { linux, deb, mac, win } = config
    const named = [
      linux.icon,
      deb.afterInstall,
      deb.afterRemove,
      deb.appArmorProfile,
      mac.icon,
      mac.entitlements,
      win.icon,
    ]
    for (const file of named) expect(existsSync(file), file).toBe(true)
  })

  it('closes every way of running something else with our binary', () => {
    const { electronFuses } = config
    expect(electronFuses.runAsNode).toBe(false)
    expect(electronFuses.enableNodeOptionsEnvironmentVariable).toBe(false)
    expect(electronFuses.enableNodeCliInspectArguments).toBe(false)
    expect(electronFuses.onlyLoadAppFromAsar).toBe(true)
  })
})

it('the notices name each bundled package with a licence', () => {
  const packages = bundledPackages()
  expect(packages.length).toBeGreaterThan(20)
  for (const { about } of packages) expect(about.license ?? about.licenses, about.name).toBeTruthy()
})

describe.runIf(existsSync('/usr/bin/dpkg-deb'))('the stand-in for fpm', () => {
  const wrapper = path.resolve('scripts/make-deb.mjs')
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'sallyport-deb-test-'))
    mkdirSync(path.join(folder, 'app'))
    writeFileSync(path.join(folder, 'app', 'program'), 'x', { mode: 0o755 })
    writeFileSync(path.join(folder, 'post'), '#!/bin/sh\n')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const make = (...more: string[]) => {
    const file = path.join(folder, 'out.deb')
    const words = ['-s', 'dir', '--force', '-t', 'deb', '-d', 'libgtk-3-0', '--deb-recommends', 'socat']
    const about = [
      '--name',
      'thing',
      '--version',
      '1.2.3',
      '--architecture',
      'amd64',
      '--maintainer',
      'A <a@b.example>',
    ]
    const rest = [
      '--description',
      'Short\n Long text',
      '--after-install',
      path.join(folder, 'post'),
      '--package',
      file,
    ]
    const pairs = [`${folder}/app/=/opt/Thing`]
    execFileSync(
      process.execPath,
      [wrapper, ...words, ...about, ...rest, ...more, '--deb-compression', 'gz', ...pairs],
      {
        stdio: 'pipe',
      },
    )
    return file
  }

  it('makes a package with the files, fields and scripts it was told', () => {
    const file = make()
    const field = (name: string) => execFileSync('dpkg-deb', ['-f', file, name], { encoding: 'utf8' }).trim()
    expect([field('Package'), field('Version'), field('Depends'), field('Recommends')]).toEqual([
      'thing',
      '1.2.3',
      'libgtk-3-0',
      'socat',
    ])
    expect(execFileSync('dpkg-deb', ['-c', file], { encoding: 'utf8' })).toMatch(
      /-rwxr-xr-x root\/root .*\.\/opt\/Thing\/program/,
    )
    expect(execFileSync('dpkg-deb', ['-I', file], { encoding: 'utf8' })).toContain('postinst')
  })

  it('refuses an argument that it does not know', () => {
    expect(() => make('--surprise', 'x')).toThrow(/does not know the argument --surprise/)
  })
})

/**
 * The keychain's bad days, on a real session bus with a real gnome-keyring: whatever it does, an answer comes in time,
 * it says what is wrong and what to do, nothing is stored elsewhere, and when the keychain is well again it is used.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createKeychain, type Keychain } from '../../broker/secrets/keychain.ts'
import { lookAtSecretService } from '../../broker/secrets/look-at-secret-service.ts'
import { type Desktop, type KeyringState, startDesktop } from '../harness/desktop.ts'
import { until } from '../harness/time-limit.ts'

const root = path.resolve(import.meta.dirname, '../..')
const NATIVE = path.join(root, 'node_modules/keytar/prebuilds')
/** Far above what an answer takes, far below what a person would call hanging. */
const SOON_MS = 15_000
const VALUE = 'kept-4711-value'

let desktop: Desktop | null = null
let keychain: Keychain | null = null
let recovered = 0
afterEach(async () => {
  keychain?.close()
  await desktop?.stop()
  desktop = null
})

async function open(keyring: KeyringState, env: Record<string, string | undefined> = {}) {
  desktop = await startDesktop({ keyring })
  return openOn({ ...desktop.env, ...env })
}

function openOn(env: Record<string, string | undefined>): Keychain {
  keychain = createKeychain({
    node: process.execPath,
    childFile: path.join(root, 'broker/secrets/keychain.child.ts'),
    nativeFile: nativeFile(),
    service: 'Sallyport test of bad days',
    env,
    platform: 'linux',
    timeoutMs: 3_000,
    unlockMs: 3_000,
    lookMs: 100,
  })
  recovered = 0
  keychain.onRecovered(() => {
    recovered += 1
  })
  return keychain
}

function nativeFile(): string {
  const found = readdirSync(NATIVE, { recursive: true, encoding: 'utf8' }).find(
    (name) => name.includes(`linux-${process.arch}`) && name.endsWith('.node') && !name.includes('musl'),
  )
  return path.join(NATIVE, found ?? 'missing')
}

/** Processes of this desktop with this name. */
function pidsOf(name: string): number[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const environ = readFileSync(`/proc/${pid}/environ`, 'utf8')
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return (
          environ.includes(desktop?.home ?? '-') && line.includes(name) && readlinkSync(`/proc/${pid}/exe`)
        )
      } catch {
        return false
      }
    })
    .map(Number)
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const began = performance.now()
  const value = await work
  expect(performance.now() - began).toBeLessThan(SOON_MS)
  return value
}

function unlockKeyring(): void {
  execFileSync('gnome-keyring-daemon', ['--unlock', '--replace', '--components=secrets', '--daemonize'], {
    input: 'test',
    env: desktop?.env ?? {},
    stdio: ['pipe', 'ignore', 'ignore'],
  })
}

describe('a keychain that is well', () => {
  test('is named by what it is, and gives back what it was given', async () => {
    const well = await open('unlocked')
    expect(await well.status()).toEqual({
      state: 'ready',
      name: 'GNOME Keyring',
      text: 'Secrets are kept in GNOME Keyring.',
    })
    expect(await well.set('a', VALUE)).toMatchObject({ kind: 'ok' })
    expect(await well.get('a')).toEqual({ kind: 'ok', value: VALUE })
  })

  test('loses its child in the middle of a call: the call is made again, by another', async () => {
    const well = await open('unlocked')
    await well.set('a', VALUE)
    const killed = new Set<number>()
    for (let i = 0; i < 3; i++) {
      const reading = well.get('a')
      const fresh = async () => pidsOf('keychain.child').find((pid) => !killed.has(pid))
      const pid = await until(fresh, 10_000, 'the child')
      killed.add(pid)
      process.kill(pid, 'SIGKILL')
      expect(await inTime(reading)).toEqual({ kind: 'ok', value: VALUE })
    }
  })
})

describe('a keychain that is locked', () => {
  test('says so at once, stores nothing, opens no dialog, and is used again when it is unlocked', async () => {
    const locked = await open('locked')
    const status = await inTime(locked.status())
    expect(status).toMatchObject({ state: 'locked', name: 'GNOME Keyring' })
    expect(status.text).toMatch(/Unlock it/)
    for (const outcome of [
      await inTime(locked.set('a', VALUE)),
      await inTime(locked.get('a')),
      await inTime(locked.delete('a')),
    ])
      expect(outcome).toMatchObject({ kind: 'refused', code: 'unavailable', person: status.text })
    // Nothing was even started that could wait for a dialog.
    expect(pidsOf('keychain.child')).toEqual([])
    expect(holds(desktop?.home ?? '', VALUE)).toBe(false)

    unlockKeyring()
    await until(async () => recovered > 0 || null, 30_000, 'noticing that it was unlocked')
    expect(await locked.set('a', VALUE)).toMatchObject({ kind: 'ok' })
    expect(await locked.get('a')).toEqual({ kind: 'ok', value: VALUE })
  })

  test('is locked later, while it is in use: seen at the next call', async () => {
    const well = await open('unlocked')
    await well.set('a', VALUE)
    await desktop?.lockKeyring()
    expect(await inTime(well.get('a'))).toMatchObject({ kind: 'refused', code: 'unavailable' })
    expect(await well.status()).toMatchObject({ state: 'locked' })
  })

  test('whose dialog nobody answers, or that has none: unlocking ends too', async () => {
    const locked = await open('locked')
    expect((await inTime(locked.unlock())).state).not.toBe('ready')
  })
})

describe('no keychain at all', () => {
  test('a bus without one', async () => {
    const none = await open('none')
    expect(await inTime(none.status())).toMatchObject({ state: 'none', name: '' })
    expect(await inTime(none.set('a', VALUE))).toMatchObject({ kind: 'refused', code: 'unavailable' })
    expect(holds(desktop?.home ?? '', VALUE)).toBe(false)
  })

  test('no bus, with a display: keytar would hang there, so it isn’t asked', async () => {
    desktop = await startDesktop({ keyring: 'none' })
    const { DBUS_SESSION_BUS_ADDRESS: _, XDG_RUNTIME_DIR: __, ...env } = desktop.env
    const none = openOn(env)
    expect(await inTime(none.status())).toMatchObject({ state: 'none' })
    expect(await inTime(none.get('a'))).toMatchObject({ kind: 'refused' })
    expect(pidsOf('keychain.child')).toEqual([])
  })
})

describe('a keychain that hangs', () => {
  test('is there but silent: said in time, and used again when it goes on', async () => {
    const silent = await open('unlocked')
    await silent.set('a', VALUE)
    const daemons = pidsOf('gnome-keyring-daemon')
    expect(daemons.length).toBeGreaterThan(0)
    try {
      for (const pid of daemons) process.kill(pid, 'SIGSTOP')
      expect(await inTime(silent.get('a'))).toMatchObject({ kind: 'refused', code: 'unavailable' })
      expect(await inTime(silent.status())).toMatchObject({ state: 'error', name: 'GNOME Keyring' })
      expect(await lookAtSecretService(desktop?.env ?? {}, 300)).toMatchObject({ state: 'silent' })
    } finally {
      for (const pid of daemons) process.kill(pid, 'SIGCONT')
    }
    await until(async () => recovered > 0 || null, 30_000, 'noticing that it goes on')
    expect(await silent.get('a')).toEqual({ kind: 'ok', value: VALUE })
  })
})

/** Whether any file below holds the value. */
function holds(folder: string, value: string): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(path.join(entry.parentPath, entry.name)).includes(value))
}

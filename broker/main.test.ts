import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, it } from 'vitest'
import { DATA_IN_USE } from '../contract/data-in-use.ts'
import { claimData } from './store/claim-data.ts'

const home = mkdtempSync(path.join(tmpdir(), 'sallyport-main-'))
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** A command that is done at once: its pipe closes while the broker is still opening its doors. */
function comeAndGo(args = ['--headless']): Promise<number | null> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts'), ...args], {
    env: { HOME: home, SALLYPORT_HOME: home, XDG_RUNTIME_DIR: home, PATH: process.env.PATH },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.stdin.end()
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}

it('ends in order, and says so in the record, when it is left before its socket is open', async () => {
  for (let round = 0; round < 2; round++) expect(await comeAndGo()).toBe(0)
  const db = new DatabaseSync(path.join(home, 'data', 'activity.db'), { readOnly: true })
  const rows = db.prepare('select text from entry order by seq').all()
  db.close()
  expect(rows.map(({ text }) => JSON.parse(String(text)).subject)).toEqual([
    'Sallyport started',
    'Sallyport ended',
    'Sallyport started',
    'Sallyport ended',
  ])
})

it.each([
  ['a command', ['--headless']],
  ['the app', []],
])(
  '%s waits for one that works on the same data: two would write one record',
  async (_, args) => {
    const subjects = () => {
      const db = new DatabaseSync(path.join(home, 'data', 'activity.db'), { readOnly: true })
      try {
        const rows = db.prepare('select text from entry order by seq').all()
        return rows.map(({ text }) => String(JSON.parse(String(text)).subject))
      } finally {
        db.close()
      }
    }
    const first = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts'), '--headless'], {
      env: { HOME: home, SALLYPORT_HOME: home, XDG_RUNTIME_DIR: home, PATH: process.env.PATH },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const firstEnded = new Promise((resolve) => first.once('exit', (code) => resolve(code)))
    await expect
      .poll(() => existsSync(path.join(home, 'data', 'activity.db')) && subjects(), { timeout: 15_000 })
      .toContain('Sallyport started')
    const second = comeAndGo(args)
    // As long as it takes a broker to come up by itself, and longer.
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    first.stdin.end()
    expect([await firstEnded, await second]).toEqual([0, 0])
    expect(subjects()).toEqual([
      'Sallyport started',
      'Sallyport ended',
      'Sallyport started',
      'Sallyport ended',
    ])
  },
  30_000,
)

it('leaves, with a number that says why, when the other one does not end', async () => {
  const claim = await claimData(path.join(home, 'data'), 0)
  expect(await comeAndGo([])).toBe(DATA_IN_USE.exitCode)
  expect(existsSync(path.join(home, 'data', 'activity.db'))).toBe(false)
  claim?.close()
  expect(await comeAndGo([])).toBe(0)
}, 40_000)

it.runIf(process.platform === 'linux')('hands nothing on that was open before it began', async () => {
  mkdirSync(home, { recursive: true })
  const main = path.join(import.meta.dirname, 'main.ts')
  const script = 'exec 251</dev/null && test -e /dev/fd/251 && exec "$0" "$1" --headless'
  const child = spawn('bash', ['-c', script, process.execPath, main], {
    env: { HOME: home, SALLYPORT_HOME: home, XDG_RUNTIME_DIR: home, PATH: process.env.PATH },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const open = () => readdirSync(`/proc/${child.pid}/fd`)
  await expect.poll(open, { timeout: 15_000 }).not.toContain('251')
  child.stdin.end()
  expect(await new Promise((resolve) => child.once('exit', (code) => resolve(code)))).toBe(0)
})

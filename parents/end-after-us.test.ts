/** A broker whose thread is kept busy hears neither of a signal nor of the end of its input. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(path.join(os.tmpdir(), 'end-after-us-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Says its number, and is not to be spoken to any more. */
const BUSY = `process.on('SIGTERM', () => {})
require('node:fs').writeFileSync(process.env.SIGN, String(process.pid))
for (;;);`
const broker = path.join(folder, 'busy.cjs')
writeFileSync(broker, BUSY)
const root = path.resolve(import.meta.dirname, '..')
const urlOf = (file: string) => JSON.stringify(pathToFileURL(path.join(root, file)).href)
const nothing = 'onEvent() {}, onState() {}, onReady() {}, onOutput() {}'

const isUnix = process.platform !== 'win32'

test.runIf(isUnix)('a broker that hears of nothing ends after the shell was killed', () =>
  endsAfter(`import { createBrokerProcess } from ${urlOf('electron/broker-process.ts')}
    createBrokerProcess({ command: process.execPath, args: [process.env.BROKER], env: process.env, events: [], ${nothing} }).start()`),
)

test.runIf(isUnix)('a broker that hears of nothing ends after the command line was killed', () =>
  endsAfter(`import { startBroker } from ${urlOf('cli/start-broker.ts')}
    void startBroker({ node: process.execPath, brokerMain: process.env.BROKER, mode: '--headless', env: process.env, onEvent() {} })`),
)

async function endsAfter(code: string): Promise<void> {
  const sign = path.join(mkdtempSync(path.join(folder, 'parent-')), 'pid')
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, BROKER: broker, SIGN: sign },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const number = () => (existsSync(sign) ? Number(readFileSync(sign, 'utf8')) : 0)
  await expect.poll(number, { timeout: 20_000 }).toBeGreaterThan(0)
  const pid = number()
  parent.kill('SIGKILL')
  try {
    await expect.poll(() => isThere(pid), { timeout: 20_000 }).toBe(false)
  } finally {
    if (isThere(pid)) process.kill(pid, 'SIGKILL')
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

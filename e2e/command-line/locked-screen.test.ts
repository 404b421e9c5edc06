/** A gate that a terminal opens has no window that would tell it of the screen: it asks those who lock it. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sallyportPaths } from '../../contract/paths.ts'
import { startBus } from '../harness/bus.ts'
import { type LockHost, startLogind } from '../harness/lock-host.ts'
import { type Started, start } from '../harness/processes.ts'
import { builtProgram } from './built-program.ts'

let home: string
let bus: Started
let logind: LockHost
let env: Record<string, string | undefined>
const off = process.platform !== 'linux'
beforeAll(async () => {
  if (off) return
  home = mkdtempSync(path.join(tmpdir(), 'locked-screen-'))
  const address = await startBus(home, (command, args, options) => {
    bus = start(command, args, { ...process.env }, options)
    return bus
  })
  logind = await startLogind(address)
  env = {
    ...{ HOME: home, SALLYPORT_HOME: path.join(home, 'sallyport'), PATH: process.env.PATH },
    ...{ DBUS_SYSTEM_BUS_ADDRESS: address, DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
  }
})
afterAll(async () => {
  if (off) return
  logind.close()
  await bus.end()
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
})

async function sallyport(...args: string[]) {
  const started = start(process.execPath, [builtProgram, ...args], env)
  return { code: await started.ended, output: started.output() }
}

describe.skipIf(off)('while the screen is locked', () => {
  it('what was stopped is not resumed in a terminal, and is once it is unlocked', async () => {
    const { stopFile } = sallyportPaths(env, process.platform, home)
    mkdirSync(path.dirname(stopFile), { recursive: true })
    writeFileSync(
      stopFile,
      JSON.stringify({ version: 1, at: 1, by: 'you', writer: 'cli', drill: false, receipt: null }),
    )
    logind.setLocked(true)
    const no = await sallyport('resume')
    expect(no.output).toContain('The screen is locked.')
    expect(no.code).not.toBe(0)
    expect(existsSync(stopFile)).toBe(true)
    logind.setLocked(false)
    const yes = await sallyport('resume')
    expect(yes.code, yes.output).toBe(0)
    expect(existsSync(stopFile)).toBe(false)
  })
})

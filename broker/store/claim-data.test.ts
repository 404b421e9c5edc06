import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { claimData } from './claim-data.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'sallyport-claim-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('is had by one at a time, and by whoever waits when it is let go', async () => {
  const first = await claimData(folder, 0)
  expect(first).not.toBeNull()
  expect(await claimData(folder, 0)).toBeNull()
  const second = claimData(folder, 10_000)
  first?.close()
  const had = await second
  expect(had).not.toBeNull()
  expect(await claimData(folder, 0)).toBeNull()
  had?.close()
})

it('goes with a process that is killed', async () => {
  const script = `const { claimData } = await import(${JSON.stringify(path.join(import.meta.dirname, 'claim-data.ts'))})
    globalThis.claim = await claimData(process.argv[1], 0)
    console.log('has it'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder])
  await once(child.stdout, 'data')
  expect(await claimData(folder, 0)).toBeNull()
  child.kill('SIGKILL')
  const claim = await claimData(folder, 10_000)
  expect(claim).not.toBeNull()
  claim?.close()
})

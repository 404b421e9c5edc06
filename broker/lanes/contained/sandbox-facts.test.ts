import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lookAtSandbox } from './sandbox-facts.ts'

let folder: string
let clock = 0
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sallyport-facts-'))
  for (const name of ['socat', 'rg']) program(name, 'exit 0')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function program(name: string, script: string) {
  writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(path.join(folder, name), 0o755)
}

describe.runIf(process.platform === 'linux')('whether programs can be contained', () => {
  it('names what is not installed', async () => {
    expect(await lookAtSandbox(folder).look()).toMatchObject({
      available: false,
      lacks: 'programs',
      text: expect.stringContaining('Install bubblewrap'),
    })
  })

  it('says no, with bubblewrap’s own words, where it is installed and the system does not let it start', async () => {
    program('bwrap', 'echo "bwrap: setting up uid map: Permission denied" >&2; exit 1')
    const sandbox = lookAtSandbox(folder)
    expect(await sandbox.look()).toMatchObject({
      available: false,
      lacks: 'permission',
      text: expect.stringContaining('setting up uid map: Permission denied'),
    })
    expect(sandbox.now().available).toBe(false)
  })

  it('tries again after a while what has failed, and not again what works', async () => {
    program('bwrap', `echo once >> ${folder}/tries; exit 1`)
    const sandbox = lookAtSandbox(folder, () => clock)
    expect((await sandbox.look()).available).toBe(false)
    program('bwrap', `echo once >> ${folder}/tries; exit 0`)
    expect((await sandbox.look()).available).toBe(false)
    clock += 60_000
    expect(await sandbox.look()).toMatchObject({ available: true, lacks: 'nothing' })
    program('bwrap', 'exit 1')
    clock += 60_000
    expect((await sandbox.look()).available).toBe(true)
  })

  it('tries once for all who ask at the same time', async () => {
    program('bwrap', `sleep 0.1; echo once >> ${folder}/tries; test $(wc -l < ${folder}/tries) = 1`)
    const sandbox = lookAtSandbox(folder)
    const all = await Promise.all([sandbox.look(), sandbox.look(), sandbox.look()])
    expect(all.map(({ available }) => available)).toEqual([true, true, true])
  })

  it('finds that the real one starts here', async () => {
    const { available, text } = await lookAtSandbox('/usr/bin:/bin').look()
    expect(available, text).toBe(true)
  })
})

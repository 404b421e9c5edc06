import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { clearOldFolders } from './program-host.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true })
})
/** What a broker leaves behind whose pid this is: its folder, and a program with that folder in its environment. */
function leaveBehind(pid: number) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `sallyport-run-${pid}-`))
  folders.push(folder)
  const env = { PATH: process.env.PATH ?? '', HOME: path.join(folder, 'home') }
  return { folder, program: spawn('sleep', ['60'], { env, stdio: 'ignore', detached: true }) }
}

describe.skipIf(process.platform !== 'linux')('a broker that starts', () => {
  it('ends the programs of a broker that was killed, and no other', async () => {
    const dead = spawnSync('true').pid
    const left = leaveBehind(dead)
    const ours = leaveBehind(process.pid)
    await Promise.all([once(left.program, 'spawn'), once(ours.program, 'spawn')])
    const mountPoint = path.join(left.folder, '..', `${path.basename(left.folder)}.gitconfig`)
    const filled = `${mountPoint}.filled`
    folders.push(mountPoint, filled)
    fs.writeFileSync(mountPoint, '')
    fs.writeFileSync(filled, 'by a person')
    fs.writeFileSync(
      path.join(left.folder, 'mount-points.json'),
      JSON.stringify([mountPoint, filled, '/none']),
    )
    const ended = once(left.program, 'exit')
    clearOldFolders()
    expect(fs.existsSync(mountPoint)).toBe(false)
    expect(fs.readFileSync(filled, 'utf8')).toBe('by a person')
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect(fs.existsSync(left.folder)).toBe(false)
    expect(ours.program.exitCode ?? ours.program.signalCode).toBeNull()
    ours.program.kill('SIGKILL')
  })
})

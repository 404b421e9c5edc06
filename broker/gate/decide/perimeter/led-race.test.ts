/** Lines are read while a process points what they lead through elsewhere, as fast as it can: none opens what is outside. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lookUpPlaces } from '../../../policy/look-up-places.ts'
import { FolderLines } from './folder-lines.ts'

/** A folder, a link out of there, and nothing, in turn; and the same one deeper. */
const SWAPPER = `
const fs = require('node:fs')
process.chdir(process.argv[1])
process.stdout.write('ready')
for (;;) {
  fs.symlinkSync('../private', 'new'); fs.rmdirSync('current'); fs.renameSync('new', 'current')
  fs.unlinkSync('current'); fs.mkdirSync('current')
  fs.symlinkSync('../../private', 'deep/new'); fs.rmdirSync('deep/inner'); fs.renameSync('deep/new', 'deep/inner')
  fs.unlinkSync('deep/inner'); fs.mkdirSync('deep/inner')
}
`
const TRIES = 10_000
const MAX_MS = 20_000

test.runIf(process.platform === 'linux')(
  'a line read while its way changes opens nothing outside, in 10,000 tries',
  async () => {
    const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'sallyport-led-')))
    for (const folder of ['work/current', 'work/deep/inner', 'private'])
      mkdirSync(path.join(home, folder), { recursive: true })
    symlinkSync('work/current', path.join(home, 'mine'))
    symlinkSync('work/deep/inner', path.join(home, 'other'))
    const places = lookUpPlaces({ platform: 'linux', home, own: [], searchPath: '/usr/bin' })
    const swapper = spawn(process.execPath, ['-e', SWAPPER, path.join(home, 'work')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(swapper.stdout, 'data')
      const lines = ['work', 'mine', 'other'].map((name) => ({
        path: `~/${name}`,
        read: 'allow' as const,
        write: 'allow' as const,
      }))
      const secret = { kind: 'path' as const, path: path.join(home, 'private/a') }
      const seen = { kept: 0, open: 0 }
      const end = performance.now() + MAX_MS
      for (let count = 0; count < TRIES && performance.now() < end; count++)
        seen[new FolderLines(lines, places).level(secret, 'read').level === 'deny' ? 'kept' : 'open']++
      expect(seen.open, JSON.stringify(seen)).toBe(0)
      expect(seen.kept).toBeGreaterThan(100)
    } finally {
      swapper.kill('SIGKILL')
      await once(swapper, 'exit')
      rmSync(home, { recursive: true, force: true })
    }
  },
)

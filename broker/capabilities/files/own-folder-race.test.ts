/** An agent's own folder is swapped for a link while it is looked up: what is elsewhere never counts as the agent's own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Perimeter } from '../../../contract/perimeter.ts'
import { createFileRoom } from './file-room.ts'

/** A folder, and a link out of there, in turn; and the same one deeper. */
const SWAPPER = `
const fs = require('node:fs')
process.chdir(process.argv[1])
process.stdout.write('ready')
for (;;) {
  fs.symlinkSync('../private', 'new'); fs.rmdirSync('notes'); fs.renameSync('new', 'notes')
  fs.unlinkSync('notes'); fs.mkdirSync('notes')
  fs.symlinkSync('../../private', 'deep/new'); fs.rmdirSync('deep/inner'); fs.renameSync('deep/new', 'deep/inner')
  fs.unlinkSync('deep/inner'); fs.mkdirSync('deep/inner')
}
`
const TRIES = 10_000
const MAX_MS = 20_000

test.runIf(process.platform === 'linux')(
  'nothing elsewhere is vouched for by a folder that is swapped for a link, in 10,000 tries',
  async () => {
    const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'sallyport-own-')))
    for (const folder of ['work/notes', 'work/deep/inner', 'private'])
      mkdirSync(path.join(home, folder), { recursive: true })
    symlinkSync('work/notes', path.join(home, 'mine'))
    const swapper = spawn(process.execPath, ['-e', SWAPPER, path.join(home, 'work')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(swapper.stdout, 'data')
      const files = createFileRoom({ ownPaths: [], home })
      const seen = { own: 0, outside: 0, kept: 0 }
      const end = performance.now() + MAX_MS
      for (let count = 0; count < TRIES && performance.now() < end; count++) {
        const perimeter = Perimeter.parse({
          folders: [{ path: '~/work', read: 'allow', write: 'allow' }],
          own: { folders: ['~/work/notes', '~/mine', '~/work/deep/inner'], contacts: [] },
        })
        seen[files.origins.of(path.join(home, 'private/a'), perimeter).kind === 'own' ? 'own' : 'outside']++
        if (files.origins.of(path.join(home, 'work/notes/a'), perimeter).kind === 'own') seen.kept++
      }
      expect(seen.own, JSON.stringify(seen)).toBe(0)
      // Where it was the folder itself, that is the agent's own as ever.
      expect(seen.kept).toBeGreaterThan(100)
    } finally {
      swapper.kill('SIGKILL')
      await once(swapper, 'exit')
      rmSync(home, { recursive: true, force: true })
    }
  },
)

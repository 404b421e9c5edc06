import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mintPermit } from '../../gate/permit.ts'
import { createLeakScanner } from '../../secrets/leak-scanner.ts'
import { createFsReadCapability } from '../fs-read.ts'
import { createFsWriteCapability } from '../fs-write.ts'
import { createWordMatcher } from '../search/match-words.ts'
import { noUndo, type PlayedGate, playGate } from '../testing/play-gate.ts'
import { createFileRoom } from './file-room.ts'

/** Swaps, as fast as it can, a link between two folders, and a folder and a file for links to the other side. */
const SWAPPER = `
const fs = require('node:fs')
const top = process.argv[1]
process.chdir(top)
const swap = (target, name) => { fs.symlinkSync(target, 'new-' + name); fs.renameSync('new-' + name, name) }
process.stdout.write('ready')
const end = Date.now() + 15000
for (let i = 0; Date.now() < end; i++) {
  swap(i % 2 ? 'in' : 'out', 'link')
  try { fs.renameSync('spot/folder', 'spot/aside'); fs.symlinkSync(top + '/out', 'spot/folder') } catch {}
  try { fs.unlinkSync('spot/folder'); fs.renameSync('spot/aside', 'spot/folder') } catch {}
  try { fs.renameSync('in/file', 'in/.aside'); fs.symlinkSync('../out/file', 'in/file') } catch {}
  try { fs.unlinkSync('in/file'); fs.renameSync('in/.aside', 'in/file') } catch {}
}
`
const TRIES = 10_000
const MAX_MS = 9_000

describe('against a process that swaps links', () => {
  let top: string
  let swapper: ChildProcess
  let gate: PlayedGate

  beforeEach(async () => {
    top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-race-')))
    for (const side of ['in', 'out', 'spot/folder']) {
      fs.mkdirSync(`${top}/${side}`, { recursive: true })
      fs.writeFileSync(`${top}/${side}/file`, side)
    }
    fs.symlinkSync('in', `${top}/link`)
    const files = createFileRoom({ ownPaths: [], home: top })
    gate = playGate(
      [
        createFsReadCapability({ files, matcher: createWordMatcher(), leaks: createLeakScanner() }),
        createFsWriteCapability({ files, undo: noUndo() }),
      ],
      mintPermit,
    )
    swapper = spawn(process.execPath, ['-e', SWAPPER, top], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => swapper.stdout?.once('data', resolve))
  })
  afterEach(async () => {
    const gone = new Promise((resolve) => swapper.once('exit', resolve))
    swapper.kill('SIGKILL')
    await gone
    fs.rmSync(top, { recursive: true, force: true })
  })

  const ways = ['link/file', 'in/file', 'spot/folder/file', 'link/../link/file']

  test('what is read is what was decided on, in 10,000 tries', async () => {
    const seen = { in: 0, out: 0, other: 0 }
    const end = Date.now() + MAX_MS
    let tries = 0
    for (; tries < TRIES && Date.now() < end; tries++) {
      const prepared = await gate.prepare('fs.readFile', { path: `${top}/${ways[tries % ways.length]}` })
      if (prepared.kind !== 'ok') throw new Error(prepared.person)
      const need = prepared.value.needs[0]?.resource
      const decided = need?.kind === 'path' ? need.path : ''
      const outcome = await gate.perform(prepared.value)
      prepared.value.dispose()
      if (outcome.kind !== 'ok') {
        seen.other++
        continue
      }
      const { data } = outcome.value.value as { data: string }
      expect(decided.startsWith(`${top}/out/`), `${decided} gave ${data}`).toBe(data === 'out')
      seen[data === 'out' ? 'out' : 'in']++
    }
    expect(tries).toBeGreaterThan(1000)
    // The swapping was real: both sides were met.
    expect(seen.in).toBeGreaterThan(10)
    expect(seen.out).toBeGreaterThan(10)
  })

  test('a write that was decided for one side never lands on the other', async () => {
    const end = Date.now() + MAX_MS
    let [tries, written] = [0, 0]
    for (; tries < TRIES / 4 && Date.now() < end; tries++) {
      const way = ['link/mine', 'spot/folder/mine', 'in/file', 'link/deep/mine'][tries % 4]
      const prepared = await gate.prepare('fs.writeFile', {
        path: `${top}/${way}`,
        data: 'written',
        parents: true,
      })
      if (prepared.kind !== 'ok') throw new Error(prepared.person)
      // The decision: everything but what lies outside.
      const allowed = prepared.value.needs.every(
        ({ resource }) => resource.kind === 'path' && !`${resource.path}/`.startsWith(`${top}/out/`),
      )
      if (allowed && (await gate.perform(prepared.value)).kind === 'ok') written++
      prepared.value.dispose()
    }
    expect(fs.readdirSync(`${top}/out`)).toEqual(['file'])
    expect(fs.readFileSync(`${top}/out/file`, 'utf8')).toBe('out')
    expect(written).toBeGreaterThan(10)
  })
})

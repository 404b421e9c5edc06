// Shows that the wall stands: each case adds one forbidden line to a small tree that is otherwise in order.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkWalls } from '../scripts/check-walls.mjs'

const inOrder = {
  'contract/words.ts': "import { z } from 'zod'\nexport const Name = z.string()\n",
  'broker/main.ts':
    "import { readFileSync } from 'node:fs'\nimport { pass } from './gate/pass-call.ts'\nimport { read } from './capabilities/read-file.ts'\nexport const run = () => pass(read(String(readFileSync)))\n",
  'broker/ports.ts':
    "import type { Permit } from './gate/permit.ts'\nexport type Use = (permit: Permit) => void\n",
  'broker/gate/permit.ts':
    'export interface Permit { id: number }\nexport const mintPermit = (): Permit => ({ id: 1 })\n',
  'broker/gate/pass-call.ts':
    "import { mintPermit } from './permit.ts'\nexport const pass = (value: string) => [mintPermit(), value]\n",
  'broker/capabilities/read-file.ts':
    "import { readFileSync } from 'node:fs'\nimport { Name } from '../../contract/words.ts'\nimport { names } from '../disk/names.ts'\nexport const read = (file: string) => [names(file), Name.parse(readFileSync(file, 'utf8'))]\n",
  'broker/disk/names.ts':
    "import { readdirSync } from 'node:fs'\nexport const names = (folder: string) => readdirSync(folder)\n",
  'broker/consent/ask.ts':
    "import path from 'node:path'\nexport const ask = (file: string) => path.basename(file)\n",
  'sandbox/main.ts': "import ivm from 'isolated-vm'\nexport const box = ivm\n",
  'electron/main.ts': "import { app } from 'electron'\nexport const shell = app\n",
  'renderer/page.tsx':
    "import { useState } from 'react'\nimport { Name } from '../contract/words.ts'\nexport const use = () => [useState, Name]\n",
  'renderer/consent-window/card.tsx': 'export const card = 1\n',
  'cli/main.ts': "import { connect } from 'node:net'\nexport const dial = connect\n",
  'tools/files/src/main.ts': 'export const list = () => []\n',
}

let base: string
beforeEach(() => {
  base = mkdtempSync(path.join(os.tmpdir(), 'walls-'))
  symlinkSync(path.resolve('node_modules'), path.join(base, 'node_modules'))
  for (const [file, text] of Object.entries(inOrder)) write(file, text)
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

function write(file: string, text: string) {
  mkdirSync(path.dirname(path.join(base, file)), { recursive: true })
  writeFileSync(path.join(base, file), text)
}

async function faultsWith(file: string, line: string) {
  write(file, `${line}\n${(inOrder as Record<string, string>)[file] ?? ''}`)
  return (await checkWalls({ base })).faults
}

describe('the walls', () => {
  it('accept a tree that is in order', async () => {
    expect(await checkWalls({ base })).toEqual({ files: Object.keys(inOrder).length, faults: [] })
  })

  it('are not green when there was nothing to look at', async () => {
    const empty = mkdtempSync(path.join(os.tmpdir(), 'walls-empty-'))
    expect((await checkWalls({ base: empty })).faults).toEqual(['no source file was found to check'])
    rmSync(empty, { recursive: true })
  })

  it.each([
    ['broker/consent/ask.ts', "import { writeFileSync } from 'node:fs'\nwriteFileSync('/tmp/x', '')"],
    ['broker/consent/ask.ts', "import { writeFile } from 'node:fs/promises'\nvoid writeFile('/tmp/x', '')"],
    ['broker/consent/ask.ts', "import { spawn } from 'child_process'\nspawn('true')"],
    ['broker/consent/ask.ts', "export * from 'node:net'"],
    ['broker/consent/ask.ts', "export const dns = import('node:dns')"],
    ['broker/consent/ask.ts', "import { fetch } from 'undici'\nvoid fetch('http://localhost')"],
    ['broker/consent/ask.ts', "import keytar from 'keytar'\nvoid keytar.findPassword('x')"],
    ['broker/consent/ask.ts', "import { DatabaseSync } from 'node:sqlite'\nnew DatabaseSync('/tmp/x')"],
    ['broker/consent/ask.ts', "import { createRequire } from 'node:module'\ncreateRequire('/')('fs')"],
    ['broker/capabilities/read-file.ts', "import { Worker } from 'node:worker_threads'\nnew Worker('')"],
    ['broker/new-room/act.ts', "import { rmSync } from 'node:fs'\nrmSync('/tmp/x')"],
  ])('refuse an effect where none is named: %s, %s', async (file, line) => {
    expect(await faultsWith(file, line)).not.toEqual([])
  })

  it.each([
    ['void fetch("http://localhost")'],
    ['void globalThis.fetch("http://localhost")'],
    ['new WebSocket("ws://localhost")'],
    ['process.getBuiltinModule("fs")'],
    ['process.dlopen({ exports: {} }, "/tmp/x.node")'],
    ['export const load = (name: string) => import(name)'],
    ['eval("1")'],
  ])('refuse a way round the import rules: %s', async (line) => {
    expect(await faultsWith('broker/consent/ask.ts', line)).toEqual([
      expect.stringContaining('goes round the import rules'),
    ])
  })

  it.each([
    ['contract/words.ts', "import type { Stats } from 'node:fs'\nexport type S = Stats"],
    ['contract/words.ts', "import type { Use } from '../broker/ports.ts'\nexport type U = Use"],
    ['broker/consent/ask.ts', "import { app } from 'electron'\nexport const a = app"],
    [
      'broker/consent/ask.ts',
      "import { card } from '../../renderer/consent-window/card.tsx'\nexport const c = card",
    ],
    ['broker/consent/ask.ts', "import { read } from '../capabilities/read-file.ts'\nexport const r = read"],
    ['broker/consent/ask.ts', "import { names } from '../disk/names.ts'\nexport const n = names"],
    ['broker/api/desk.ts', "import { names } from '../disk/names.ts'\nexport const n = names"],
    ['broker/disk/names.ts', "import { ask } from '../consent/ask.ts'\nexport const a = ask"],
    [
      'broker/consent/ask.ts',
      "import { mintPermit } from '../gate/permit.ts'\nexport const p = mintPermit()",
    ],
    ['broker/consent/ask.ts', "import { run } from '../main.ts'\nexport const r = run"],
    ['sandbox/main.ts', "import { read } from '../broker/capabilities/read-file.ts'\nexport const r = read"],
    ['sandbox/main.ts', "import { connect } from 'node:net'\nexport const n = connect"],
    ['electron/main.ts', "import type { Use } from '../broker/ports.ts'\nexport type U = Use"],
    ['parents/watch.ts', "import { shell } from '../electron/main.ts'\nexport const s = shell"],
    ['parents/watch.ts', "import { connect } from 'node:net'\nexport const n = connect"],
    ['renderer/page.tsx', "import { readFileSync } from 'node:fs'\nexport const r = readFileSync"],
    ['renderer/page.tsx', "import { ipcRenderer } from 'electron'\nexport const i = ipcRenderer"],
    ['renderer/page.tsx', "import { useQuery } from 'not-installed'\nexport const q = useQuery"],
    ['renderer/consent-window/card.tsx', "import { use } from '../page.tsx'\nexport const u = use"],
    ['cli/main.ts', "import { read } from '../broker/capabilities/read-file.ts'\nexport const r = read"],
    ['tools/files/src/main.ts', "import { Name } from '../../../contract/words.ts'\nexport const n = Name"],
  ])('refuse a step over a wall: %s, %s', async (file, line) => {
    expect(await faultsWith(file, line)).not.toEqual([])
  })
})

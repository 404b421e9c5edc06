import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Capability } from '../../contract/words.ts'
import { openActivityLog } from '../activity/open-activity-log.ts'
import { listNotUndoable } from './list-not-undoable.ts'

let folder: string
let log: ReturnType<typeof openActivityLog>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-not-undoable-'))
  log = openActivityLog({ file: join(folder, 'activity.db'), clock: Date.now })
})
afterEach(async () => {
  await log.close()
  rmSync(folder, { recursive: true, force: true })
})

function effect(capability: Capability, subject: string, ok = true): void {
  const run = { id: 'run_1', title: '' }
  const { seq } = log.append({ kind: 'intent', subject, capability, run, decision: 'allow' })
  log.append({ kind: 'outcome', subject, capability, run, ref: seq, ok })
}

test('commands and what was sent are listed in order, each once', async () => {
  effect('net.request', 'Send 12 bytes to example.org')
  effect('command.run', 'Run git push')
  effect('fs.write', 'Replace a.txt')
  effect('net.request', 'Send 12 bytes to example.org', false)
  expect(await listNotUndoable(log, 'run_1')).toEqual([
    'Send 12 bytes to example.org (2 times)',
    'Run git push',
  ])
  expect(await listNotUndoable(log, 'run_2')).toEqual([])
})

test('of a long run all are listed, not the last thousand of them', async () => {
  for (let at = 0; at < 1_300; at++) effect('net.request', at < 10 ? 'Send first' : 'Send')
  expect(await listNotUndoable(log, 'run_1')).toEqual(['Send first (10 times)', 'Send (1290 times)'])
})

import { expect, test } from 'vitest'
import type { ActivityQuery, ActivityRow } from '../../contract/activity.ts'
import { listNotUndoable } from './list-not-undoable.ts'

test('commands and what was sent are listed in order, each once', () => {
  const row = (seq: number, capability: string, subject: string, state = 'ok') =>
    ({ seq, capability, subject, state }) as unknown as ActivityRow
  const all = [
    row(1, 'net.request', 'Send 12 bytes to example.org'),
    row(2, 'command.run', 'Run git push'),
    row(3, 'fs.write', 'Replace a.txt'),
    row(4, 'net.request', 'Send 12 bytes to example.org', 'failed'),
  ]
  const log = {
    query: ({ capability, runId }: { capability?: string | undefined; runId?: string | undefined }) => ({
      rows: runId === 'run_1' ? all.filter((one) => one.capability === capability) : [],
      total: 0,
    }),
  }
  expect(listNotUndoable(log, 'run_1')).toEqual(['Send 12 bytes to example.org (2 times)', 'Run git push'])
  expect(listNotUndoable(log, 'run_2')).toEqual([])
})

test('of a long run all are listed, not the last thousand of them', () => {
  const all = Array.from({ length: 2_500 }, (_, at) => ({
    seq: at + 1,
    capability: 'net.request',
    subject: at < 10 ? 'Send first' : 'Send',
    state: 'ok',
  })) as unknown as ActivityRow[]
  const query = ({ capability, before = Infinity, limit }: ActivityQuery) => ({
    rows: all
      .filter((one) => one.capability === capability && one.seq < before)
      .reverse()
      .slice(0, limit),
    total: all.length,
  })
  expect(listNotUndoable({ query }, 'run_1')).toEqual(['Send first (10 times)', 'Send (2490 times)'])
})

import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ActivityRow, NewEntry } from '../../contract/activity.ts'
import { ActivityQuery } from '../../contract/activity.ts'
import { openActivityLog } from './open-activity-log.ts'

let folder: string
let file: string
let now = 1_750_000_000_000
const clock = () => now++
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'activity-'))
  file = path.join(folder, 'activity.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const agent = { id: 'agent_tidy', kind: 'agent', name: 'Tidy' } as const
const read = (name: string, more: Partial<NewEntry> = {}): NewEntry => ({
  kind: 'intent',
  subject: `Read ~/Documents/${name}`,
  principal: agent,
  run: { id: 'run_1', title: 'Sort the invoices' },
  callId: 'call_1',
  capability: 'fs.read',
  decision: 'allow',
  details: {
    needs: [{ capability: 'fs.read', resource: { kind: 'path', path: `/home/me/Documents/${name}` } }],
  },
  ...more,
})
const query = (more: Partial<ActivityQuery> = {}) => ActivityQuery.parse(more)

describe('the activity log', () => {
  it('joins an intent and its outcome to one row, and tells each change', async () => {
    const log = openActivityLog({ file, clock })
    const told: ActivityRow[] = []
    log.onRow((row) => told.push(row))
    const { seq } = log.append(read('a.md'))
    await log.sync()
    log.append({ kind: 'outcome', subject: 'Read', ref: seq, ok: true, durationMs: 1.5 })
    expect(told.map(({ seq: n, state }) => [n, state])).toEqual([
      [seq, 'open'],
      [seq, 'ok'],
    ])
    const { rows, total } = log.query(query({ capability: 'fs.read' }))
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ seq, state: 'ok', durationMs: 1.5, subject: 'Read ~/Documents/a.md' })
    expect(log.query(query()).total).toBe(2)
    expect(total).toBe(1)
    expect((await log.verify()).ok).toBe(true)
    await log.close()
  })

  it('shows an effect that its process did not outlive as interrupted', async () => {
    const first = openActivityLog({ file, clock })
    const { seq } = first.append(read('a.md'))
    await first.close()
    const second = openActivityLog({ file, clock })
    expect(second.query(query({ capability: 'fs.read' })).rows[0]).toMatchObject({
      seq,
      state: 'interrupted',
    })
    await second.close()
    const third = openActivityLog({ file, clock })
    expect(third.query(query({ capability: 'fs.read' })).rows[0]).toMatchObject({ seq, state: 'interrupted' })
    expect((await third.verify()).ok).toBe(true)
    await third.close()
  })

  it('finds words, phrases and parts of words, newest first, a page at a time', async () => {
    const log = openActivityLog({ file, clock })
    for (let i = 0; i < 30; i++) log.append(read(`Rechnung-März-${i}.md`))
    log.append(read('march notes.md'))
    expect(log.query(query({ text: 'rechnung MARZ' })).rows).toHaveLength(30)
    expect(log.query(query({ text: '*hnung-m*' })).rows).toHaveLength(30)
    expect(log.query(query({ text: '"march notes"' })).rows).toHaveLength(1)
    expect(log.query(query({ text: '"notes march"' })).rows).toHaveLength(0)
    expect(log.query(query({ text: 'rech' })).rows).toHaveLength(0)
    const page = log.query(query({ text: 'rechnung', limit: 10 })).rows
    const next = log.query(query({ text: 'rechnung', limit: 10, before: page.at(-1)?.seq })).rows
    expect(page[0]?.seq).toBe(31)
    expect(next[0]?.seq).toBe(21)
    await log.close()
  })
})

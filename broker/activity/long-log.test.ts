/** A log of many thousand entries, with its keeper at work: packed, indexed, searched, verified, opened again. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ActivityQuery, type ActivityRow, type NewEntry } from '../../contract/activity.ts'
import { type OpenActivityLog, openActivityLog } from './open-activity-log.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'activity-long-'))
const file = path.join(folder, 'activity.db')
const CALLS = 3_000
let now = 1_750_000_000_000
const clock = () => (now += 250)
const faults: unknown[] = []
let log: OpenActivityLog
const open = () =>
  openActivityLog({
    file,
    clock,
    onFault: (fault) => faults.push(fault),
    limits: { indexAt: 200, keepHot: 300 },
  })

const agents = [
  { id: 'agent_tidy', kind: 'agent', name: 'Tidy' },
  { id: 'agent_post', kind: 'agent', name: 'Postmaster' },
] as const
const hosts = ['api.example.org', 'files.example.net', 'tracker.example.com']

function call(n: number): NewEntry[] {
  const common = {
    principal: agents[n % 7 === 0 ? 1 : 0],
    run: { id: `run_${Math.floor(n / 100)}`, title: `Task number ${Math.floor(n / 100)}` },
    callId: `call_${n}`,
    lamps: { outside: n % 5 === 0, private: false, send: false },
  }
  if (n % 10 === 3)
    return [
      {
        ...common,
        kind: 'decision',
        subject: `Send GET https://${hosts[n % 3]}/page/${n}`,
        capability: 'net.request',
        decision: 'deny',
        ok: false,
        because: [
          { layer: 'perimeter', rule: 'perimeter:hosts', text: 'No line of the perimeter covers it.' },
        ],
      },
    ]
  return [
    {
      ...common,
      kind: 'intent',
      subject: `Read ~/Documents/note-${n}.md`,
      capability: 'fs.read',
      decision: 'allow',
      asked: n % 50 === 0,
      because: n % 50 === 0 ? [{ layer: 'grant', rule: `grant:g_${n % 100}`, text: 'You allowed it.' }] : [],
      details: {
        needs: [
          { capability: 'fs.read', resource: { kind: 'path', path: `/home/me/Documents/note-${n}.md` } },
        ],
      },
    },
  ]
}

const q = (more: Partial<ActivityQuery> = {}) => log.query(ActivityQuery.parse({ limit: 1000, ...more }))
const seqs = (rows: ActivityRow[]) => rows.map(({ seq }) => seq)

beforeAll(async () => {
  log = open()
  for (let n = 0; n < CALLS; n++) {
    for (const entry of call(n)) {
      const { seq } = log.append(entry)
      if (entry.kind === 'intent')
        log.append({
          kind: 'outcome',
          subject: 'Read',
          ref: seq,
          ok: n % 20 !== 0,
          durationMs: 1,
          details: n % 20 === 0 ? { code: 'not-found', text: 'It vanished.' } : {},
        })
    }
    if (n % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await log.catchUp()
  await log.catchUp()
})
afterAll(async () => {
  await log.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a long log', () => {
  it('was packed and indexed by its keeper without a fault', () => {
    expect(faults).toEqual([])
    expect(existsSync(path.join(folder, 'activity-archive.db'))).toBe(true)
    expect(existsSync(path.join(folder, 'activity-index.db'))).toBe(true)
  })

  it('is whole', async () => {
    const report = await log.verify()
    expect(report).toMatchObject({ ok: true, firstBad: null })
    expect(report.entries).toBe(1 + CALLS * 2 - CALLS / 10)
  })

  it('lists everything, page by page, each row once and joined', () => {
    const all: ActivityRow[] = []
    for (let before: number | undefined; ; before = all.at(-1)?.seq) {
      const { rows, total } = q({ before, limit: 700 })
      expect(total).toBe(CALLS + 1)
      if (rows.length === 0) break
      all.push(...rows)
    }
    expect(all).toHaveLength(CALLS + 1)
    expect(seqs(all)).toEqual(seqs(all).toSorted((a, b) => b - a))
    expect(new Set(all.filter(({ kind }) => kind === 'intent').map(({ state }) => state))).toEqual(
      new Set(['ok', 'failed']),
    )
  })

  it.each([
    ['a word', { text: 'vanished' }, CALLS / 20],
    ['a word of a run’s title and a number', { text: 'task 7' }, 101],
    ['a filter by principal', { principalId: 'agent_post' }, Math.ceil(CALLS / 7)],
    ['a filter by decision', { decision: 'deny' as const }, CALLS / 10],
    ['what a person was asked', { decision: 'ask' as const }, CALLS / 50],
    ['a filter and a word', { decision: 'deny' as const, text: 'tracker' }, CALLS / 30],
    ['a phrase', { text: '"vanished"' }, CALLS / 20],
    ['a phrase across punctuation', { text: '"note 17 md"' }, 1],
    ['a part', { text: '*ote-1234*' }, 1],
    ['a part and a word', { text: '*ote-124* vanished' }, 1],
    ['a part and a filter', { text: '*xample.net*', capability: 'net.request' as const }, CALLS / 30],
    ['a run', { runId: 'run_12' }, 100],
    ['kinds', { kinds: ['decision' as const, 'app' as const] }, CALLS / 10 + 1],
    ['nothing that is there', { text: 'nowhere' }, 0],
    ['nothing, by a part', { text: '*zzzz*' }, 0],
  ])('finds %s', (_, query, count) => {
    const found: ActivityRow[] = []
    for (let before: number | undefined; ; before = found.at(-1)?.seq) {
      const { rows, total } = q({ ...query, before, limit: 120 })
      if (before === undefined && count < 1_000) expect(total).toBe(count)
      if (rows.length === 0) break
      found.push(...rows)
    }
    expect(found).toHaveLength(count)
    expect(new Set(seqs(found)).size).toBe(count)
  })

  it('finds what lies between two times', () => {
    const rows = q({ limit: 1000 }).rows
    const [newest, oldest] = [rows[200], rows[700]] as [ActivityRow, ActivityRow]
    const between = q({ since: oldest.at, until: newest.at }).rows
    expect(seqs(between)).toEqual(seqs(rows.slice(200, 701)))
  })

  it('shows an old entry with its proof and those that belong to it', () => {
    const { rows } = q({ text: '*note-100.md*' })
    const seq = rows[0]?.seq ?? 0
    const found = log.entry(seq)
    expect(found?.entry).toMatchObject({ seq, callId: 'call_100' })
    expect(found?.entry.prev).toBe(log.entry(seq - 1)?.entry.hash)
    expect(found?.related.map(({ kind }) => kind)).toContain('outcome')
    // The same grant was used by other calls.
    expect(found?.related.filter(({ kind }) => kind === 'intent').length).toBeGreaterThan(10)
    expect(log.entry(10_000_000)).toBeNull()
  })

  it('draws a timeline of any width, from minutes or from entries', () => {
    const { rows } = q({ limit: 1000 })
    const oldest = log.query(ActivityQuery.parse({ before: 3 })).rows.at(-1)
    const [since, until] = [oldest?.at ?? 0, rows[0]?.at ?? 0]
    const sum = (lanes: ReturnType<typeof log.timeline>, slot: 'allow' | 'ask' | 'deny') =>
      lanes.reduce((total, { points }) => total + points.reduce((n, point) => n + point[slot], 0), 0)
    for (const buckets of [10, 2_000]) {
      const lanes = log.timeline({ since, until, buckets })
      expect(lanes.map(({ name }) => name)).toEqual(['', 'Postmaster', 'Tidy'])
      expect(sum(lanes, 'deny')).toBe(CALLS / 10)
      expect(sum(lanes, 'ask')).toBe(CALLS / 50)
      expect(sum(lanes, 'allow')).toBe(CALLS + 1 - CALLS / 10 - CALLS / 50)
      expect(lanes.every(({ points }) => points.every(({ bucket }) => bucket >= 0 && bucket < buckets))).toBe(
        true,
      )
    }
    const [newest, older] = [rows[20]?.at ?? 0, rows[40]?.at ?? 0]
    expect(sum(log.timeline({ since: older, until: newest, buckets: 50 }), 'allow')).toBe(
      q({ since: older, until: newest }).rows.filter(({ decision, asked }) => decision === 'allow' && !asked)
        .length,
    )
  })

  it('goes on where it was after a new start', async () => {
    const before = q({ text: 'vanished' }).rows
    await log.close()
    log = open()
    expect(q({ text: 'vanished' }).rows).toEqual(before)
    expect(q().total).toBe(CALLS + 3)
    expect((await log.verify()).ok).toBe(true)
  })

  it('makes its index anew when that was lost', async () => {
    const before = q({ text: 'vanished' }).rows
    await log.close()
    for (const end of ['', '-wal', '-shm'])
      rmSync(path.join(folder, `activity-index.db${end}`), { force: true })
    log = open()
    expect(seqs(q({ text: 'vanished' }).rows)).toEqual(seqs(before))
    await log.catchUp()
    expect(q({ text: 'vanished' }).rows).toEqual(before)
  })
})

/** Exports as pages and the command line ask for them: of what a search would find, and of a record that was tampered with. */
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkOcsf } from '../activity/export/check-ocsf.ts'
import { logFiles } from '../activity/log-files.ts'
import { type OpenActivityLog, openActivityLog } from '../activity/open-activity-log.ts'
import { fill, readIntent, testClock, testFolder, testSigner } from '../activity/test-log.ts'
import { serveActivity } from './serve-activity.ts'

const signer = testSigner()
let at: ReturnType<typeof testFolder>
let log: OpenActivityLog
const open = () =>
  openActivityLog({ file: at.file, clock: testClock(), seal: signer, limits: { indexAt: 64, keepHot: 60 } })
beforeEach(() => {
  at = testFolder()
  log = open()
})
afterEach(async () => {
  await log.close()
  at.remove()
})

type Wanted = { format: 'jsonl' | 'csv' | 'ocsf'; text?: string; kinds?: ['intent']; runId?: string }
async function exported(wanted: Wanted) {
  const api = serveActivity({ log })
  const page = await api['activity.export']({ text: '', ...wanted, after: 0, limit: 1_000 }, {} as never)
  return { ...page, lines: page.text.trimEnd().split(/\r?\n/) }
}

describe('an export', () => {
  it('holds what a search with its words and filters finds, each effect with its outcome', async () => {
    fill(log, 100)
    log.append(readIntent(900, { run: { id: 'run_2', title: 'Another' } }))
    await log.catchUp()
    const { lines, fault } = await exported({ format: 'jsonl', text: '"note 17"' })
    expect(fault).toBeUndefined()
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['intent', 'outcome'])
    const csv = await exported({ format: 'csv', text: '*ote-17.*', kinds: ['intent'] })
    expect(csv.lines).toHaveLength(2)
    expect(csv.lines[1]).toContain('note-17.md')
    expect((await exported({ format: 'ocsf', runId: 'run_2' })).lines).toHaveLength(1)
    expect((await exported({ format: 'jsonl', text: 'nowhere' })).text).toBe('')
  })
})

describe('an export of some time', () => {
  it('holds what lies in it, also where a clock was set back, and does not go through the rest', async () => {
    await log.close()
    const clock = testClock(1_750_000_000_000, 9_000)
    log = openActivityLog({ file: at.file, clock, seal: signer, limits: { indexAt: 64, keepHot: 60 } })
    fill(log, 2_500)
    clock.forward(-3_600_000)
    fill(log, 2_500)
    await log.catchUp()
    fill(log, 20)
    const all = log.entriesAfter(0, 20_000)
    const [from, to] = [all[0]?.at ?? 0, all.at(-1)?.at ?? 0]
    const api = serveActivity({ log })
    for (const [a, b] of [
      [0, 0.01],
      [0.3, 0.31],
      [0.47, 0.53],
      [0.99, 1],
      [2, 3],
    ] as const) {
      const [since, until] = [a, b].map((share) => Math.round(from + share * (to - from)))
      const found: number[] = []
      let pages = 0
      for (let after: number | null = 0; after !== null; pages++) {
        const wanted = { format: 'jsonl' as const, text: '', since, until, after, limit: 500 }
        const page = await api['activity.export'](wanted, {} as never)
        const lines = page.text.split('\n').filter((line) => line !== '')
        found.push(...lines.map((line) => (JSON.parse(line) as { seq: number }).seq))
        after = page.next
      }
      const inTime = all.filter((entry) => entry.at >= (since ?? 0) && entry.at <= (until ?? 0))
      expect(found).toEqual(inTime.map(({ seq }) => seq))
      expect(pages).toBeLessThan(17)
    }
  })
})

describe('an export of a record that does not verify', () => {
  /** One packed block can't be unpacked, one entry in rows says something else. */
  beforeEach(async () => {
    fill(log, 200)
    await log.catchUp()
    await log.close()
    const archive = new DatabaseSync(logFiles(at.file).archive)
    archive.exec("UPDATE block SET data = x'00' WHERE last = (SELECT min(last) FROM block)")
    archive.close()
    const hot = new DatabaseSync(at.file)
    hot.exec(`UPDATE entry SET text = replace(text, 'note-19', 'goat-19')`)
    hot.close()
    log = open()
  })

  it.each([
    'jsonl',
    'csv',
    'ocsf',
  ] as const)('says so first, and holds all that can be read: %s', async (format) => {
    const { lines, fault } = await exported({ format })
    expect(fault).toMatch(/^Entry 1: /)
    const first = lines[format === 'csv' ? 1 : 0] ?? ''
    expect(first).toContain('This record does not verify')
    expect(lines.join('\n')).toContain('goat-199.md')
    expect(lines.length).toBeGreaterThan(150)
    if (format === 'jsonl') {
      expect(JSON.parse(first)).toMatchObject({ verified: { ok: false, firstBad: { seq: 1 } } })
      expect(JSON.parse(lines[1] ?? '')).toEqual({ notice: 'Entry 1 can’t be read.', seq: 1 })
    }
    if (format === 'ocsf')
      for (const line of lines.slice(0, 3)) expect(checkOcsf(JSON.parse(line))).toEqual([])
  })

  it('is on record', async () => {
    await exported({ format: 'jsonl' })
    expect(log.entriesAfter(log.head().seq - 1, 1)[0]?.subject).toBe('The log is not as it was written')
  })
})

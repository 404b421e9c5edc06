import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogUnavailable } from '../../contract/activity.ts'
import { openHotStore } from './hot-store.ts'
import { createLogWriter, type LogWriter } from './log-writer.ts'
import { readIntent, testClock, testFolder } from './test-log.ts'
import { verifyFile } from './verify-log.ts'

let at: ReturnType<typeof testFolder>
let writer: LogWriter
let commits: number
let diskRefuses: boolean
beforeEach(() => {
  at = testFolder()
  commits = 0
  diskRefuses = false
  const hot = openHotStore(at.file)
  const { append } = hot
  hot.append = (entries) => {
    if (diskRefuses) throw Object.assign(new Error('full'), { errcode: 13 })
    append(entries)
    commits++
  }
  writer = createLogWriter({ hot, file: at.file, clock: testClock() })
})
afterEach(() => {
  writer.close()
  at.remove()
})
/** What another process would find: only what is committed. */
function onDisk(): number {
  const db = new DatabaseSync(at.file, { readOnly: true })
  const { n } = db.prepare('SELECT count(*) AS n FROM entry').get() as { n: number }
  db.close()
  return n
}
const outcomeOf = (ref: number) => ({ kind: 'outcome', subject: 'Read it', ref, ok: true }) as const

describe('entries that are staged', () => {
  it('share one commit with all who ask for one in the same turn', async () => {
    await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        await Promise.resolve()
        writer.stage(readIntent(n))
        await writer.commit()
        expect(onDisk()).toBe(30)
      }),
    )
    expect(commits).toBe(1)
  })

  it('are written by themselves when nobody asks', async () => {
    writer.stage(readIntent(1))
    expect(onDisk()).toBe(0)
    for (let tries = 0; onDisk() === 0 && tries < 200; tries++) await sleep(10)
    expect(onDisk()).toBe(1)
  })

  it('keep their order with what is appended, and with a close', async () => {
    const { seq } = writer.stage(readIntent(1))
    expect(writer.append(readIntent(2)).seq).toBe(seq + 1)
    expect(onDisk()).toBe(2)
    writer.stage(outcomeOf(seq))
    writer.close()
    expect(onDisk()).toBe(3)
    expect(await verifyFile(at.file, { threads: 0 })).toMatchObject({ firstBad: null, entries: 3 })
  })

  it('have their chain value when somebody asks for the head', () => {
    const before = writer.head()
    writer.stage(readIntent(1))
    writer.stage(readIntent(2))
    expect(writer.lastSeq()).toBe(before.seq + 2)
    expect(onDisk()).toBe(0)
    const after = writer.head()
    expect(after).toMatchObject({ seq: before.seq + 2, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    writer.close()
    const db = new DatabaseSync(at.file, { readOnly: true })
    const row = db.prepare('SELECT seq, lower(hex(hash)) AS hash FROM entry ORDER BY seq DESC').get()
    db.close()
    expect({ ...row }).toEqual(after)
  })

  it('stand in their places without details when these can’t be written as JSON', async () => {
    writer.stage(readIntent(1))
    writer.stage({ ...readIntent(2), details: { size: 1n as never } })
    writer.stage(readIntent(3))
    await writer.commit()
    writer.close()
    expect(onDisk()).toBe(3)
    expect(await verifyFile(at.file, { threads: 0 })).toMatchObject({ firstBad: null, entries: 3 })
  })

  it('begin nothing while the disk refuses; what ends is kept, and the chain holds', async () => {
    const began = writer.stage(readIntent(1))
    await writer.commit()
    diskRefuses = true
    const late = writer.stage(readIntent(2))
    await expect(writer.commit()).rejects.toThrow(LogUnavailable)
    expect(() => writer.stage(readIntent(3))).toThrow(/disk is full/)
    expect(() => writer.append(readIntent(4))).toThrow(LogUnavailable)
    await expect(writer.sync()).rejects.toThrow(LogUnavailable)
    writer.stage(outcomeOf(began.seq))
    writer.stage(outcomeOf(late.seq))
    expect(writer.flush()).toBe(false)
    diskRefuses = false
    writer.stage(readIntent(5))
    await writer.commit()
    // Two intents, two ends, the word about the time between, and the new intent.
    expect(onDisk()).toBe(6)
    expect(await verifyFile(at.file, { threads: 0 })).toMatchObject({ firstBad: null, entries: 6 })
  })
})

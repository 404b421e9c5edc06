/** Retention, redaction, seals and off times: what goes, what stays provable. */
import { readdirSync, readFileSync, rmSync as rmFile, writeFileSync as writeFile } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Witnessed, WitnessPlace } from './head-witness.ts'
import { type ActivityLogOptions, type OpenActivityLog, openActivityLog } from './open-activity-log.ts'
import { fill, query, readIntent, testClock, testFolder, testSigner } from './test-log.ts'
import { verifyFile } from './verify-log.ts'

const DAY = 86_400_000
let at: ReturnType<typeof testFolder>
let clock: ReturnType<typeof testClock>
let signer: ReturnType<typeof testSigner>
let log: OpenActivityLog
let closed: boolean
const open = (more: Partial<ActivityLogOptions> = {}) => {
  closed = false
  log = openActivityLog({
    ...{ file: at.file, clock, seal: signer, ...more },
    limits: { indexAt: 200, keepHot: 64, ...more.limits },
    onFault: (fault) => {
      throw fault
    },
  })
  return log
}
const close = async () => {
  closed = true
  await log.close()
}
beforeEach(() => {
  at = testFolder()
  clock = testClock()
  signer = testSigner()
})
afterEach(async () => {
  if (!closed) await log.close()
  at.remove()
})
const verified = () => verifyFile(at.file, { publicKeys: [signer.publicKey], threads: 0 })

describe('retention', () => {
  it('leaves what is still in rows, as after a broker that was killed before they left', async () => {
    open()
    fill(log, 200)
    const rows = new DatabaseSync(at.file)
    const kept = rows.prepare('SELECT * FROM entry WHERE seq > 200').all()
    await log.catchUp()
    await close()
    const again = rows.prepare('INSERT OR IGNORE INTO entry (seq, ref, hash, text) VALUES (?, ?, ?, ?)')
    for (const { seq, ref, hash, text } of kept) again.run(...([seq, ref, hash, text] as number[]))
    rows.close()
    clock.forward(40 * DAY)
    open({ limits: { keepHot: 1_000 }, openForMs: () => 2 * DAY })
    const removed = await log.removeOld({ days: 30, megabytes: 1_000 })
    expect(removed.upTo).toBeGreaterThan(100)
    expect(removed.upTo).toBeLessThanOrEqual(200)
    expect(await log.verify()).toMatchObject({ ok: true, firstBad: null })
  })

  it('removes by age whole blocks, tells of it, and what is left is proved', async () => {
    open()
    fill(log, 200)
    clock.forward(40 * DAY)
    fill(log, 200, 200)
    await log.catchUp()
    const removed = await log.removeOld({ days: 30, megabytes: 1_000 })
    expect(removed.entries).toBeGreaterThan(300)
    expect(log.query(query({ text: '*note-20.*' })).rows).toEqual([])
    expect(log.query(query({ text: '*note-250.*' })).rows).toHaveLength(1)
    const rows = log.query(query({ limit: 1000 }))
    expect(rows.rows).toHaveLength(rows.total)
    expect(rows.rows.at(-1)?.seq).toBeGreaterThan(removed.upTo ?? 0)
    expect(rows.rows[0]?.subject).toMatch(/^Removed \d+ entries older than 30 days/)
    expect(await log.verify()).toMatchObject({ ok: true, firstBad: null })
    await close()
    expect(await verified()).toMatchObject({ ok: true, entries: expect.any(Number) })
    open()
    fill(log, 300, 1_000)
    await log.catchUp()
    expect(await log.verify()).toMatchObject({ ok: true })
  })

  it('leaves nothing behind of what it removed', async () => {
    open()
    fill(log, 300)
    clock.forward(40 * DAY)
    fill(log, 300, 300)
    await log.catchUp()
    await log.removeOld({ days: 30, megabytes: 1_000 })
    await close()
    expect(/note-17\.md/.exec(bytesOf(at.folder))).toBeNull()
  })

  it('removes by size, and twice', async () => {
    open()
    for (let round = 0; round < 4; round++) {
      fill(log, 600, round * 600)
      await log.catchUp()
    }
    const first = await log.removeOld({ days: 365, megabytes: 0.12 })
    expect(first.entries).toBeGreaterThan(0)
    const second = await log.removeOld({ days: 365, megabytes: 0.05 })
    expect(second.upTo).toBeGreaterThan(first.upTo ?? 0)
    expect(await log.verify()).toMatchObject({ ok: true })
  })

  it('does nothing when nothing is old', async () => {
    open()
    fill(log, 300)
    await log.catchUp()
    const head = log.head()
    expect(await log.removeOld({ days: 30, megabytes: 1_000 })).toEqual({ entries: 0, upTo: null })
    expect(log.head()).toEqual(head)
  })

  it('does not believe a clock that leapt ahead, for a day; by size it goes on', async () => {
    open()
    fill(log, 2_400)
    await log.catchUp()
    await close()
    clock.forward(4_000 * DAY)
    let openFor = 20_000
    open({ openForMs: () => openFor })
    expect(await log.removeOld({ days: 30, megabytes: 1_000 })).toEqual({ entries: 0, upTo: null })
    expect((await log.removeOld({ days: 30, megabytes: 0.12 })).entries).toBeGreaterThan(0)
    openFor = DAY
    expect((await log.removeOld({ days: 30, megabytes: 1_000 })).entries).toBeGreaterThan(0)
    expect(await log.verify()).toMatchObject({ ok: true })
  })

  it('still doubts the clock when it was closed and opened again with it', async () => {
    open()
    fill(log, 300)
    await log.catchUp()
    await close()
    clock.forward(4_000 * DAY)
    for (let start = 0; start < 3; start++) {
      open({ openForMs: () => 20_000 })
      expect(await log.removeOld({ days: 30, megabytes: 1_000 })).toEqual({ entries: 0, upTo: null })
      await close()
      clock.forward(60_000)
    }
    clock.forward(DAY)
    open({ openForMs: () => 20_000 })
    expect((await log.removeOld({ days: 30, megabytes: 1_000 })).entries).toBeGreaterThan(0)
  })

  it('does not doubt a clock that was once ahead and was set right', async () => {
    open()
    fill(log, 300)
    await log.catchUp()
    await close()
    clock.forward(4_000 * DAY)
    open()
    await close()
    clock.forward(-3_990 * DAY)
    open({ openForMs: () => 20_000 })
    expect((await log.removeOld({ days: 9, megabytes: 1_000 })).entries).toBeGreaterThan(0)
  })

  it('is no way for others: a log whose beginning was removed without telling is broken', async () => {
    open()
    fill(log, 300)
    await log.catchUp()
    await close()
    const archive = new DatabaseSync(at.file.replace('.db', '-archive.db'))
    archive.exec('DELETE FROM block WHERE last = (SELECT min(last) FROM block)')
    archive.close()
    expect((await verified()).firstBad).toMatchObject({ seq: 1, what: 'missing' })
  })
})

describe('redaction', () => {
  it('takes the words out everywhere and keeps the chain, when, who and how it was decided', async () => {
    open()
    fill(log, 300)
    const { seq } = log.append(readIntent(77_777, { subject: 'Read ~/Documents/Dear-Zarathustra.md' }))
    fill(log, 5, 400)
    const found = log.query(query({ text: 'zarathustra' })).rows.map((row) => row.seq)
    expect(found).toEqual([seq])
    expect(await log.redact([seq], 'you, in the app')).toBe(1)
    await close()
    expect(await verified()).toMatchObject({ ok: true })
    open()
    expect(log.query(query({ text: 'zarathustra' })).rows).toEqual([])
    const entry = log.entry(seq)?.entry
    expect(entry).toMatchObject({
      subject: 'Redacted',
      capability: 'fs.read',
      decision: 'allow',
      because: [],
    })
    expect(await log.redact([seq], 'you')).toBe(0)
    await close()
    expect(/zarathustra|note-77777/i.exec(bytesOf(at.folder))).toBeNull()
  })

  it('does so with packed entries, and in the index', async () => {
    open()
    const { seq } = log.append(readIntent(77_777, { subject: 'Read ~/Documents/Dear-Zarathustra.md' }))
    fill(log, 400)
    await log.catchUp()
    await log.catchUp()
    expect(log.query(query({ text: '*arathus*' })).rows).toHaveLength(1)
    expect(await log.redact([seq, seq + 1, seq + 2, 1, 99_999], 'you')).toBe(3)
    expect(log.query(query({ text: '*arathus*' })).rows).toEqual([])
    expect(log.query(query({ text: 'zarathustra' })).rows).toEqual([])
    expect(log.query(query({ capability: 'fs.read', limit: 1000 })).rows).toHaveLength(401)
    expect(/zarathustra/i.exec(bytesOf(at.folder))).toBeNull()
    expect(await log.verify()).toMatchObject({ ok: true })
    await close()
    expect(/zarathustra/i.exec(bytesOf(at.folder))).toBeNull()
  })

  it('can be told from an entry that someone else took out', async () => {
    open()
    fill(log, 20)
    await close()
    const db = new DatabaseSync(at.file)
    db.exec(
      `UPDATE entry SET text = '!' || lower(hex(hash)) || '{"at":1,"kind":"intent","seq":8,"subject":"Redacted"}' WHERE seq = 8`,
    )
    db.close()
    expect((await verified()).firstBad).toMatchObject({
      seq: 8,
      what: 'changed',
      text: expect.stringContaining('taken out'),
    })
  })
})

describe('seals', () => {
  it('reach to the end of a log that was closed', async () => {
    open()
    fill(log, 10)
    const head = log.head()
    await close()
    expect(await verified()).toMatchObject({ ok: true, sealedTo: head.seq + 1, head: { seq: head.seq + 1 } })
  })

  it('are asked for where there is a key, and only there', async () => {
    open({ seal: undefined })
    fill(log, 3)
    expect(await log.verify()).toMatchObject({ ok: true, sealedTo: null })
    await close()
    expect((await verified()).firstBad?.what).toBe('unsealed')
    expect(await verifyFile(at.file, { threads: 0 })).toMatchObject({ ok: true, sealedTo: null })
  })

  it('say so when the keychain does not sign, and go on when it does', async () => {
    let works = true
    const faults: unknown[] = []
    log = openActivityLog({
      file: at.file,
      clock,
      onFault: (fault) => faults.push(fault),
      seal: {
        publicKey: signer.publicKey,
        sign: (bytes) => (works ? signer.sign(bytes) : Promise.reject(new Error('locked'))),
      },
    })
    closed = false
    fill(log, 3)
    await log.sealNow('beat')
    expect(log.sealState().signed).toBe(true)
    works = false
    fill(log, 3, 10)
    await log.sealNow('beat')
    expect(log.sealState().signed).toBe(false)
    expect(faults).toEqual([new Error('locked')])
    works = true
    fill(log, 3, 20)
    expect(await log.verify()).toMatchObject({ ok: true, sealedTo: log.head().seq })
  })

  it('leave no unsigned mark of a process that was killed before its keychain answered', async () => {
    open()
    fill(log, 3)
    const sealed = log.head().seq + 1
    await close()
    open({ seal: undefined, publicKeys: [signer.publicKey] })
    fill(log, 3, 10)
    await log.sealNow('beat')
    const killed = copyOf(at.folder)
    await close()
    killed.putBack()
    expect(await verified()).toMatchObject({ ok: true, sealedTo: sealed })
  })

  it('wait a moment at the end for a key that is on its way', async () => {
    open()
    await close()
    open({ seal: undefined, publicKeys: [signer.publicKey] })
    fill(log, 3)
    const closing = close()
    log.sealWith(signer)
    await closing
    expect(await verified()).toMatchObject({ ok: true, sealedTo: log.head().seq })
  })

  it('are made on a beat by themselves', async () => {
    open({ limits: { beatMs: 15 } })
    fill(log, 3)
    for (let n = 0; n < 50 && log.sealState().seq !== log.head().seq; n++) await sleep(10)
    expect(log.sealState()).toMatchObject({ signed: true, seq: log.head().seq })
  })

  it('are thinned out when they are old, and still prove', async () => {
    open()
    for (let n = 0; n < 400; n++) {
      fill(log, 1, n)
      clock.forward(60_000)
      await log.sealNow('beat')
    }
    await close()
    const db = new DatabaseSync(at.file)
    expect(Number(db.prepare('SELECT count(*) AS n FROM seal').get()?.n)).toBeLessThan(150)
    db.close()
    expect(await verified()).toMatchObject({ ok: true })
  })
})

describe('a log that was set back', () => {
  it('shows by the head that was kept elsewhere, at the next start and when verified', async () => {
    let kept: Witnessed | null = null
    const witness: WitnessPlace[] = [
      {
        beside: true,
        read: () => kept,
        write(known) {
          kept = known
        },
      },
    ]
    open({ witness })
    fill(log, 10)
    await close()
    const old = copyOf(at.folder)
    open({ witness })
    fill(log, 10, 20)
    await close()
    old.putBack()
    open({ witness })
    expect(log.query(query({ kinds: ['alert'] })).rows[0]?.subject).toContain('set back')
    expect((await log.verify()).firstBad?.what).toBe('rolled-back')
    // Also when it has grown past the head that it lost, and after another start; until a person accepts it.
    fill(log, 20, 40)
    expect((await log.verify()).firstBad?.what).toBe('rolled-back')
    await close()
    open({ witness })
    expect((await log.verify()).firstBad?.what).toBe('rolled-back')
    await log.accept('you, in a test')
    expect(await log.verify()).toMatchObject({ ok: true })
    await close()
    open({ witness })
    expect(await log.verify()).toMatchObject({ ok: true })
  })
})

describe('off times', () => {
  it('tell closed, lost and asleep from a quiet time', async () => {
    const start = clock.now()
    open()
    fill(log, 1)
    await log.sealNow('beat')
    for (let n = 0; n < 30; n++) {
      clock.forward(60_000)
      await log.sealNow('beat')
    }
    expect(log.offTimes(start, clock.now())).toEqual([])
    clock.forward(600_000)
    await log.sealNow('beat')
    expect(log.offTimes(start, clock.now()).map(({ why }) => why)).toEqual(['asleep'])
    await close()
    clock.forward(600_000)
    open()
    await log.sealNow('beat')
    expect(log.offTimes(start, clock.now()).map(({ why }) => why)).toEqual(['asleep', 'closed'])
  })
})

const bytesOf = (folder: string) =>
  readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), 'latin1'))
    .join('\n')

function copyOf(folder: string) {
  const files = readdirSync(folder).map(
    (name) => [path.join(folder, name), readFileSync(path.join(folder, name))] as const,
  )
  return {
    putBack() {
      for (const name of readdirSync(folder)) rmFile(path.join(folder, name))
      for (const [file, bytes] of files) writeFile(file, bytes)
    },
  }
}

/** The keeper's orders, one after the other, and rows that leave the newest file when they are packed. */
import { statSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NewEntry } from '../../contract/activity.ts'
import { BLOCK_ENTRIES } from './archive.ts'
import { createFollowUp, FOLLOW_UP, type FollowUp } from './follow-up.ts'
import { type HotStore, openHotStore } from './hot-store.ts'
import type { Keeper } from './keeper.ts'
import type { KeeperOrder } from './keeper-messages.ts'
import { logFiles } from './log-files.ts'
import { createLogWriter, type LogWriter } from './log-writer.ts'
import { type OpenActivityLog, openActivityLog } from './open-activity-log.ts'
import { fill, testClock, testFolder } from './test-log.ts'

type CatchUp = Extract<KeeperOrder, { do: 'catch-up' }>

describe('orders to the keeper', () => {
  const at = testFolder()
  const limits = { ...FOLLOW_UP, indexAt: 100, indexAtMost: 200, keepHot: 50, pauseMs: 10_000 }
  const entry: NewEntry = { kind: 'app', subject: 'Something' }
  const given: { order: CatchUp; head: number; finish(): Promise<void> }[] = []
  let hot: HotStore
  let writer: LogWriter
  let followUp: FollowUp

  beforeAll(() => {
    hot = openHotStore(at.file)
    const clock = testClock()
    writer = createLogWriter({ hot, file: at.file, clock })
    const keeper: Keeper = {
      order(work) {
        const order = { ...work, id: given.length } as CatchUp
        return new Promise((resolve) => {
          given.push({
            order,
            head: writer.head().seq,
            async finish() {
              const { id } = order
              const packed = order.packTo - (order.packTo % BLOCK_ENTRIES)
              if (packed > 0) followUp.report({ id, done: 'packed', to: packed })
              followUp.report({ id, done: 'indexed', to: order.indexTo })
              resolve()
              await turn()
            },
          })
        })
      },
      end: async () => {},
    }
    followUp = createFollowUp({
      ...{ keeper: () => keeper, hot, writer, clock, limits, indexedTo: 0, packedTo: 0 },
      oldestOpen: () => Number.POSITIVE_INFINITY,
      onFault: (error) => expect.fail(String(error)),
    })
  })
  afterAll(() => {
    followUp.end()
    writer.close()
    hot.close()
    at.remove()
  })
  const write = (count: number) => {
    for (let n = 0; n < count; n++) writer.append(entry)
  }
  const rows = () => Number(hot.db.prepare('SELECT count(*) AS n FROM entry').get()?.n)

  it('have an end, and the next one packs what came meanwhile, though entries never pause', async () => {
    write(200)
    expect(given.map(({ order }) => order)).toEqual([{ id: 0, do: 'catch-up', packTo: 150, indexTo: 200 }])
    for (let n = 0; n < 10; n++) {
      write(500)
      const before = given.length
      await given.at(-1)?.finish()
      expect(given).toHaveLength(before + 1)
      const { order, head } = given.at(-1) as (typeof given)[number]
      expect(order).toMatchObject({ packTo: head - 50, indexTo: head })
    }
  })

  it('are bounded, so that what was written before is packed and checkpointed soon', async () => {
    write(50_000)
    await given.at(-1)?.finish()
    const { order, head } = given.at(-1) as (typeof given)[number]
    expect(order.indexTo).toBeLessThan(head - 25_000)
    expect(order.packTo).toBe(head - 50)
  })

  it('leave packed rows where they are while entries pour in, until very many wait', async () => {
    const packedRows = () =>
      Number(hot.db.prepare('SELECT count(*) AS n FROM entry WHERE seq <= ?').get(packed)?.n)
    const packed = (given.at(-1) as (typeof given)[number]).order.packTo - BLOCK_ENTRIES
    await given.at(-1)?.finish()
    for (let n = 0; n < 1_000 && packedRows() > 20_000; n++) await turn()
    for (let n = 0; n < 10; n++) await turn()
    expect(packedRows()).toBeGreaterThan(10_000)
    expect(packedRows()).toBeLessThan(20_000)
  })

  it('go on until all is done that was there when somebody asked, an older order first', async () => {
    write(1_000)
    let done = false
    const head = writer.head().seq
    const caught = followUp.catchUp().then(() => {
      done = true
    })
    for (let n = 0; n < 20 && given.at(-1)?.order.indexTo !== head; n++) await given.at(-1)?.finish()
    expect(done).toBe(false)
    await given.at(-1)?.finish()
    await caught
    expect(rows()).toBeLessThan(50 + BLOCK_ENTRIES)
  })
})

describe('a log after a burst', () => {
  const at = testFolder()
  const faults: unknown[] = []
  let log: OpenActivityLog
  afterAll(() => at.remove())

  it('keeps the newest in rows and the rest packed, and stays small', async () => {
    const limits = { indexAt: 200, indexAtMost: 1_000, keepHot: 256 }
    log = openActivityLog({
      ...{ file: at.file, clock: testClock(), limits },
      onFault: (fault) => faults.push(fault),
    })
    for (let n = 0; n < 10_000; n += 50) {
      fill(log, 50, n)
      await turn()
    }
    await log.catchUp()
    const files = Object.values(logFiles(at.file))
    const hot = openHotStore(at.file)
    expect(Number(hot.db.prepare('SELECT count(*) AS n FROM entry').get()?.n)).toBeLessThan(
      256 + BLOCK_ENTRIES,
    )
    hot.close()
    await log.close()
    expect(faults).toEqual([])
    expect(files.reduce((sum, file) => sum + statSync(file).size, 0) / 20_000).toBeLessThan(300)
  })
})

// A thread that has nothing to do is ended; whoever needs one at that very moment gets the next.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { createKeeper } from './keeper.ts'
import { logFiles } from './log-files.ts'
import { openActivityLog } from './open-activity-log.ts'
import { fill, testClock, testFolder } from './test-log.ts'

const at = testFolder()
afterAll(() => at.remove())

it('does what is ordered while its thread is being ended for want of work', async () => {
  const log = openActivityLog({ file: at.file, clock: testClock() })
  fill(log, 20)
  await log.close()
  const keeper = createKeeper({ files: logFiles(at.file), onReport: () => {}, idleMs: 0 })
  const work = { do: 'catch-up', packTo: 0, indexTo: 20 } as const
  for (let n = 0; n < 12; n++) {
    await expect(keeper.order(work)).resolves.toBeUndefined()
    await sleep(n % 4)
    const both = [keeper.order(work), keeper.order(work)]
    await expect(Promise.all(both)).resolves.toHaveLength(2)
  }
  await keeper.end(10_000)
  await expect(keeper.order(work)).resolves.toBeUndefined()
  await keeper.end(10_000)
})

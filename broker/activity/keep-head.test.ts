import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failed, ok } from '../../contract/outcome.ts'
import { HEAD_ACCOUNT } from './head-witness.ts'
import { keepHeadInKeychain } from './keep-head.ts'
import { type OpenActivityLog, openActivityLog } from './open-activity-log.ts'
import { fill, query, testClock, testFolder } from './test-log.ts'

let at: ReturnType<typeof testFolder>
let clock: ReturnType<typeof testClock>
let log: OpenActivityLog
let kept: Map<string, string>
const keychain = {
  get: async (account: string) => ok(kept.get(account) ?? null),
  async set(account: string, value: string) {
    kept.set(account, value)
    return ok(true as const)
  },
}
const parts = () => ({
  log,
  keychain,
  clock,
  onFault(error: unknown) {
    throw error
  },
})
beforeEach(() => {
  at = testFolder()
  clock = testClock()
  kept = new Map()
  log = openActivityLog({ file: at.file, clock, limits: { indexAt: 1e9 } })
})
afterEach(async () => {
  await log.close()
  at.remove()
})

describe('the head in the keychain', () => {
  it('is kept at the end of the first run, and of one that lasted', async () => {
    const first = await keepHeadInKeychain(parts())
    fill(log, 3)
    await first.end()
    const known = JSON.parse(kept.get(HEAD_ACCOUNT) ?? '')
    expect(known).toMatchObject({ log: log.id(), head: log.head() })
    const short = await keepHeadInKeychain(parts())
    fill(log, 3, 10)
    await short.end()
    expect(JSON.parse(kept.get(HEAD_ACCOUNT) ?? '')).toEqual(known)
    const long = await keepHeadInKeychain(parts())
    clock.forward(61_000)
    await long.end()
    expect(JSON.parse(kept.get(HEAD_ACCOUNT) ?? '').head).toEqual(log.head())
  })

  it('shows a log that does not have it, as an alert and as a fault that stays', async () => {
    fill(log, 3)
    kept.set(
      HEAD_ACCOUNT,
      JSON.stringify({ log: log.id(), head: { seq: 99, hash: 'a'.repeat(64) }, lost: [] }),
    )
    await keepHeadInKeychain(parts())
    expect(log.query(query({ kinds: ['alert'] })).rows[0]?.subject).toContain('set back')
    expect((await log.verify()).firstBad?.what).toBe('rolled-back')
  })

  it('says nothing of another log, or when the keychain does not answer', async () => {
    kept.set(
      HEAD_ACCOUNT,
      JSON.stringify({ log: 'other', head: { seq: 99, hash: 'a'.repeat(64) }, lost: [] }),
    )
    await keepHeadInKeychain(parts())
    expect(await log.verify()).toMatchObject({ ok: true })
    const broken = await keepHeadInKeychain({
      ...parts(),
      keychain: { ...keychain, get: async () => failed('io', 'locked') },
    })
    await broken.end()
  })
})

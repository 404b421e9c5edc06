import { describe, expect, it } from 'vitest'
import { failed, type Outcome, ok } from '../../contract/outcome.ts'
import type { DocumentStore } from '../ports.ts'
import { openActivityLog } from './open-activity-log.ts'
import { type KeySlot, loadSealKey } from './seal-key.ts'
import { fill, testClock, testFolder } from './test-log.ts'

function world() {
  const documents = new Map<string, unknown>()
  const kept = new Map<string, string>()
  const store: DocumentStore = {
    get: (kind, id) => documents.get(`${kind}/${id}`),
    put: (kind, id, value) => void documents.set(`${kind}/${id}`, structuredClone(value)),
    delete: () => {},
    list: () => [],
  }
  const keychain: KeySlot = {
    get: async (account) => ok(kept.get(account) ?? null),
    async set(account, value) {
      kept.set(account, value)
      return ok(true)
    },
  }
  return { store, keychain, kept }
}
const broken = async (): Promise<Outcome<never>> => failed('io', 'locked')

describe('the key that seals the log', () => {
  it('is made once, kept in the keychain, and the same at the next start', async () => {
    const { store, keychain, kept } = world()
    const first = await loadSealKey(keychain, store)
    const second = await loadSealKey(keychain, store)
    expect(kept.size).toBe(1)
    expect(second?.publicKey).toEqual(first?.publicKey)
    expect(second?.formerKeys).toEqual([])
  })

  it('is none where the keychain can not be used', async () => {
    const { store, keychain } = world()
    expect(await loadSealKey({ ...keychain, get: broken }, store)).toBeNull()
    expect(await loadSealKey({ ...keychain, set: broken }, store)).toBeNull()
  })

  it('leaves what an earlier key sealed provable when the keychain was lost', async () => {
    const at = testFolder()
    const { store, keychain, kept } = world()
    const open = async () => {
      const log = openActivityLog({ file: at.file, clock: testClock() })
      // The keychain answers late: the log was open before.
      const key = await loadSealKey(keychain, store)
      if (key) log.sealWith(key)
      return log
    }
    const first = await open()
    fill(first, 5)
    await first.close()
    kept.clear()
    const second = await open()
    fill(second, 5, 10)
    expect(await second.verify()).toMatchObject({ ok: true, sealedTo: second.head().seq })
    await second.close()
    kept.set('activity-log-seal', 'nonsense')
    const third = await open()
    expect(await third.verify()).toMatchObject({ ok: true, sealedTo: third.head().seq })
    await third.close()
    at.remove()
  })
})

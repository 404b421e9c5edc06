import { describe, expect, it } from 'vitest'
import { Settings } from '../../contract/settings.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { LIMIT_ROWS, SETTING_GROUPS, WITHOUT_ROW } from './setting-list.ts'
import { createSettingsStore } from './settings-store.ts'

const rows = SETTING_GROUPS.flatMap(({ rows }) => rows)

describe('the settings page', () => {
  it('shows every setting there is, once', () => {
    const shown = [...rows.map(({ key }) => key), ...WITHOUT_ROW].sort()
    expect(shown).toEqual(Object.keys(Settings.shape).sort())
  })
  it('lets a number be no smaller and no larger than the broker takes', () => {
    for (const { key, control } of rows) {
      if (control.kind !== 'number') continue
      for (const value of [control.min, control.max])
        expect(Settings.partial().safeParse({ [key]: value }).success, `${key} ${value}`).toBe(true)
      for (const value of [control.min - 1, control.max + 1])
        expect(Settings.partial().safeParse({ [key]: value }).success, `${key} ${value}`).toBe(false)
    }
  })
  it('lets a limit of tools be no smaller and no larger than a manifest may state', () => {
    const takes = (toolLimits: object) => Settings.partial().safeParse({ toolLimits }).success
    for (const { name, min, max } of LIMIT_ROWS)
      expect(
        [min - 1, min, max, max + 1].map((value) => takes({ [name]: value })),
        name,
      ).toEqual([false, true, true, false])
  })
})

it('says at the setting why its change was not taken, and forgets that at the next try', async () => {
  let fail = true
  const settings = Settings.parse({})
  const bridge = {
    call: async () => {
      if (fail) throw { code: 'not-allowed', text: 'Locked by your organization.' }
      return { settings: { ...settings, keepDays: 30 }, locked: {}, fileLimits: {} }
    },
  } as unknown as PageBridge
  const store = createSettingsStore(bridge)
  await store.getState().change('keepDays', 30)
  expect(store.getState().faults.keepDays).toBe('Locked by your organization.')
  fail = false
  await store.getState().change('keepDays', 30)
  expect(store.getState()).toMatchObject({ faults: {}, settings: { keepDays: 30 } })
})

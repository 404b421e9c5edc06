import { describe, expect, it } from 'vitest'
import type { DoorLink } from '../contract/door-link.ts'
import { autostartEntry } from './launch-at-login.ts'
import { createReports } from './report.ts'

function makeReports(present: boolean) {
  const told: { what: string; text: string }[] = []
  const state = { present }
  const link = {
    call: async (_method: string, params: (typeof told)[number]) => {
      told.push(params)
      return { ok: true, value: {} }
    },
  } as unknown as DoorLink
  return { reports: createReports({ link: () => (state.present ? link : null) }), told, state }
}
const turn = () => new Promise((resolve) => setTimeout(resolve))

describe('what the shell saw', () => {
  it('is kept until the broker is back', async () => {
    const { reports, told, state } = makeReports(false)
    reports.report('page-crash', 'It crashed.')
    await turn()
    expect(told).toEqual([])
    state.present = true
    reports.flush()
    await turn()
    expect(told).toEqual([{ what: 'page-crash', text: 'It crashed.' }])
    reports.flush()
    await turn()
    expect(told).toHaveLength(1)
  })

  it('is a few lines for a flood of forged messages', async () => {
    const { reports, told } = makeReports(true)
    for (let i = 0; i < 10_000; i += 1) reports.report('forged-message', 'x'.repeat(5000))
    await turn()
    expect(told.length).toBeLessThanOrEqual(20)
    expect(told.every(({ text }) => text.length <= 1000)).toBe(true)
    expect(told.at(-1)?.text).toContain('more of these')
  })
})

describe('starting with the session', () => {
  it('names the program so that no part of its path is read as anything else', () => {
    expect(autostartEntry('/opt/Sally "port"/100%/$x`y')).toContain(
      'Exec="/opt/Sally \\"port\\"/100%%/\\$x\\`y" --hidden',
    )
  })
})

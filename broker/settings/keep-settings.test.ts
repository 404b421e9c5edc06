import { describe, expect, it } from 'vitest'
import { Settings } from '../../contract/settings.ts'
import type { Json } from '../../contract/words.ts'
import type { DocumentStore } from '../ports.ts'
import { createSettings, type PolicySettings } from './keep-settings.ts'

function memoryStore(): DocumentStore {
  const kept = new Map<string, unknown>()
  return {
    get: (kind, id) => kept.get(`${kind}/${id}`),
    put: (kind, id, value) => void kept.set(`${kind}/${id}`, structuredClone(value)),
    delete: (kind, id) => void kept.delete(`${kind}/${id}`),
    list: () => [],
  }
}
const free: PolicySettings = { managed: {}, personal: {}, locked: {} }
const open = (policies: PolicySettings = free, store = memoryStore()) =>
  createSettings({ store, policies: () => policies })

describe('settings', () => {
  it('keep what an earlier change set when another key changes', () => {
    const settings = open()
    settings.set({ theme: 'dark' })
    settings.set({ promptBudget: 3 })
    expect(settings.get()).toEqual({ ...Settings.parse({}), theme: 'dark', promptBudget: 3 })
  })
  it('survive a new start', () => {
    const store = memoryStore()
    open(free, store).set({ keepDays: 7 })
    expect(open(free, store).get().keepDays).toBe(7)
  })
  it('refuse a key that the organization locked, with its reason', () => {
    const settings = open({
      ...free,
      managed: { strictSandbox: true },
      locked: { strictSandbox: 'for all laptops' },
    })
    expect(settings.get().strictSandbox).toBe(true)
    expect(settings.set({ strictSandbox: false })).toMatchObject({
      kind: 'refused',
      person: expect.stringContaining('for all laptops'),
    })
    expect(settings.get().strictSandbox).toBe(true)
  })
  it('take the personal file only where the person set nothing in the app', () => {
    const settings = open({ ...free, personal: { theme: 'light', keepDays: 30 } })
    settings.set({ theme: 'dark' })
    expect(settings.get()).toMatchObject({ theme: 'dark', keepDays: 30 })
  })
  it('bound a tool’s call by the lowest of what person and files say', () => {
    const settings = open({
      ...free,
      personal: { toolLimits: { memoryMb: 64, cpuMs: 500 } },
      managed: { toolLimits: { memoryMb: 256, wallMs: 1_000 } },
    })
    expect(settings.get().toolLimits).toEqual({ memoryMb: 64, cpuMs: 500, wallMs: 1_000 })
    settings.set({ toolLimits: { cpuMs: 100, wallMs: 9_000 } })
    expect(settings.get().toolLimits).toEqual({ memoryMb: 64, cpuMs: 100, wallMs: 1_000 })
    // What a person sets is kept limit by limit, and what files leave is told apart from it.
    settings.set({ toolLimits: { cpuMs: 200 } })
    expect(settings.get().toolLimits).toEqual({ memoryMb: 64, cpuMs: 200, wallMs: 1_000 })
    expect(settings.view().fileLimits).toEqual({ memoryMb: 64, cpuMs: 500, wallMs: 1_000 })
    const odd = open({ ...free, managed: { toolLimits: { memoryMb: 0 } } })
    expect(odd.get().toolLimits).toEqual({})
  })
  it('leave out a managed value that does not fit, and keep the rest', () => {
    const managed: Record<string, Json> = { promptBudget: 'many', keepDays: 9 }
    expect(open({ ...free, managed }).get()).toMatchObject({ promptBudget: 20, keepDays: 9 })
  })
})

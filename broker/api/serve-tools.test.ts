import { expect, test } from 'vitest'
import type { ToolRules } from '../../contract/settings.ts'
import { serveTools } from './serve-tools.ts'

test('a rule for a tool is set, changed and taken back, each time on record; an unknown tool has none', async () => {
  let toolRules: ToolRules = { web: { 'net.request': 'ask' } }
  const entries: unknown[] = []
  const api = serveTools({
    catalog: { list: () => [], get: (name: string) => (name === 'files' ? {} : null) },
    canaries: { list: () => [] },
    settings: {
      get: () => ({ toolRules }),
      set(change: { toolRules: ToolRules }) {
        toolRules = change.toolRules
        return { kind: 'ok', value: {} }
      },
    },
    log: { append: (entry: unknown) => void entries.push(entry) },
  } as never)
  const by = { surface: 'page', name: 'the window' } as never
  const set = (capability: string, rule: string, name = 'files') =>
    api['tools.setRule']({ name, capability, rule } as never, by)

  await set('fs.write', 'deny')
  expect((await set('fs.delete', 'ask')).rules).toEqual({
    web: { 'net.request': 'ask' },
    files: { 'fs.write': 'deny', 'fs.delete': 'ask' },
  })
  await set('fs.write', 'rules')
  expect((await set('fs.delete', 'rules')).rules).toEqual({ web: { 'net.request': 'ask' } })
  expect(entries).toHaveLength(4)
  expect(entries[0]).toMatchObject({ kind: 'settings', subject: 'Set for the tool files: fs.write never' })
  await expect(set('fs.write', 'deny', 'none')).rejects.toThrow('no tool named')
  expect(entries).toHaveLength(4)
})

test('a frozen tool is thawed only while the screen is unlocked', async () => {
  let locked = true
  const thawed: string[] = []
  const api = serveTools({
    canaries: {
      thaw(name: string) {
        thawed.push(name)
        return { kind: 'ok', value: { tool: name } }
      },
    },
    session: { locked: () => locked },
  } as never)
  const by = { surface: 'cli', name: 'you, in a terminal' } as never
  await expect(api['tools.thaw']({ name: 'files' }, by)).rejects.toThrow('The screen is locked')
  expect(thawed).toEqual([])
  locked = false
  await api['tools.thaw']({ name: 'files' }, by)
  expect(thawed).toEqual(['files'])
})

test('a tool is paused at any time, and resumed only while the screen is unlocked', async () => {
  let locked = true
  const set: unknown[] = []
  const api = serveTools({
    catalog: { get: (name: string) => (name === 'files' ? {} : null) },
    toolPauses: { set: (...given: unknown[]) => void set.push(given), list: () => [] },
    session: { locked: () => locked },
  } as never)
  const by = { surface: 'cli', name: 'you, in a terminal' } as never
  await api['tools.pause']({ name: 'files', paused: true }, by)
  await expect(api['tools.pause']({ name: 'none', paused: true }, by)).rejects.toThrow('no tool named')
  await expect(api['tools.pause']({ name: 'files', paused: false }, by)).rejects.toThrow(
    'The screen is locked',
  )
  locked = false
  await api['tools.pause']({ name: 'files', paused: false }, by)
  expect(set).toEqual([
    ['files', true, 'you, in a terminal'],
    ['files', false, 'you, in a terminal'],
  ])
})

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDocumentStore } from './documents.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'documents-'))
  file = path.join(folder, 'data', 'state.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the document store', () => {
  it('gives back what was put, by kind and id', () => {
    const store = openDocumentStore({ file })
    store.put('agent', 'a1', { name: 'Tidy', tags: [1, null, 'é'] })
    store.put('agent', 'a2', 'two')
    store.put('grant', 'a1', { effect: 'allow' })
    expect(store.get('agent', 'a1')).toEqual({ name: 'Tidy', tags: [1, null, 'é'] })
    expect(store.list('agent')).toEqual([
      { id: 'a1', value: { name: 'Tidy', tags: [1, null, 'é'] } },
      { id: 'a2', value: 'two' },
    ])
    store.put('agent', 'a2', 'three')
    store.delete('agent', 'a1')
    expect(store.list('agent')).toEqual([{ id: 'a2', value: 'three' }])
    expect(store.get('agent', 'a1')).toBeUndefined()
    store.close()
  })

  it('keeps its documents over a new start, and its folder is for its owner alone', () => {
    const first = openDocumentStore({ file })
    first.put('settings', 'all', { theme: 'dark' })
    first.close()
    const second = openDocumentStore({ file })
    expect(second.get('settings', 'all')).toEqual({ theme: 'dark' })
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700)
    second.close()
  })

  it('refuses what is not JSON', () => {
    const store = openDocumentStore({ file })
    expect(() => store.put('agent', 'a1', undefined)).toThrow(/JSON value/)
    expect(() => store.put('agent', 'a1', 1n)).toThrow()
    store.close()
  })

  it('keeps what was put when the process is killed right after', () => {
    const program = `
      const { openDocumentStore } = await import(${JSON.stringify(path.resolve('broker/store/documents.ts'))})
      const store = openDocumentStore({ file: ${JSON.stringify(file)} })
      for (let i = 0; i < 50; i++) store.put('run', 'r' + i, { i })
      process.kill(process.pid, 'SIGKILL')`
    const child = spawnSync('node', ['--input-type=module', '-e', program], { timeout: 15_000 })
    expect(child.signal).toBe('SIGKILL')
    const store = openDocumentStore({ file })
    expect(store.list('run')).toHaveLength(50)
    store.close()
  })

  it.each([
    [
      'is no database',
      () => writeFileSync(file, 'this is not a database, and it is long enough to be read as one'.repeat(40)),
    ],
    [
      'was damaged inside',
      () => {
        const store = openDocumentStore({ file })
        for (let i = 0; i < 300; i++) store.put('run', `r${i}`, { text: 'x'.repeat(200) })
        store.close()
        const bytes = new Uint8Array(statSync(file).size - 4096).fill(7)
        writeFileSync(file, bytes, { flag: 'r+' })
      },
    ],
  ])('moves a file aside that %s, says so, and begins a fresh one', (_, damage) => {
    openDocumentStore({ file }).close()
    damage()
    const said: string[] = []
    const store = openDocumentStore({ file, say: (text) => said.push(text), clock: () => 0 })
    expect(said.join()).toMatch(/could not be read .* kept as state\.db\.broken-1970/)
    expect(store.movedAside).toContain('state.db.broken-1970-01-01')
    expect(readdirSync(path.dirname(file))).toContain(path.basename(store.movedAside ?? ''))
    expect(store.list('run')).toEqual([])
    store.put('run', 'r1', 1)
    expect(store.get('run', 'r1')).toBe(1)
    store.close()
  })
})

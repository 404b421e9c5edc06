// Every claim of THREAT-MODEL.md names the tests that show it; here each is looked for.
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.join(import.meta.dirname, '..')
const page = readFileSync(path.join(import.meta.dirname, 'THREAT-MODEL.md'), 'utf8')
const section = (title: string) => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
/** A claim begins in bold; its tests are the list below it. */
const claims = section('Claims')
  .split('\n\n')
  .filter((block) => block.startsWith('**'))
const testsOf = (claim: string) =>
  [...claim.matchAll(/^- `([^`]+)`: (.+)$/gm)].map(([, file = '', title = '']) => ({ file, title }))

describe('the threat model', () => {
  it('makes claims, each with a test that shows it', () => {
    expect(claims.length).toBeGreaterThan(10)
    for (const claim of claims) expect(testsOf(claim).length, claim.slice(0, 80)).toBeGreaterThan(0)
  })

  it('names tests that exist and are run', () => {
    for (const { file, title } of claims.flatMap(testsOf)) {
      expect(existsSync(path.join(root, file)), file).toBe(true)
      const source = readFileSync(path.join(root, file), 'utf8')
      const titles = [...source.matchAll(/\b(?:it|test)(\.\w+)*(?:\([^)]*\))?\(\s*(['"`])((?:(?!\2).)+)/g)]
      const found = titles.find(([, , , name = '']) => name.startsWith(title))
      expect(found, `${file}: ${title}`).toBeDefined()
      expect(found?.[1] ?? '', `${file}: ${title} is left out`).not.toMatch(/skip|todo/)
    }
  })

  it('names files that exist, anywhere on the page', () => {
    const named = [...page.matchAll(/`([\w./*-]+\.(?:test|spec)\.ts|[\w.-]+\/[\w./*-]+)`/g)].map(
      ([, name = '']) => name,
    )
    expect(named.length).toBeGreaterThan(20)
    for (const name of new Set(named)) {
      const pattern = name.includes('/') ? name : `**/${name}`
      const found = globSync(pattern, {
        cwd: root,
        exclude: (entry) => /node_modules|^dist/.test(String(entry)),
      })
      expect(found.length, name).toBeGreaterThan(0)
    }
  })
})

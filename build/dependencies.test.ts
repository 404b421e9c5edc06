import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const project = JSON.parse(readFileSync('package.json', 'utf8'))
const pinned: Record<string, string> = {
  ...project.dependencies,
  ...project.devDependencies,
  ...project.optionalDependencies,
}
const rows = readFileSync('docs/DEPENDENCIES.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (name|---)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))

it('docs/DEPENDENCIES.md names each dependency with its version, licence and reason', () => {
  const written = Object.fromEntries(rows.map(([, name, version]) => [name, version]))
  const expected = Object.fromEntries(
    Object.entries(pinned).map(([name, version]) => [name, version.replace(/^npm:(.*)@([^@]+)$/, '$2 ($1)')]),
  )
  expect(written).toEqual(expected)
  for (const [, name, , licence, why] of rows) expect([licence, why], name).not.toContain('')
})

it('every version is pinned', () => {
  for (const version of Object.values(pinned)) expect(version).toMatch(/^(npm:.*@)?\d+\.\d+\.\d+$/)
})

it('the lockfile names no registry host', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toContain('"resolved"')
})

import { globSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { isDeep, limit } from './build/how-deep.ts'

// Far from what a test takes: on a busy machine everything is slow, and slow is not wrong.
const LIMIT_MS = limit(180_000)

const tests = ['**/*.test.ts', '**/*.test.tsx']
const triesAnything = (file: string) => /build\/(how-deep|properties)\.ts'/.test(readFileSync(file, 'utf8'))
const propertyTests = () =>
  globSync(tests, { exclude: ['node_modules', 'dist', 'release'] }).filter(triesAnything)

export default defineConfig({
  test: {
    include: isDeep ? propertyTests() : tests,
    exclude: ['**/node_modules/**', 'dist/**', 'release/**'],
    environment: 'node',
    allowOnly: false,
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: LIMIT_MS,
    hookTimeout: LIMIT_MS,
    teardownTimeout: 5_000,
    expect: { poll: { timeout: 30_000 } },
    // Real processes, real limits: a busy machine may spoil a moment, not two. A counterexample is no such moment.
    retry: isDeep ? 0 : 1,
  },
})

import { defineConfig } from '@playwright/test'

// One worker: each test has a desktop of its own (display, session bus, keyring, home), but windows compete for focus
// and the machine for time.
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  workers: 1,
  retries: 2,
  forbidOnly: true,
  timeout: 240_000,
  expect: { timeout: 30_000 },
  outputDir: 'test-results',
  reporter: 'list',
  use: { trace: 'off', screenshot: 'off' },
})

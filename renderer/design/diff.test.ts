import { expect, it } from 'vitest'
import { readDiff } from './diff.tsx'

it('reads a unified diff, without its file headers', () => {
  const lines = readDiff(
    '--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n\\ No newline at end of file\n',
  )
  expect(lines).toEqual([
    { kind: 'hunk', text: '@@ -1,2 +1,2 @@' },
    { kind: 'same', text: 'same' },
    { kind: 'remove', text: 'old' },
    { kind: 'add', text: 'new' },
    { kind: 'hunk', text: 'No newline at end of file' },
  ])
})

it('keeps a removed line that looks like a file header', () => {
  expect(readDiff('@@ -1 +1 @@\n--- not a header\n+++ neither')).toEqual([
    { kind: 'hunk', text: '@@ -1 +1 @@' },
    { kind: 'remove', text: '-- not a header' },
    { kind: 'add', text: '++ neither' },
  ])
})

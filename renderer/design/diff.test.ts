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

it('begins each further file with its name, and takes no line of a file for that of another', () => {
  const one = '--- a\tnow\n+++ a\tafter\n@@ -1,1 +1,2 @@\n-x\n+y\n++++ z\n'
  const two = '===\n--- b\tnow\n+++ b\tafter\n\\ 3 places change\n@@ -?,1 +?,1 @@\n-p\n+q\n'
  expect(readDiff([one, two].join('\n'))).toEqual([
    { kind: 'hunk', text: '@@ -1,1 +1,2 @@' },
    { kind: 'remove', text: 'x' },
    { kind: 'add', text: 'y' },
    { kind: 'add', text: '+++ z' },
    { kind: 'hunk', text: 'b' },
    { kind: 'hunk', text: '3 places change' },
    { kind: 'hunk', text: '@@ -?,1 +?,1 @@' },
    { kind: 'remove', text: 'p' },
    { kind: 'add', text: 'q' },
  ])
})

it('keeps a removed line that looks like a file header', () => {
  expect(readDiff('@@ -1 +1 @@\n--- not a header\n+++ neither')).toEqual([
    { kind: 'hunk', text: '@@ -1 +1 @@' },
    { kind: 'remove', text: '-- not a header' },
    { kind: 'add', text: '++ neither' },
  ])
})

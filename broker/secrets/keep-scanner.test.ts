import { expect, test } from 'vitest'
import { keepScanner } from './keep-scanner.ts'

test('texts that come in groups with the same values have one scanner, other values have another', async () => {
  const scannerFor = keepScanner()
  const values = () => [{ what: 'secret:word', value: 'long-enough' }]
  const scanner = scannerFor(values())
  expect(scannerFor(values())).toBe(scanner)
  const other = scannerFor([{ what: 'secret:other', value: 'long-enough' }])
  expect(other).not.toBe(scanner)
  expect((await other.scan('a long-enough b')).redacted).toBe('a [secret:other removed] b')
  expect((await scannerFor([]).scan('a long-enough b')).redacted).toBe('a long-enough b')
})

import { expect, test } from 'vitest'
import { createLeakScanner } from '../secrets/leak-scanner.ts'
import { serveSecrets } from './serve-secrets.ts'

test('a scan says which values are too short to be looked for, and finds the others, in pieces too', async () => {
  const { 'secrets.scanMany': scanMany } = serveSecrets({ leaks: createLeakScanner() } as never)
  const items = [
    { id: 1, text: 'pin 1234 and long-enough' },
    { id: 2, chunks: ['a bG9uZy1', 'lbm91Z2g', '= b'] },
  ]
  const secrets = [
    { name: 'pin', value: '1234' },
    { name: 'word', value: 'long-enough' },
  ]
  const answer = await scanMany({ items, secrets }, { surface: 'cli', name: 'test' } as never)
  expect(answer.unwatched).toEqual(['pin'])
  expect(answer.items[0]).toMatchObject({ id: 1, redacted: 'pin 1234 and [secret:word removed]' })
  expect(answer.items[1]).toMatchObject({ id: 2, hits: [{ what: 'secret:word' }] })
  expect(answer.items[1]?.redacted).not.toContain('lbm91Z2')
})

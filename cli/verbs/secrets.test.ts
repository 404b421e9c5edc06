import { expect, it } from 'vitest'
import { SecretInfo } from '../../contract/secret.ts'
import { stateOf } from './secrets.ts'

it('a secret that can’t be used is not called ready', () => {
  const info = (more: Partial<SecretInfo>) =>
    SecretInfo.parse({
      ...{ name: 'a', createdAt: 1, rotatedAt: null, lastUse: null, uses: 0, revokedAt: null, present: true },
      ...more,
    })
  expect(stateOf(info({}), 10)).toBe('ready')
  expect(stateOf(info({ expiresAt: 20 }), 10)).toMatch(/^ready until 1970-01-01/)
  expect(stateOf(info({ expiresAt: 10 }), 10)).toBe('expired')
  expect(stateOf(info({ revokedAt: 5, expiresAt: 10 }), 10)).toBe('revoked')
  expect(stateOf(info({ present: false }), 10)).toBe('missing')
  for (const keychain of ['locked', 'none'] as const)
    expect(stateOf(info({}), 10, keychain)).toBe('out of reach')
})

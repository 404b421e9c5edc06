import { describe, expect, it } from 'vitest'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { findSecret, hintOf, nameSecret, slugOf, storedName } from './secret-in-text.ts'

const text = 'Use sk-abcdefghijklmnop now'
const found = { what: 'a key', text, start: 4, end: 23 }

describe('a secret in a task', () => {
  it('is found by the broker, with its place', async () => {
    const bridge = {
      call: async () => ({ redacted: '', hits: [{ what: 'a key', start: 4, end: 23 }] }),
    } as unknown as PageBridge
    expect(await findSecret(bridge, text)).toEqual({ found })
    expect(await findSecret(bridge, '  ')).toEqual({ found: null })
  })
  it('gives its place to its name', () => {
    expect(nameSecret(found, 'openai')).toBe('Use {{secret:openai}} now')
  })
  it('that is stored already is known by its name', () => {
    expect(storedName({ what: 'secret:mail-token' })).toBe('mail-token')
    expect(storedName(found)).toBe(null)
  })
  it('is never shown whole, not even a short one', () => {
    expect(hintOf(found)).toBe('sk-a••••••••')
    expect(hintOf({ ...found, text: 'abc', start: 0, end: 3 })).toBe('••••••••')
  })
  it('gets a name that the keychain takes', () => {
    expect(slugOf('Müller’s Token!')).toBe('mu-ller-s-token')
    expect(slugOf('…')).toBe('')
  })
})

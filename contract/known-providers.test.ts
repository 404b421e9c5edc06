import { expect, it } from 'vitest'
import { rotationOf } from './known-providers.ts'
import type { SecretBinding } from './secret.ts'

const bound = (host: string, more: Partial<SecretBinding> = {}): SecretBinding => ({
  ...{ scheme: 'https', host, pathPrefix: '/', place: 'header' },
  ...more,
})

it('knows the page and the address of a provider by the host, and puts the person’s own page first', () => {
  expect(rotationOf({ bindings: [bound('api.github.com')], rotateUrl: '' })).toEqual({
    rotateUrl: 'https://github.com/settings/tokens',
    checkUrl: 'https://api.github.com/user',
    header: 'Authorization: Bearer {value}',
  })
  expect(rotationOf({ bindings: [bound('api.github.com')], rotateUrl: 'https://x.example/' }).rotateUrl).toBe(
    'https://x.example/',
  )
  expect(rotationOf({ bindings: [bound('notgithub.com')], rotateUrl: '' }).rotateUrl).toBe('')
})

it('begins with the bound address of a host that it does not know', () => {
  const bindings = [bound('127.0.0.1', { scheme: 'http', port: 8080, pathPrefix: '/v1' })]
  expect(rotationOf({ bindings, rotateUrl: '' }).checkUrl).toBe('http://127.0.0.1:8080/v1')
  expect(rotationOf({ bindings: [], rotateUrl: '' }).checkUrl).toBe('')
})

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

it('checks a key only where it is bound to: not elsewhere at its provider, nor where it goes into no header', () => {
  const checkUrl = (...bindings: SecretBinding[]) => rotationOf({ bindings, rotateUrl: '' }).checkUrl
  const part = bound('api.github.com', { pathPrefix: '/repos/acme' })
  expect(checkUrl(part)).toBe('https://api.github.com/repos/acme')
  expect(checkUrl(part, bound('api.github.com', { pathPrefix: '/user' }))).toBe('https://api.github.com/user')
  expect(checkUrl(bound('api.github.com', { pathPrefix: '/users' }))).toBe('https://api.github.com/users')
  expect(checkUrl(bound('api.openai.com', { pathPrefix: '/v1/' }))).toBe('https://api.openai.com/v1/models')
  expect(checkUrl(bound('slack.com'))).toBe('https://slack.com/')
  expect(checkUrl(bound('own.gitlab.com'))).toBe('https://own.gitlab.com/')
  expect(checkUrl(bound('api.github.com', { port: 8443 }))).toBe('https://api.github.com:8443/')
  expect(checkUrl(bound('api.github.com', { place: 'query' }))).toBe('')
})

it('begins with the bound address of a host that it does not know', () => {
  const bindings = [bound('127.0.0.1', { scheme: 'http', port: 8080, pathPrefix: '/v1' })]
  expect(rotationOf({ bindings, rotateUrl: '' }).checkUrl).toBe('http://127.0.0.1:8080/v1')
  expect(rotationOf({ bindings: [], rotateUrl: '' }).checkUrl).toBe('')
})

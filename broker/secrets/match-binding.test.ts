import { describe, expect, test } from 'vitest'
import { SecretBinding } from '../../contract/secret.ts'
import { matchBinding, mayUse } from './match-binding.ts'

const bound = (more: object = {}) => [SecretBinding.parse({ host: 'api.example.com', ...more })]
const target = (origin: string, path = '/', place: 'header' | 'query' | 'body' | 'command' = 'header') => ({
  origin,
  path,
  place,
})

describe('a secret goes where it is bound', () => {
  test.each([
    ['its host', bound(), target('https://api.example.com')],
    ['its host in capitals and with a dot at the end', bound(), target('https://API.example.com.')],
    ['its port', bound({ port: 8443 }), target('https://api.example.com:8443')],
    ['its prefix', bound({ pathPrefix: '/v1' }), target('https://api.example.com', '/v1')],
    ['below its prefix', bound({ pathPrefix: '/v1' }), target('https://api.example.com', '/v1/x?y')],
    [
      'dots that climb nowhere',
      bound({ pathPrefix: '/v1' }),
      target('https://api.example.com', '/v1/a..b%2F...%25'),
    ],
    ['its place', bound({ place: 'query' }), target('https://api.example.com', '/', 'query')],
  ])('%s', (_, bindings, where) => expect(matchBinding(bindings, where)).toBe(true))
})

describe('a secret goes nowhere else', () => {
  test.each([
    ['nothing is bound', [], target('https://api.example.com')],
    ['a subdomain', bound(), target('https://x.api.example.com')],
    ['a host that ends alike', bound(), target('https://evilapi.example.com')],
    ['a host that begins alike', bound(), target('https://api.example.com.evil.org')],
    ['another scheme', bound(), target('http://api.example.com')],
    ['another port', bound(), target('https://api.example.com:444')],
    ['another place', bound(), target('https://api.example.com', '/', 'body')],
    ['a path that begins alike', bound({ pathPrefix: '/v1' }), target('https://api.example.com', '/v10')],
    ['a path that climbs', bound({ pathPrefix: '/v1' }), target('https://api.example.com', '/v1/../admin')],
    ['climbs escaped', bound({ pathPrefix: '/v1' }), target('https://api.example.com', '/v1/%2e%2E/admin')],
    ['climbs by slashes', bound({ pathPrefix: '/v1' }), target('https://api.example.com', '/v1/..%2fadmin')],
    [
      'a prefix behind two slashes',
      bound({ pathPrefix: '/v1' }),
      target('https://api.example.com', '//admin/v1'),
    ],
    [
      'a prefix behind a slash that leans back',
      bound({ pathPrefix: '/v1' }),
      target('https://api.example.com', '/\\admin/v1'),
    ],
    ['no address', bound(), target('nonsense')],
    ['a command', bound(), target('command:/usr/bin/git', '', 'command')],
  ])('%s', (_, bindings, where) => expect(matchBinding(bindings, where)).toBe(false))
})

test.each([
  '%2e%2e%2fadmin',
  '%2E%2e%5Cadmin',
  '%252e%252e/admin',
  '..%252fadmin',
  '%25252e%25252e%25252fadmin',
  '..;/admin',
  '%2e%2e;x/admin',
  '%c0%ae%c0%ae/admin',
  '%ef%bc%8e%ef%bc%8e%2fadmin',
  '%2525252525252561',
])('a secret goes nowhere that a server may read as the way up: /v1/%s', (rest) => {
  expect(matchBinding(bound({ pathPrefix: '/v1' }), target('https://api.example.com', `/v1/${rest}`))).toBe(
    false,
  )
})

describe('who may use it', () => {
  const ada = { principalId: 'agent_1', principalName: 'Ada', tool: null }
  test.each([
    ['any agent', { agents: ['*'], tools: [] }, ada, true],
    ['by name', { agents: ['Ada'], tools: [] }, ada, true],
    ['by id', { agents: ['agent_1'], tools: [] }, ada, true],
    ['another agent', { agents: ['Bob'], tools: ['*'] }, ada, false],
    ['nobody', { agents: [], tools: ['*'] }, ada, false],
    ['a tool that is named', { agents: ['*'], tools: ['mail'] }, { ...ada, tool: 'mail' }, true],
    ['a tool that is not', { agents: ['*'], tools: ['mail'] }, { ...ada, tool: 'web' }, false],
    ['no tool at all', { agents: ['*'], tools: [] }, { ...ada, tool: 'web' }, false],
  ])('%s', (_, rules, who, expected) => expect(mayUse(rules, who)).toBe(expected))
})

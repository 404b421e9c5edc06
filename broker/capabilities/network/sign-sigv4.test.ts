import { expect, test } from 'vitest'
import { signSigV4 } from './sign-sigv4.ts'

// Amazon's published test suite for Signature Version 4, and the examples of the S3 documentation.
const key = {
  accessKeyId: 'AKIDEXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  service: 'service',
}
const at = Date.UTC(2015, 7, 30, 12, 36, 0)
const signature = (method: string, url: string, headers: [string, string][] = [], body = '') =>
  signSigV4({ method, url: new URL(url), headers, body: Buffer.from(body) }, key, at)
    .find(([name]) => name === 'authorization')?.[1]
    .split('Signature=')[1]

test('get-vanilla', () => {
  expect(signature('GET', 'https://example.amazonaws.com/')).toBe(
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  )
})

test('get-vanilla-query-order-key-case', () => {
  expect(signature('GET', 'https://example.amazonaws.com/?Param2=value2&Param1=value1')).toBe(
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  )
})

test('post-vanilla', () => {
  expect(signature('POST', 'https://example.amazonaws.com/')).toBe(
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  )
})

test('post-header-key-sort', () => {
  expect(signature('POST', 'https://example.amazonaws.com/', [['my-header1', 'value1']])).toBe(
    'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  )
})

test('post-x-www-form-urlencoded', () => {
  expect(
    signature(
      'POST',
      'https://example.amazonaws.com/',
      [['content-type', 'application/x-www-form-urlencoded']],
      'Param1=value1',
    ),
  ).toBe('ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a')
})

test('GET Object of the S3 documentation', () => {
  const headers = signSigV4(
    {
      method: 'GET',
      url: new URL('https://examplebucket.s3.amazonaws.com/test.txt'),
      headers: [['range', 'bytes=0-9']],
      body: Buffer.alloc(0),
    },
    {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      region: 'us-east-1',
      service: 's3',
    },
    Date.UTC(2013, 4, 24, 0, 0, 0),
  )
  expect(headers.find(([name]) => name === 'authorization')?.[1]).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  )
})

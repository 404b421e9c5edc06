import { expect, test } from 'vitest'
import { shortPath } from './short-path.ts'

test('what lies at home is named from there, and only that', () => {
  expect(shortPath('/home/ann/Documents/a.txt', '/home/ann')).toBe('~/Documents/a.txt')
  expect(shortPath('/home/ann', '/home/ann')).toBe('~')
  expect(shortPath('C:\\Users\\ann\\a.txt', 'C:\\Users\\ann')).toBe('~\\a.txt')
  for (const path of ['/home/anna/a.txt', '/etc/hosts', '~/a.txt'])
    expect(shortPath(path, '/home/ann')).toBe(path)
})

test('where no home is known, or it is the root, a path stays whole', () => {
  expect(shortPath('/etc/hosts', '/')).toBe('/etc/hosts')
  expect(shortPath('/etc/hosts', '')).toBe('/etc/hosts')
})

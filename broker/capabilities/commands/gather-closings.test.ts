import { expect, test } from 'vitest'
import { gatherClosings } from './gather-closings.ts'

const many = (count: number, name: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => name(at))
const gather = (closed: string[], most = 10, kept = '/w') => gatherClosings(closed, ['/w'], kept, most)

test('few stay as they are', () => {
  const closed = ['/w/a/.env', '/w/b/.env']
  expect(gather(closed)).toEqual({ closed, gathered: [] })
})

test('of many the deepest folder is closed that makes them few enough', () => {
  const closed = ['/w/.env', ...many(20, (at) => `/w/big/in/here/${at}.key`), '/w/other/x/.env']
  expect(gather(closed)).toEqual({
    closed: ['/w/.env', '/w/other/x/.env', '/w/big/in/here'],
    gathered: ['/w/big/in/here'],
  })
})

test('where no single one is enough, the largest are closed whole before', () => {
  const closed = ['a', 'b', 'c'].flatMap((name, at) => many(6 + at, (each) => `/w/${name}/deep/${each}`))
  const few = gather(closed, 11)
  expect(few?.gathered).toEqual(['/w/c', '/w/b/deep'])
  expect(few?.closed).toContain('/w/a/deep/0')
})

test('the folders on the way to each count, and what holds the kept place stays open', () => {
  expect(gather(['/w/a/b/c/d/e/f/.env'], 6)?.gathered).toEqual(['/w/a/b/c/d/e/f'])
  const inKept = many(20, (at) => `/w/a/b/${at}/.env`)
  expect(gather(inKept, 10, '/w/a/b')).toBeNull()
  expect(gather(inKept, 10, '/w/a')?.gathered).toEqual(['/w/a/b'])
  expect(gather(many(20, (at) => `/w/${at}.key`))).toBeNull()
})

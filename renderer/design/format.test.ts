import { describe, expect, it } from 'vitest'
import { formatBytes, formatDuration, lowerFirst, makeFormats, plural } from './format.ts'

const { clock, exact, moment, since, stamp, until } = makeFormats('en-GB', 'Europe/Berlin')
const now = Date.UTC(2026, 4, 12, 9, 41, 22)
const minutes = (count: number) => count * 60_000

describe('times', () => {
  it('stand in the reader’s zone', () => {
    expect(clock(now)).toBe('11:41:22')
  })
  it('name the day only when it is another one', () => {
    expect(moment(now - minutes(30), now)).toBe('today 11:11')
    expect(moment(now - minutes(24 * 60), now)).toBe('yesterday 11:41')
    expect(moment(now - minutes(24 * 60 * 9), now)).toBe('3 May 11:41')
    expect(moment(now - minutes(24 * 60 * 400), now)).toBe('7 Apr 2025')
  })
  it('name the day of each in a list that goes back for months, and the second of each by itself', () => {
    const long = [0, 24 * 60, 24 * 60 * 9, 24 * 60 * 400].map((ago) => now - minutes(ago))
    expect(long.map((at) => stamp(at, now))).toEqual([
      '11:41:22',
      '11 May 11:41',
      '3 May 11:41',
      '7 Apr 2025',
    ])
    expect(long.map((at) => exact(at, now))).toEqual([
      'today 11:41:22',
      'yesterday 11:41:22',
      '3 May 11:41:22',
      '7 Apr 2025 11:41:22',
    ])
  })
  it('count a day by the zone’s midnight, not by 24 hours', () => {
    const justAfterMidnight = Date.UTC(2026, 4, 11, 22, 5)
    expect(moment(justAfterMidnight - minutes(10), justAfterMidnight)).toBe('yesterday 23:55')
  })
  it('say how long ago in the largest fitting unit', () => {
    expect(since(now - 2_000, now)).toBe('just now')
    expect(since(now - minutes(2), now)).toBe('2 min ago')
    expect(since(now - minutes(180), now)).toBe('3 h ago')
    expect(since(now - minutes(60 * 20), now)).toBe('yesterday 15:41')
  })
  it('say when an end comes', () => {
    expect(until(now + minutes(12), now)).toBe('in 12 min')
    expect(until(now + minutes(300), now)).toBe('today 16:41')
    expect(until(now - 1, now)).toBe('ended')
  })
})

describe('amounts', () => {
  it('of time', () => {
    expect([0.01, 0.12, 41.4, 1_900, 10_000, 60_000, 125_000, 7_260_000].map(formatDuration)).toEqual([
      '0 ms',
      '0.1 ms',
      '41 ms',
      '1.9 s',
      '10 s',
      '1 min',
      '2 min 5 s',
      '2 h 1 min',
    ])
  })
  it('of bytes, without a rounding that reads 1000 kB', () => {
    expect([1, 812, 2_148, 999_700, 14_200_000].map(formatBytes)).toEqual([
      '1 byte',
      '812 bytes',
      '2.1 kB',
      '1 MB',
      '14 MB',
    ])
  })
  it('of things', () => {
    expect(plural(1, 'entry', 'entries')).toBe('1 entry')
    expect(plural(0, 'file')).toBe('0 files')
  })
})

it('lowers a first letter but leaves abbreviations alone', () => {
  expect(lowerFirst('Send')).toBe('send')
  expect(lowerFirst('POST it')).toBe('POST it')
})

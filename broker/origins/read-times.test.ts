import { expect, it } from 'vitest'
import { isSaidDay, readMoment, readTimes } from './read-times.ts'

const days = (text: string) => readTimes(text).days.map(({ year, month, day }) => [year, month, day])

it('reads days as people write them, with the year where it is said once', () => {
  expect(days('from March 3rd to March 8th 2031')).toEqual([
    [2031, 3, 3],
    [2031, 3, 8],
  ])
  expect(days('from the 3rd to the 8th of May 2031')).toEqual([
    [2031, 5, 3],
    [2031, 5, 8],
  ])
  expect(days('on the 14th of November')).toEqual([[null, 11, 14]])
  expect(days('on 2031-05-02, not on 3/4/2031')).toEqual([[2031, 5, 2]])
})
it('reads times and durations', () => {
  expect(readTimes('at 10:00 or 4 pm, for one hour').times).toEqual([600, 960])
  expect(readTimes('at 10:00 or 4 pm, for one hour').durations).toEqual([60])
  expect(readTimes('a 90-minute talk').durations).toEqual([90])
})
it('takes them out of the words, so that their digits name nothing', () => {
  expect(readTimes('On June 13 at 10:30 pay 12').rest).not.toMatch(/13|30/)
  expect(readTimes('On June 13 at 10:30 pay 12').rest).toMatch(/12/)
})
it('takes only real days as days', () => {
  expect(readMoment('2031-02-30')).toBeNull()
  expect(readMoment('2031-02-03 10:15')?.minutes).toBe(615)
  expect(readMoment('call 2031-02-03')).toBeNull()
})
it('a day without a year is that day in any year, and no other', () => {
  expect(isSaidDay(readTimes('on May 2nd').days, { year: 2031, month: 5, day: 2 })).toBe(true)
  expect(isSaidDay(readTimes('on May 2nd 2030').days, { year: 2031, month: 5, day: 2 })).toBe(false)
  expect(isSaidDay(readTimes('on May 2nd').days, { year: 2031, month: 2, day: 5 })).toBe(false)
})

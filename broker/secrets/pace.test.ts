import { expect, test } from 'vitest'
import { createPace, TakesLong } from './pace.ts'

test('a look ends when its time is over, seen after some steps', () => {
  let now = 0
  const pace = createPace(() => now)
  pace.begin({ characters: 100, ms: 8 })
  const steps = () => {
    for (let step = 0; step < 300; step++) pace.step()
  }
  const looks = () => {
    for (let look = 0; look < 10; look++) pace.look()
  }
  steps()
  now = 8
  steps()
  looks()
  now = 8.1
  expect(steps).toThrow(TakesLong)
  expect(looks).toThrow(TakesLong)
  expect(pace.spent()).toBeCloseTo(8.1)
})

test('a look ends when it is about to read more than it may', () => {
  const pace = createPace(() => 0)
  pace.begin({ characters: 100, ms: 8 })
  pace.read(60)
  pace.read(40)
  expect(() => pace.read(1)).toThrow(TakesLong)
  pace.begin({ characters: 100, ms: 8 })
  pace.read(100)
})

test('a short look never asks for the time', () => {
  const pace = createPace(() => {
    throw new Error('asked')
  })
  pace.begin({ characters: 1000, ms: 8 })
  pace.read(240)
  for (let step = 0; step < 200; step++) pace.step()
  expect(pace.spent()).toBeLessThan(1)
})

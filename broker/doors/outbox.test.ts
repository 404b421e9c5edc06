import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { eventLine } from './event-hub.ts'
import { createOutbox } from './outbox.ts'

it('never tells a slow peer an older state after a newer one', () => {
  const lines: string[] = []
  const taken: (() => void)[] = []
  const output = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      lines.push(String(chunk).trimEnd())
      taken.push(done)
    },
  })
  const outbox = createOutbox({
    output,
    highWater: 100,
    hardLimit: 10_000,
    onDrain() {},
    onTooSlow() {},
  })
  const status = (state: string) => {
    const payload = { state }
    outbox.event({ event: 'status', payload, line: eventLine('status', payload) })
  }
  outbox.send('a'.repeat(99))
  outbox.send('b'.repeat(50))
  status('running')
  // The first line is read: there is room again, while what was held still waits.
  taken[0]?.()
  status('stopped')
  for (let at = 1; at < taken.length; at++) taken[at]?.()
  const told = lines.slice(2).map((line) => JSON.parse(line).a[0].payload.state)
  expect(told.at(-1)).toBe('stopped')
})

// The newer clocks of the language count nanoseconds, unless they are made to tell no more than the others.
// ends: ok
export const main = async () => {
  const escaped = []
  if (typeof Temporal === 'undefined') return { escaped }
  const clocks = {
    instant: () => Temporal.Now.instant().epochNanoseconds % 1_000_000n,
    zoned: () => Temporal.Now.zonedDateTimeISO().epochNanoseconds % 1_000_000n,
    date: () => Temporal.Now.plainDateTimeISO().microsecond || Temporal.Now.plainDateTimeISO().nanosecond,
    time: () => Temporal.Now.plainTimeISO().microsecond || Temporal.Now.plainTimeISO().nanosecond,
  }
  for (const [name, clock] of Object.entries(clocks))
    for (let tries = 0; tries < 20; tries++)
      if (Number(clock()) !== 0) {
        escaped.push(`${name} is finer than a millisecond`)
        break
      }
  try {
    Temporal.Now.instant = () => 'polluted'
  } catch {}
  if (Temporal.Now.instant() === 'polluted') escaped.push('a clock can be replaced')
  return { escaped }
}

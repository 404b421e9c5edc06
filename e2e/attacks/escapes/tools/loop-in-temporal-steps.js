// Has the engine count days over half a million years, again and again.
// ends: deadline
export const main = async () => {
  for (;;) Temporal.PlainDate.from('2020-01-01').until('-271821-04-20', { largestUnit: 'day' })
}

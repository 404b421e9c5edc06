// Makes formatters, which are heavy in native memory.
// ends: deadline out-of-memory tool-error
export const main = async () => {
  const kept = []
  for (;;) kept.push(new Intl.DateTimeFormat('de', { dateStyle: 'full', timeZone: 'Asia/Tokyo' }))
}

// Formatters of languages, which hold memory that the engine does not count.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const kept = []
  for (;;) kept.push(new Intl.DateTimeFormat('de', { timeZone: 'Europe/Berlin' }), new Intl.Segmenter('ja'))
}
